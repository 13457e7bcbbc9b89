package dev.stockpot.cli.scratch;

import java.text.Normalizer;
import java.util.SplittableRandom;
import java.util.regex.Pattern;

/// Misspells a name as people in a hurry do: without accents, and with a letter lost, doubled,
/// mistyped or swapped with the next for every twelve begun.
final class Misspelling {
  private static final Pattern ACCENTS = Pattern.compile("\\p{Mn}+");
  private static final int LETTERS_PER_SLIP = 12;

  private Misspelling() {}

  static String of(String name, SplittableRandom random) {
    String plain = ACCENTS.matcher(Normalizer.normalize(name, Normalizer.Form.NFD)).replaceAll("");
    StringBuilder text = new StringBuilder(plain);
    int slips = 1 + plain.length() / LETTERS_PER_SLIP;
    for (int slip = 0; slip < slips && !text.isEmpty(); slip++) {
      int at = random.nextInt(text.length());
      switch (random.nextInt(4)) {
        case 0 -> text.deleteCharAt(at);
        case 1 -> text.insert(at, text.charAt(at));
        case 2 -> text.setCharAt(at, (char) ('a' + random.nextInt(26)));
        default -> {
          if (at + 1 < text.length()) {
            char next = text.charAt(at + 1);
            text.setCharAt(at + 1, text.charAt(at));
            text.setCharAt(at, next);
          }
        }
      }
    }
    return text.toString();
  }
}
