package dev.stockpot.eval;

import dev.stockpot.checkpoint.DType;
import dev.stockpot.internal.io.InputFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.OptionalInt;
import java.util.SequencedMap;
import java.util.ServiceLoader;
import java.util.stream.LongStream;

/// Texts of a table as tokens: each is taken through the tokenizer once, and its tokens are kept in
/// a temporary file.
///
/// A batch has the inputs `input_ids`, `attention_mask` and `token_type_ids`; a model takes those
/// that it names.
final class SentencesDataset implements Dataset {
  private static final int INPUTS = 3;
  private static final ValueLayout.OfInt STORED =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final String name;
  private final Targets targets;
  private final InputFile file;
  private final MemorySegment stored;
  // Where each example's tokens begin, and the last ones end.
  private final long[] offsets;
  private final TokenPadding padding;
  private final OptionalInt width;
  private final int longest;

  private SentencesDataset(
      String name,
      Targets targets,
      InputFile file,
      long[] offsets,
      TokenPadding padding,
      OptionalInt width) {
    this.name = name;
    this.targets = targets;
    this.file = file;
    this.stored = file.map();
    this.offsets = offsets;
    this.padding = padding;
    this.width = width;
    int most = 0;
    for (int example = 0; example < targets.size(); example++) {
      most = Math.max(most, length(example));
    }
    this.longest = width.orElse(most);
  }

  /// Opens a set.
  ///
  /// @throws EvaluationException naming the file, and the line that cannot be used
  static Dataset open(String name, SetSpec.Source.Sentences source, InputSpec input) {
    if (!input.equals(InputSpec.AS_IS)) {
      throw new EvaluationException("is text, and 'input' is for numbers and images; leave it out");
    }
    try (TextTokenizer tokenizer =
        tokenizer(source.tokenization(), ServiceLoader.load(TextTokenizer.Provider.class))) {
      return open(name, source, tokenizer);
    }
  }

  static SentencesDataset open(
      String name, SetSpec.Source.Sentences source, TextTokenizer tokenizer) {
    Table table = Tables.open(source.table());
    TargetColumn target = new TargetColumn(source.target());
    int texts = source.columns().size();
    List<String> columns = new ArrayList<>(source.columns());
    columns.addAll(target.columns());
    LongStream.Builder offsets = LongStream.builder().add(0);
    try (Table.Rows rows = table.rows(columns);
        Spool spool = new Spool()) {
      while (rows.next()) {
        TokenRow tokens =
            texts == 1
                ? tokenizer.encode(rows.text(0))
                : tokenizer.encode(rows.text(0), rows.text(1));
        if (tokens.length() == 0) {
          throw new EvaluationException(
              rows.where() + ": the text gives no tokens; leave the line out");
        }
        byte[] bytes = bytes(tokens);
        spool.write(bytes, 0, bytes.length);
        offsets.add(spool.bytes());
        target.add(rows, texts);
      }
      Targets targets = target.targets(source.table().toString());
      OptionalInt width =
          source.tokenization().padding() == SetSpec.Padding.MAX_LENGTH
              ? source.tokenization().maxLength()
              : OptionalInt.empty();
      return new SentencesDataset(
          name, targets, spool.read(), offsets.build().toArray(), tokenizer.padding(), width);
    }
  }

  static TextTokenizer tokenizer(
      SetSpec.Tokenization tokenization, Iterable<TextTokenizer.Provider> installed) {
    Path file = tokenization.tokenizer();
    if (!Files.isRegularFile(file)) {
      throw new EvaluationException(
          file + ": there is no such file; put it there, or correct the path");
    }
    for (TextTokenizer.Provider provider : installed) {
      return provider.open(file, tokenization.maxLength());
    }
    throw new EvaluationException(
        file + ": no tokenizer is installed; add the module stockpot-tokenizers");
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public int size() {
    return targets.size();
  }

  @Override
  public Targets targets() {
    return targets;
  }

  @Override
  public long exampleBytes() {
    return (long) longest * Long.BYTES * INPUTS;
  }

  @Override
  public Batch batch(int[] examples, Arena arena) {
    int most = 0;
    for (int example : examples) {
      most = Math.max(most, length(example));
    }
    int columns = width.orElse(most);
    List<Long> shape = List.of((long) examples.length, (long) columns);
    long elements = (long) examples.length * columns;
    MemorySegment ids = arena.allocate(ValueLayout.JAVA_LONG, elements);
    MemorySegment mask = arena.allocate(ValueLayout.JAVA_LONG, elements);
    MemorySegment types = arena.allocate(ValueLayout.JAVA_LONG, elements);
    for (int row = 0; row < examples.length; row++) {
      int length = length(examples[row]);
      int first = padding.left() ? columns - length : 0;
      for (int column = 0; column < columns; column++) {
        long at = (long) row * columns + column;
        int token = column - first;
        boolean there = token >= 0 && token < length;
        ids.setAtIndex(
            ValueLayout.JAVA_LONG, at, there ? stored(examples[row], token) : padding.id());
        mask.setAtIndex(ValueLayout.JAVA_LONG, at, there ? 1 : 0);
        types.setAtIndex(
            ValueLayout.JAVA_LONG,
            at,
            there ? stored(examples[row], length + token) : padding.type());
      }
    }
    SequencedMap<String, Batch.Input> inputs = new LinkedHashMap<>();
    inputs.put("input_ids", input(shape, ids));
    inputs.put("attention_mask", input(shape, mask));
    inputs.put("token_type_ids", input(shape, types));
    return new Batch(examples.length, inputs);
  }

  @Override
  public void digest(int example, MessageDigest digest) {
    long begin = offsets[example];
    digest.update(stored.asSlice(begin, offsets[example + 1] - begin).asByteBuffer());
  }

  @Override
  public void close() {
    file.close();
  }

  private static Batch.Input input(List<Long> shape, MemorySegment data) {
    ByteBuffer buffer = data.asByteBuffer().order(ByteOrder.nativeOrder());
    return new Batch.Input(DType.I64, shape, buffer);
  }

  /// Number of tokens.
  private int length(int example) {
    return Math.toIntExact((offsets[example + 1] - offsets[example]) / (2 * Integer.BYTES));
  }

  /// The ids of all tokens are followed by their types.
  private int stored(int example, int index) {
    return stored.get(STORED, offsets[example] + (long) index * Integer.BYTES);
  }

  private static byte[] bytes(TokenRow tokens) {
    ByteBuffer bytes =
        ByteBuffer.allocate(2 * Integer.BYTES * tokens.length()).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < tokens.length(); i++) {
      bytes.putInt(Math.toIntExact(tokens.id(i)));
    }
    for (int i = 0; i < tokens.length(); i++) {
      bytes.putInt(Math.toIntExact(tokens.type(i)));
    }
    return bytes.array();
  }
}
