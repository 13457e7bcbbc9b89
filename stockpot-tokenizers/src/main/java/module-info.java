import dev.stockpot.eval.TextTokenizer;
import dev.stockpot.tokenizers.HuggingFaceProvider;

/// Turns texts into tokens with the tokenizers of Hugging Face.
@SuppressWarnings("requires-automatic") // DJL has no module-info.
module dev.stockpot.tokenizers {
  requires ai.djl.api;
  requires ai.djl.tokenizers;
  // What DJL uses: as it has no module-info, nobody else asks for them.
  requires com.google.gson;
  requires dev.stockpot.core;
  requires org.slf4j;

  provides TextTokenizer.Provider with
      HuggingFaceProvider;
}
