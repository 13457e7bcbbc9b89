/// Evaluation: data sets, metrics, and the evaluators that score a checkpoint.
package dev.stockpot.eval;
