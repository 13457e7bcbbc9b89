import dev.stockpot.eval.TextTokenizer;
import dev.stockpot.tokenizers.HuggingFaceProvider;

/// Turns texts into tokens with the tokenizers of Hugging Face.
@SuppressWarnings("requires-automatic") // DJL has no module-info.
module dev.stockpot.tokenizers {
  requires ai.djl.api;
  requires ai.djl.tokenizers;
  requires dev.stockpot.core;

  provides TextTokenizer.Provider with
      HuggingFaceProvider;
}
