package dev.stockpot.benchmarks;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;

/// The least an average of files can cost: reads every input, writes a file as long as the first,
/// waits until it is on disk, and computes nothing. All processors, in pieces of 128 KiB.
///
///     PlainCopy OUT INPUT…
public final class PlainCopy {
  private static final int PIECE_BYTES = 128 * 1024;

  private PlainCopy() {}

  /// Copies.
  ///
  /// @param args the file to write, then the files to read
  public static void main(String[] args)
      throws IOException, InterruptedException, ExecutionException {
    List<FileChannel> inputs = new ArrayList<>();
    for (String input : List.of(args).subList(1, args.length)) {
      inputs.add(FileChannel.open(Path.of(input), StandardOpenOption.READ));
    }
    try (FileChannel output =
        FileChannel.open(
            Path.of(args[0]), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      AtomicLong next = new AtomicLong();
      int threads = Runtime.getRuntime().availableProcessors();
      List<Future<?>> copies = new ArrayList<>();
      try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
        for (int i = 0; i < threads; i++) {
          copies.add(
              pool.submit(() -> {
                copy(inputs, output, next);
                return null;
              }));
        }
      }
      for (Future<?> copy : copies) {
        copy.get();
      }
      output.force(true);
    }
    for (FileChannel input : inputs) {
      input.close();
    }
  }

  private static void copy(List<FileChannel> inputs, FileChannel output, AtomicLong next)
      throws IOException {
    List<ByteBuffer> pieces =
        inputs.stream().map(_ -> ByteBuffer.allocateDirect(PIECE_BYTES)).toList();
    long size = inputs.getFirst().size();
    for (long at = next.getAndAdd(PIECE_BYTES); at < size; at = next.getAndAdd(PIECE_BYTES)) {
      for (int i = 0; i < inputs.size(); i++) {
        read(inputs.get(i), at, pieces.get(i).clear());
      }
      ByteBuffer piece = pieces.getFirst().flip();
      for (long to = at; piece.hasRemaining(); ) {
        to += output.write(piece, to);
      }
    }
  }

  private static void read(FileChannel input, long position, ByteBuffer target) throws IOException {
    long at = position;
    while (target.hasRemaining()) {
      int count = input.read(target, at);
      if (count < 0) {
        return;
      }
      at += count;
    }
  }
}
