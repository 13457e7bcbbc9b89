package dev.stockpot.merge;

import dev.stockpot.checkpoint.DType;
import dev.stockpot.checkpoint.Elements;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Stored elements of one thread: what was read last of every input, and what is written next. All
/// of the memory is taken once.
final class Window {
  /// Most elements read at once from one input: reads of 128 to 512 KiB.
  private static final int MOST_ELEMENTS = 64 * 1024;

  /// For one tile of anything.
  final MemorySegment spare;

  private final Arena arena;
  private final MemorySegment memory;
  private MemorySegment output;
  private final List<MemorySegment> slices = new ArrayList<>();
  private List<Source> inputs = List.of();
  private int capacity;
  private int[] unitBytes = {};
  private long from;
  private long to;
  private long taken;

  Window(Arena arena, long bytes) {
    this.arena = arena;
    memory = arena.allocate(bytes, 64);
    output = arena.allocate((long) MOST_ELEMENTS * DType.F64.bytes(), 64);
    spare = arena.allocate((long) Elements.TILE * DType.F64.bytes(), 64);
  }

  /// Bytes of a window for which every input has at least a tile.
  static long leastBytes(int inputs) {
    return (long) inputs * Elements.TILE * DType.F64.bytes();
  }

  /// Turns to the inputs of a block that is mixed.
  ///
  /// @param outputBytes room that the output needs at least
  void beginElements(List<Source> sources, long outputBytes) {
    if (output.byteSize() < outputBytes) {
      output = arena.allocate(outputBytes, 64);
    }
    int[] bytes = sources.stream().mapToInt(source -> source.spec().dtype().bytes()).toArray();
    begin(sources, bytes, MOST_ELEMENTS, Elements.TILE);
  }

  /// Turns to the inputs of a block that is copied: units are bytes.
  ///
  /// @return most bytes to be read at once
  int beginBytes(List<Source> sources) {
    int[] bytes = new int[sources.size()];
    Arrays.fill(bytes, 1);
    begin(sources, bytes, MOST_ELEMENTS * Float.BYTES, 1);
    return capacity;
  }

  private void begin(List<Source> sources, int[] bytes, int most, int multiple) {
    inputs = sources;
    unitBytes = bytes;
    from = 0;
    to = 0;
    taken = 0;
    long units = Math.min(most, memory.byteSize() / Arrays.stream(bytes).sum());
    capacity = (int) (units - units % multiple);
    slices.clear();
    long offset = 0;
    for (int width : bytes) {
      slices.add(memory.asSlice(offset, (long) capacity * width));
      offset += (long) capacity * width;
    }
  }

  /// Bytes read since [#begin].
  long taken() {
    return taken;
  }

  /// Makes sure that `n` elements from `at` on are there, and reads ahead up to `end`.
  void ensure(long at, int n, long end) {
    if (at >= from && at + n <= to) {
      return;
    }
    from = at;
    to = Math.min(end, at + capacity);
    for (int k = 0; k < inputs.size(); k++) {
      Source source = inputs.get(k);
      int bytes = Math.toIntExact((to - from) * unitBytes[k]);
      source.read(from * unitBytes[k], slices.get(k).asSlice(0, bytes).asByteBuffer());
      taken += bytes;
    }
  }

  /// Reads `n` bytes of one input.
  ByteBuffer read(int k, long offset, int n) {
    ByteBuffer buffer = slices.get(k).asSlice(0, n).asByteBuffer();
    inputs.get(k).read(offset, buffer);
    return buffer.flip();
  }

  MemorySegment input(int k) {
    return slices.get(k);
  }

  /// Where element `at` of an input lies in its segment.
  long offset(int k, long at) {
    return (at - from) * unitBytes[k];
  }

  /// Elements that the output has room for.
  long outputCapacity(int bytes) {
    return output.byteSize() / bytes;
  }

  MemorySegment output() {
    return output;
  }

  /// The output's first bytes.
  ByteBuffer output(long bytes) {
    return output.asSlice(0, bytes).asByteBuffer();
  }
}
