/// Checkpoints: named tensors with their dtype and shape, and the formats that hold them.
package dev.stockpot.checkpoint;
