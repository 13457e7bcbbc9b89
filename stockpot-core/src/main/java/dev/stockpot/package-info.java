/// Stockpot averages the weights of fine-tuned checkpoints.
package dev.stockpot;
