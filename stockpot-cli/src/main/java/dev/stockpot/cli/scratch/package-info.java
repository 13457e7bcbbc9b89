/// Tasks that are made and solved here, from nothing that a checkout and a JDK do not have.
package dev.stockpot.cli.scratch;
