package dev.stockpot.cli.options;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stockpot.checkpoint.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParameterException;

class OptionsTest {
  @Command
  static final class All {
    @Mixin private ThreadsOption threads;
    @Mixin private MemoryOption memory;
    @Mixin private DTypeOptions dtype;
  }

  @Test
  void nothingGivenLeavesTheDefaults() {
    All all = parse();
    assertThat(all.threads.threads()).isEqualTo(Runtime.getRuntime().availableProcessors());
    assertThat(all.memory.bytes()).isEmpty();
    assertThat(all.dtype.outDType()).isEmpty();
    assertThat(all.dtype.saturate()).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1",
    "512m, 536870912",
    "2g, 2147483648",
    "1.5G, 1610612736",
    "64KiB, 65536",
    "8 MB, 8388608"
  })
  void sizesAreInPowersOfTwo(String size, long bytes) {
    assertThat(parse("--memory", size).memory.bytes()).hasValue(bytes);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "0", "-1", "2x", "m", "9999999t", "1e3"})
  void otherSizesAreRefused(String size) {
    assertThatThrownBy(() -> parse("--memory", size))
        .isInstanceOf(ParameterException.class)
        .hasMessage(
            "Invalid value for option '--memory': '" + size + "' is not a size; write 512m or 2g");
  }

  @ParameterizedTest
  @CsvSource({
    "F16, F16",
    "bf16, BF16",
    "Float32, F32",
    "fp16, F16",
    "float64, F64",
    "bfloat16, BF16",
    "f8_e4m3, F8_E4M3",
    "float8_e5m2, F8_E5M2"
  })
  void floatTypesHaveTheirUsualNames(String name, DType dtype) {
    assertThat(parse("--out-dtype", name, "--saturate").dtype.outDType()).contains(dtype);
  }

  @Test
  void otherValuesAreRefused() {
    assertThatThrownBy(() -> parse("--out-dtype", "bflot16"))
        .hasMessage(
            "Invalid value for option '--out-dtype': unknown float type 'bflot16'; "
                + "did you mean 'bfloat16'?");
    assertThatThrownBy(() -> parse("--threads", "0"))
        .isInstanceOf(ParameterException.class)
        .hasMessage("--threads is 0; it must be at least 1");
  }

  private static All parse(String... args) {
    All all = new All();
    new CommandLine(all).parseArgs(args);
    return all;
  }
}
