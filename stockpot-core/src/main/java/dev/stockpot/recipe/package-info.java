/// Recipes: what to do with which ingredients, read from a configuration.
package dev.stockpot.recipe;
