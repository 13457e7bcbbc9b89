package dev.stockpot.eval;

import dev.stockpot.checkpoint.Tensor;

/// Numbers of one type in a file, as a view of mapped memory: little-endian, in C order.
interface StoredArray extends AutoCloseable {

  /// The file, and the part of it, for messages.
  String where();

  /// Its elements: of a type that `.npy` files hold.
  Tensor tensor();

  @Override
  void close();
}
