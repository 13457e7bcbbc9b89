package dev.stockpot.cli.scratch;

/// A text as a bag of what it is spelled with: how often each group of one, two and three letters
/// is in it, a space standing for its ends. Groups share [#SIZE] places by their hash.
///
/// @see <a href="https://arxiv.org/abs/1607.01759">Joulin et al. 2017, section 2</a>
final class LetterGroups {
  /// Numbers of a bag.
  static final int SIZE = 2048;

  private static final int LONGEST = 3;

  private LetterGroups() {}

  /// The bag of a text.
  static byte[] of(String text) {
    String between = " " + text + " ";
    byte[] bag = new byte[SIZE];
    for (int length = 1; length <= LONGEST; length++) {
      for (int start = 0; start + length <= between.length(); start++) {
        bag[place(between.substring(start, start + length))]++;
      }
    }
    return bag;
  }

  /// The 32-bit FNV-1a hash over UTF-16, folded.
  private static int place(String group) {
    int hash = 0x811C9DC5;
    for (int i = 0; i < group.length(); i++) {
      hash = (hash ^ group.charAt(i)) * 0x01000193;
    }
    return (hash ^ hash >>> 16) & SIZE - 1;
  }
}
