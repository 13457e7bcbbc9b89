/// The papers' claims in miniature: what is declared before the run, and what many small pools of
/// models say to it. Pure functions of results.
package dev.stockpot.cli.miniature;
