/// Fine-tuning: spaces of hyperparameters, runs, and what carries them out.
package dev.stockpot.train;
