package dev.stockpot.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stockpot.checkpoint.DType;
import dev.stockpot.eval.InputSpec.Layout;
import dev.stockpot.eval.SetSpec.Padding;
import dev.stockpot.eval.SetSpec.Target;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TableDatasetsTest {
  @TempDir Path folder;

  @Test
  void columnsBecomeRowsOfFloats() throws IOException {
    Path table = write("t.csv", "y,b,a\n1,0.1,2\n0,-3,4e2\n");
    SetSpec.Source source =
        new SetSpec.Source.Columns(table, List.of("a", "b"), new Target.Label("y", List.of()));
    try (Dataset set = open(source, InputSpec.AS_IS)) {
      assertThat(((Targets.Classes) set.targets()).labels()).containsExactly(1, 0);
      Batch.Input batch = set.batch(new int[] {1, 0}, Arena.ofAuto()).input("x");
      assertThat(batch.dtype()).isEqualTo(DType.F32);
      assertThat(batch.shape()).containsExactly(2L, 2L);
      float[] found = new float[4];
      batch.data().asFloatBuffer().get(found);
      assertThat(found).containsExactly(400, -3, 2, 0.1f);
    }
    InputSpec standardised = new InputSpec(Layout.NHWC, 1, List.of(2.0, 0.0), List.of(2.0, 1.0));
    try (Dataset set = open(source, standardised)) {
      Batch.Input batch = set.batch(new int[] {1}, Arena.ofAuto()).input("x");
      assertThat(batch.data().getFloat(0)).isEqualTo(199);
    }
  }

  @Test
  void targetsAreClassesByNameOrNumbers() throws IOException {
    Path table = write("t.jsonl", "{\"a\": 1, \"y\": \"dog\", \"v\": 2.5}\n");
    try (Dataset set =
        open(columns(table, new Target.Label("y", List.of("cat", "dog"))), InputSpec.AS_IS)) {
      assertThat(((Targets.Classes) set.targets()).labels()).containsExactly(1);
    }
    try (Dataset set = open(columns(table, new Target.Value("v")), InputSpec.AS_IS)) {
      assertThat(((Targets.Values) set.targets()).values()).containsExactly(2.5);
    }
  }

  @Test
  void cellsThatAreNoneAreNamedByTheirLine() throws IOException {
    Path table = write("t.csv", "a,y\n1,0\nn/a,1\n");
    assertFault(
        columns(table, new Target.Label("y", List.of())),
        table
            + ":3: column 'a' holds 'n/a' instead of a number; correct it, or leave the column"
            + " out");
    Path negative = write("n.csv", "a,y\n1,-1\n");
    assertFault(
        columns(negative, new Target.Label("y", List.of())),
        negative
            + ":2: the label is '-1' instead of a number from 0; list the names of the classes in"
            + " the order of the model's outputs under 'classes'");
    Path infinite = write("i.csv", "a,y\n1,NaN\n");
    assertFault(
        columns(infinite, new Target.Value("y")),
        infinite + ":2: 'y' is NaN, and a target must be finite; correct it");
    Path empty = write("e.csv", "a,y\n");
    assertFault(
        columns(empty, new Target.Value("y")), empty + ": has no rows; a set needs at least one");
  }

  @Test
  void tokensAreFilledUpToTheLongestOfTheBatch() throws IOException {
    Path table = write("t.csv", "s,y\nab,1\nabcd,0\na,1\n");
    try (Dataset set = sentences(table, List.of("s"), Padding.BATCH, OptionalInt.empty())) {
      assertThat(set.exampleBytes()).isEqualTo(6 * 8 * 3);
      Batch batch = set.batch(new int[] {0, 2}, Arena.ofAuto());
      assertThat(batch.input("input_ids").shape()).containsExactly(2L, 4L);
      assertThat(batch.input("input_ids").dtype()).isEqualTo(DType.I64);
      assertThat(longs(batch, "input_ids")).containsExactly(1, 'a', 'b', 2, 1, 'a', 2, 9);
      assertThat(longs(batch, "attention_mask")).containsExactly(1, 1, 1, 1, 1, 1, 1, 0);
      assertThat(longs(batch, "token_type_ids")).containsExactly(0, 0, 0, 0, 0, 0, 0, 3);
    }
    try (Dataset set = sentences(table, List.of("s"), Padding.MAX_LENGTH, OptionalInt.of(8))) {
      assertThat(set.exampleBytes()).isEqualTo(8 * 8 * 3);
      assertThat(set.batch(new int[] {2}, Arena.ofAuto()).input("input_ids").shape())
          .containsExactly(1L, 8L);
    }
  }

  @Test
  void pairsHaveTokenTypes() throws IOException {
    Path table = write("t.csv", "s,t,y\nab,c,1\n");
    try (Dataset set = sentences(table, List.of("s", "t"), Padding.BATCH, OptionalInt.empty())) {
      Batch batch = set.batch(new int[] {0}, Arena.ofAuto());
      assertThat(longs(batch, "input_ids")).containsExactly(1, 'a', 'b', 2, 'c', 2);
      assertThat(longs(batch, "token_type_ids")).containsExactly(0, 0, 0, 0, 1, 1);
    }
  }

  @Test
  void theNextTokenIsTheTargetWhereThereIsNoOther() throws IOException {
    Path table = write("t.csv", "s\nab\nc\n");
    SetSpec.Source.Sentences source =
        new SetSpec.Source.Sentences(
            table,
            List.of("s"),
            new Target.NextToken(),
            new SetSpec.Tokenization(table, OptionalInt.empty(), Padding.BATCH));
    try (Dataset set = SentencesDataset.open("test", source, new Letters())) {
      assertThat(set.targets()).isEqualTo(new Targets.Tokens(2));
    }
  }

  @Test
  void equalTextsHaveEqualDigests() throws Exception {
    Path table = write("t.csv", "s,y\nab,1\nabcd,0\nab,0\n");
    try (Dataset set = sentences(table, List.of("s"), Padding.BATCH, OptionalInt.empty())) {
      assertThat(digest(set, 0)).isEqualTo(digest(set, 2)).isNotEqualTo(digest(set, 1));
    }
  }

  @Test
  void textNeedsATokenizerAndNoPreparation() throws IOException {
    Path table = write("t.csv", "s,y\nab,1\n");
    Path none = folder.resolve("tokenizer.json");
    SetSpec.Tokenization tokenization =
        new SetSpec.Tokenization(none, OptionalInt.empty(), Padding.BATCH);
    SetSpec.Source source =
        new SetSpec.Source.Sentences(
            table, List.of("s"), new Target.Label("y", List.of()), tokenization);
    assertFault(source, none + ": there is no such file; put it there, or correct the path");
    Files.writeString(none, "{}");
    assertThatThrownBy(() -> SentencesDataset.tokenizer(tokenization, List.of()))
        .isInstanceOf(EvaluationException.class)
        .hasMessage(none + ": no tokenizer is installed; add the module stockpot-tokenizers");
    InputSpec scaled = new InputSpec(Layout.NHWC, 255, List.of(0.0), List.of(1.0));
    assertThatThrownBy(() -> open(source, scaled))
        .isInstanceOf(EvaluationException.class)
        .hasMessage("set 'test': is text, and 'input' is for numbers and images; leave it out");
  }

  @Test
  void resizingIsForImageFiles() throws IOException {
    Path table = write("t.csv", "a,y\n1,0\n");
    ImageSpec cropped =
        new ImageSpec(
            ImageSpec.Interpolation.BILINEAR,
            OptionalInt.of(8),
            Optional.empty(),
            Optional.empty());
    InputSpec input = new InputSpec(Layout.NHWC, 1, List.of(0.0), List.of(1.0), cropped);
    assertThatThrownBy(() -> open(columns(table, new Target.Value("y")), input))
        .isInstanceOf(EvaluationException.class)
        .hasMessage(
            "set 'test': is not of image files, and resize and crop in 'input' are for these; leave"
                + " them out, and resize before the arrays are saved");
  }

  /// A token per letter, between 1 and 2.
  private static final class Letters implements TextTokenizer {
    @Override
    public TokenRow encode(String text) {
      return encode(text, "");
    }

    @Override
    public TokenRow encode(String first, String second) {
      String all = "\u0001" + first + "\u0002" + (second.isEmpty() ? "" : second + "\u0002");
      long[] types = new long[all.length()];
      Arrays.fill(types, first.length() + 2, all.length(), 1);
      return new TokenRow(all.chars().asLongStream().toArray(), types);
    }

    @Override
    public TokenPadding padding() {
      return new TokenPadding(9, 3, false);
    }

    @Override
    public void close() {}
  }

  private static Dataset sentences(
      Path table, List<String> columns, Padding padding, OptionalInt maxLength) {
    return SentencesDataset.open(
        "test",
        new SetSpec.Source.Sentences(
            table,
            columns,
            new Target.Label("y", List.of()),
            new SetSpec.Tokenization(table, maxLength, padding)),
        new Letters());
  }

  private static long[] longs(Batch batch, String input) {
    long[] longs = new long[batch.input(input).data().remaining() / Long.BYTES];
    batch.input(input).data().asLongBuffer().get(longs);
    return longs;
  }

  private static SetSpec.Source columns(Path table, Target target) {
    return new SetSpec.Source.Columns(table, List.of("a"), target);
  }

  private Path write(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }

  private static Dataset open(SetSpec.Source source, InputSpec input) {
    return Datasets.open(new SetSpec("test", Role.ID, source), input);
  }

  private static byte[] digest(Dataset set, int example) throws Exception {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    set.digest(example, digest);
    return digest.digest();
  }

  private static void assertFault(SetSpec.Source source, String what) {
    assertThatThrownBy(() -> open(source, InputSpec.AS_IS))
        .isInstanceOf(EvaluationException.class)
        .hasMessage("set 'test': " + what);
  }
}
