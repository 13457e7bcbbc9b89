/// The user's files, read strictly: `soup.yml`, `eval.yml`, globs of ingredients.
package dev.stockpot.cli.config;
