/// Hugging Face's tokenizers.
package dev.stockpot.tokenizers;
