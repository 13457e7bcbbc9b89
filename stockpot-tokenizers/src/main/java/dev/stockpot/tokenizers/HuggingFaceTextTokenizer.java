package dev.stockpot.tokenizers;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import dev.stockpot.eval.EvaluationException;
import dev.stockpot.eval.TextTokenizer;
import dev.stockpot.eval.TokenPadding;
import dev.stockpot.eval.TokenRow;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Supplier;

/// A tokenizer of Hugging Face's own library.
final class HuggingFaceTextTokenizer implements TextTokenizer {
  /// Largest `tokenizer.json` that is read; those of today's largest vocabularies have 40 MB.
  private static final long MAX_BYTES = 1L << 28;

  private final Path file;
  private final HuggingFaceTokenizer tokenizer;
  private final OptionalInt maxLength;
  private final TokenPadding padding;

  private HuggingFaceTextTokenizer(
      Path file, HuggingFaceTokenizer tokenizer, OptionalInt maxLength, TokenPadding padding) {
    this.file = file;
    this.tokenizer = tokenizer;
    this.maxLength = maxLength;
    this.padding = padding;
  }

  static HuggingFaceTextTokenizer open(Path file, OptionalInt maxLength) {
    NativeLibrary.load();
    try {
      if (Files.size(file) > MAX_BYTES) {
        throw new EvaluationException(
            file + ": has more than " + MAX_BYTES + " bytes; is it a tokenizer.json?");
      }
      byte[] json = Files.readAllBytes(file);
      TokenPadding padding = PaddingSettings.read(file, json);
      Map<String, String> options =
          maxLength.isPresent()
              ? Map.of(
                  "padding",
                  "false",
                  "truncation",
                  "longest_first",
                  "maxLength",
                  String.valueOf(maxLength.getAsInt()),
                  "modelMaxLength",
                  String.valueOf(maxLength.getAsInt()))
              : Map.of("padding", "false", "truncation", "false");
      return new HuggingFaceTextTokenizer(
          file,
          HuggingFaceTokenizer.newInstance(new ByteArrayInputStream(json), options),
          maxLength,
          padding);
    } catch (IOException e) {
      throw new EvaluationException(file + ": cannot be read: " + e.getMessage(), e);
    } catch (EvaluationException e) {
      throw e;
    } catch (RuntimeException e) {
      throw new EvaluationException(
          file + ": is no tokenizer.json that Hugging Face's library reads: " + e.getMessage(), e);
    }
  }

  @Override
  public TokenRow encode(String text) {
    return row(() -> tokenizer.encode(text, true, false));
  }

  @Override
  public TokenRow encode(String first, String second) {
    return row(() -> tokenizer.encode(first, second, true, false));
  }

  @Override
  public TokenPadding padding() {
    return padding;
  }

  @Override
  public void close() {
    tokenizer.close();
  }

  private TokenRow row(Supplier<Encoding> encode) {
    Encoding encoding;
    try {
      encoding = encode.get();
    } catch (RuntimeException e) {
      throw new EvaluationException(
          file + ": a text cannot be made tokens of: " + e.getMessage(), e);
    }
    TokenRow row = new TokenRow(encoding.getIds(), encoding.getTypeIds());
    // The library then cuts nothing at all.
    if (maxLength.isPresent() && row.length() > maxLength.getAsInt()) {
      throw new EvaluationException(
          "%s: 'max-length' is %d, which has no room for the special tokens; make it larger"
              .formatted(file, maxLength.getAsInt()));
    }
    return row;
  }
}
