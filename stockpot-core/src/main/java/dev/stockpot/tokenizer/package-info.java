/// What models have besides tensors: their vocabularies, with embeddings brought to another one,
/// and their other files.
package dev.stockpot.tokenizer;
