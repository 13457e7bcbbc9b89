package dev.stockpot.checkpoint;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/// Damages files: what a bad disk, a broken download or a bad mind makes of them.
final class Mutation {
  private static final int MOST_INSERTED = 64;

  private final SplittableRandom random;

  Mutation(long seed) {
    random = new SplittableRandom(seed);
  }

  /// A damaged copy, never empty of damage: one to three changes.
  ///
  /// @param others whose parts may be put into it
  byte[] of(byte[] file, List<byte[]> others) {
    byte[] damaged = file.clone();
    int changes = 1 + random.nextInt(3);
    for (int i = 0; i < changes; i++) {
      damaged = change(damaged, others);
    }
    return damaged;
  }

  /// One of as many.
  int pick(int count) {
    return random.nextInt(count);
  }

  private byte[] change(byte[] file, List<byte[]> others) {
    return switch (random.nextInt(8)) {
      case 0 -> flipped(file);
      case 1 -> Arrays.copyOf(file, place(file.length + 1));
      case 2 -> inserted(file, bytes());
      case 3 -> cut(file);
      case 4 -> spliced(file, others.get(random.nextInt(others.size())));
      case 5 -> repeated(file);
      default -> withNumber(file);
    };
  }

  private byte[] flipped(byte[] file) {
    byte[] copy = file.clone();
    for (int i = random.nextInt(8); i >= 0 && copy.length > 0; i--) {
      copy[place(copy.length)] ^= (byte) (1 << random.nextInt(8));
    }
    return copy;
  }

  private byte[] bytes() {
    byte[] bytes = new byte[1 + random.nextInt(MOST_INSERTED)];
    random.nextBytes(bytes);
    return bytes;
  }

  private byte[] inserted(byte[] file, byte[] bytes) {
    int at = place(file.length + 1);
    return joined(Arrays.copyOf(file, at), bytes, Arrays.copyOfRange(file, at, file.length));
  }

  private byte[] cut(byte[] file) {
    int from = place(file.length + 1);
    int to = Math.min(file.length, from + 1 + random.nextInt(MOST_INSERTED));
    return joined(Arrays.copyOf(file, from), Arrays.copyOfRange(file, to, file.length));
  }

  private byte[] spliced(byte[] file, byte[] other) {
    int at = place(other.length + 1);
    return joined(
        Arrays.copyOf(file, place(file.length + 1)), Arrays.copyOfRange(other, at, other.length));
  }

  private byte[] repeated(byte[] file) {
    int from = place(file.length + 1);
    int to = Math.min(file.length, from + 1 + random.nextInt(4 * MOST_INSERTED));
    return inserted(file, Arrays.copyOfRange(file, from, to));
  }

  /// A length, a count or an offset that is another: small, huge, negative, off by one, the file's.
  private byte[] withNumber(byte[] file) {
    byte[] copy = file.clone();
    int width = 1 << random.nextInt(4);
    if (copy.length < width) {
      return copy;
    }
    int at = place(copy.length - width + 1);
    ByteOrder order = random.nextBoolean() ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN;
    ByteBuffer buffer = ByteBuffer.wrap(copy).order(order);
    long old = copy.length - at >= Long.BYTES ? buffer.getLong(at) : copy[at];
    long number =
        switch (random.nextInt(8)) {
          case 0 -> 0;
          case 1 -> -1;
          case 2 -> old + 1;
          case 3 -> old - 1;
          case 4 -> file.length - random.nextInt(MOST_INSERTED);
          case 5 -> 1L << random.nextInt(Long.SIZE);
          case 6 -> (1L << random.nextInt(Long.SIZE)) - 1;
          default -> random.nextLong();
        };
    switch (width) {
      case 1 -> buffer.put(at, (byte) number);
      case 2 -> buffer.putShort(at, (short) number);
      case 4 -> buffer.putInt(at, (int) number);
      default -> buffer.putLong(at, number);
    }
    return copy;
  }

  /// Somewhere below a length; every other time near the beginning or the end, where headers and
  /// directories are.
  private int place(int length) {
    int near = Math.min(length, 256);
    return switch (random.nextInt(4)) {
      case 0 -> random.nextInt(near);
      case 1 -> length - 1 - random.nextInt(near);
      default -> random.nextInt(length);
    };
  }

  private static byte[] joined(byte[]... parts) {
    ByteBuffer all = ByteBuffer.allocate(Arrays.stream(parts).mapToInt(part -> part.length).sum());
    for (byte[] part : parts) {
      all.put(part);
    }
    return all.array();
  }
}
