/// Vocabularies of models, and embeddings brought to another vocabulary.
package dev.stockpot.tokenizer;
