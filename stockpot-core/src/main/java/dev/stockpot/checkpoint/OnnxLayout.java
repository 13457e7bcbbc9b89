package dev.stockpot.checkpoint;

import static dev.stockpot.checkpoint.OnnxFields.GRAPH_INITIALIZER;
import static dev.stockpot.checkpoint.OnnxFields.MODEL_GRAPH;
import static dev.stockpot.checkpoint.OnnxFields.TENSOR_DATA;
import static dev.stockpot.checkpoint.OnnxFields.TENSOR_DATA_LOCATION;
import static dev.stockpot.checkpoint.OnnxFields.TENSOR_EXTERNAL_DATA;
import static dev.stockpot.checkpoint.OnnxFields.TENSOR_NAME;
import static dev.stockpot.checkpoint.OnnxFields.TENSOR_RAW;

import dev.stockpot.internal.protobuf.ProtobufReader;
import dev.stockpot.internal.protobuf.ProtobufWriter;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// A model like another one, with the data of some initializers elsewhere: what is copied, what is
/// new, and where there is room for data. Everything else is the same byte for byte and in the same
/// order.
///
/// @param pieces in a row
/// @param bytes that they take
record OnnxLayout(List<Piece> pieces, long bytes) {

  /// Bytes of the new file.
  sealed interface Piece {
    /// How many.
    long bytes();
  }

  /// Bytes of the old file.
  record Copy(long from, long bytes) implements Piece {}

  /// Bytes that are new.
  record Fresh(ByteBuffer content) implements Piece {
    @Override
    public long bytes() {
      return content.remaining();
    }
  }

  /// Room for an initializer's data.
  record Room(String name, long bytes) implements Piece {}

  /// Where an initializer's data goes.
  sealed interface Placement {}

  /// Into the file, as raw bytes.
  record Inline(long bytes) implements Placement {}

  /// Into another file.
  ///
  /// @param entries in which the format says where, such as `location`
  record External(Map<String, String> entries) implements Placement {}

  OnnxLayout {
    pieces = List.copyOf(pieces);
  }

  /// Lays out a model like the one in a file.
  ///
  /// @param placements by name; initializers that are not among them are copied
  static OnnxLayout of(MemorySegment file, Map<String, Placement> placements) {
    Pieces model = new Pieces();
    for (ProtobufReader in = new ProtobufReader(file); in.next(); ) {
      if (in.number() == MODEL_GRAPH) {
        model.message(in, graph(in.message(), placements));
      } else {
        model.copy(in.start(), in.bytes());
      }
    }
    return new OnnxLayout(model.all, model.bytes);
  }

  /// The model; there is no [Room] in it.
  byte[] toByteArray(MemorySegment file) {
    ByteBuffer out = ByteBuffer.allocate(Math.toIntExact(bytes));
    for (Piece piece : pieces) {
      switch (piece) {
        case Copy(long from, long size) -> out.put(file.asSlice(from, size).asByteBuffer());
        case Fresh(ByteBuffer content) -> out.put(content.duplicate());
        case Room(String name, _) -> throw new IllegalStateException("data of '" + name + "'");
      }
    }
    return out.array();
  }

  /// The last text under a number, empty if there is none.
  static String text(ProtobufReader in, int number) {
    String text = "";
    while (in.next()) {
      if (in.number() == number) {
        text = in.text();
      }
    }
    return text;
  }

  private static Pieces graph(ProtobufReader in, Map<String, Placement> placements) {
    Pieces graph = new Pieces();
    while (in.next()) {
      String name = in.number() == GRAPH_INITIALIZER ? text(in.message(), TENSOR_NAME) : "";
      Placement placement = placements.get(name);
      if (placement == null) {
        graph.copy(in.start(), in.bytes());
      } else {
        graph.message(in, tensor(name, in.message(), placement));
      }
    }
    return graph;
  }

  private static Pieces tensor(String name, ProtobufReader in, Placement placement) {
    Pieces tensor = new Pieces();
    boolean placed = false;
    while (in.next()) {
      if (TENSOR_DATA.contains(in.number())
          || in.number() == TENSOR_EXTERNAL_DATA
          || in.number() == TENSOR_DATA_LOCATION) {
        if (!placed) {
          tensor.data(name, placement);
          placed = true;
        }
      } else {
        tensor.copy(in.start(), in.bytes());
      }
    }
    if (!placed) {
      tensor.data(name, placement);
    }
    return tensor;
  }

  private static final class Pieces {
    private final List<Piece> all = new ArrayList<>();
    private long bytes;

    void copy(long from, long size) {
      if (!all.isEmpty()
          && all.getLast() instanceof Copy(long before, long sizeBefore)
          && before + sizeBefore == from) {
        all.set(all.size() - 1, new Copy(before, sizeBefore + size));
      } else {
        all.add(new Copy(from, size));
      }
      bytes += size;
    }

    /// A field whose value is a message; if that has not changed, the field as it was.
    void message(ProtobufReader field, Pieces value) {
      if (value.all.stream().allMatch(piece -> piece instanceof Copy)) {
        copy(field.start(), field.bytes());
        return;
      }
      ProtobufWriter header = new ProtobufWriter();
      header.header(field.number(), value.bytes);
      fresh(header);
      all.addAll(value.all);
      bytes += value.bytes;
    }

    void data(String name, Placement placement) {
      switch (placement) {
        case Inline(long size) -> {
          ProtobufWriter header = new ProtobufWriter();
          header.header(TENSOR_RAW, size);
          fresh(header);
          all.add(new Room(name, size));
          bytes += size;
        }
        case External(Map<String, String> entries) -> {
          ProtobufWriter tensor = new ProtobufWriter();
          entries.forEach((key, value) -> {
            ProtobufWriter entry = new ProtobufWriter();
            entry.text(OnnxFields.ENTRY_KEY, key);
            entry.text(OnnxFields.ENTRY_VALUE, value);
            tensor.message(TENSOR_EXTERNAL_DATA, entry);
          });
          tensor.integer(TENSOR_DATA_LOCATION, OnnxFields.EXTERNAL);
          fresh(tensor);
        }
      }
    }

    private void fresh(ProtobufWriter content) {
      Fresh piece = new Fresh(ByteBuffer.wrap(content.toByteArray()).asReadOnlyBuffer());
      all.add(piece);
      bytes += piece.bytes();
    }
  }
}
