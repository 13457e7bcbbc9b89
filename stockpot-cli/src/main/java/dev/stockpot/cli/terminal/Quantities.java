package dev.stockpot.cli.terminal;

import java.math.BigDecimal;
import java.math.MathContext;
import java.time.Duration;
import java.util.List;

/// Numbers for people.
///
/// Files and rates are in powers of ten (kB, MB, GB), as disks and the Hugging Face Hub count them;
/// memory is in powers of two (KiB, MiB, GiB), as the JVM counts it.
///
/// Nothing here that a small merge prints needs a [java.util.Formatter] or a [BigDecimal], which
/// take longer to get ready than the merge.
public final class Quantities {
  private static final List<String> DECIMAL = List.of("B", "kB", "MB", "GB", "TB", "PB", "EB");
  private static final List<String> BINARY = List.of("B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB");
  private static final List<String> COUNTS = List.of("", "k", "M", "B", "T");

  private Quantities() {}

  /// Size of a file or tensor: `1.2 GB`.
  public static String bytes(long bytes) {
    return scaled(bytes, 1000, DECIMAL);
  }

  /// Size of memory: `512 MiB`.
  public static String memory(long bytes) {
    return scaled(bytes, 1024, BINARY);
  }

  /// An exact count: `61,706`.
  public static String count(long count) {
    StringBuilder digits = new StringBuilder(Long.toString(count));
    int first = count < 0 ? 1 : 0;
    for (int at = digits.length() - 3; at > first; at -= 3) {
      digits.insert(at, ',');
    }
    return digits.toString();
  }

  /// A count to three digits, with k, M, B (10⁹) and T: `7.24 B`.
  public static String about(long count) {
    return scaled(count, 1000, COUNTS).strip();
  }

  /// How long: `0.8 s`, `12 s`, `1 min 05 s`, `2 h 07 min`, `3 d 04 h`.
  public static String duration(Duration duration) {
    long millis = duration.toMillis();
    if (millis < 9_950) {
      long tenths = (millis + 50) / 100;
      return tenths / 10 + "." + tenths % 10 + " s";
    }
    long seconds = Math.round(millis / 1000.0);
    if (seconds < 60) {
      return seconds + " s";
    } else if (seconds < 3600) {
      return pair(seconds / 60, "min", seconds % 60, "s");
    } else if (seconds < 86_400) {
      return pair(seconds / 3600, "h", seconds % 3600 / 60, "min");
    }
    return pair(seconds / 86_400, "d", seconds % 86_400 / 3600, "h");
  }

  /// A real number to five digits: `0.00012346`, `1.2346e-7`, `nan`, `inf`.
  public static String number(double number) {
    if (Double.isNaN(number)) {
      return "nan";
    } else if (Double.isInfinite(number)) {
      return number > 0 ? "inf" : "-inf";
    } else if (number == 0) {
      return "0";
    }
    BigDecimal rounded = new BigDecimal(number, new MathContext(5)).stripTrailingZeros();
    int exponent = rounded.precision() - rounded.scale() - 1;
    if (exponent >= -4 && exponent < 9) {
      return rounded.toPlainString();
    }
    return rounded.scaleByPowerOfTen(-exponent).toPlainString() + "e" + exponent;
  }

  private static String pair(long large, String largeUnit, long small, String smallUnit) {
    return large + " " + largeUnit + " " + small / 10 + small % 10 + " " + smallUnit;
  }

  /// Up to three digits and a unit.
  private static String scaled(long amount, int step, List<String> units) {
    if (amount < step) {
      return amount + " " + units.getFirst();
    }
    double scaled = amount;
    int unit = 0;
    // 999.5 would be printed as 1000.
    while (scaled >= step - 0.5 && unit < units.size() - 1) {
      scaled /= step;
      unit++;
    }
    int power = scaled >= 100 ? 1 : scaled >= 10 ? 10 : 100;
    long rounded = Math.round(scaled * power);
    return rounded / power + fraction((int) (rounded % power), power) + " " + units.get(unit);
  }

  /// The digits after the point without zeros at the end, and the point if there are any.
  private static String fraction(int digits, int power) {
    if (digits == 0) {
      return "";
    }
    return digits % 10 == 0
        ? fraction(digits / 10, power / 10)
        : "." + Integer.toString(power + digits).substring(1);
  }
}
