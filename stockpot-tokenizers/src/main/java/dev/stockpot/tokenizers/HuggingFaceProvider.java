package dev.stockpot.tokenizers;

import dev.stockpot.eval.TextTokenizer;
import java.nio.file.Path;
import java.util.OptionalInt;

/// Opens `tokenizer.json` files.
public final class HuggingFaceProvider implements TextTokenizer.Provider {

  @Override
  public TextTokenizer open(Path file, OptionalInt maxLength) {
    return HuggingFaceTextTokenizer.open(file, maxLength);
  }
}
