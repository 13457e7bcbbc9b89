package dev.stockpot.internal.pickle;

import dev.stockpot.internal.io.InputFile;
import dev.stockpot.internal.pickle.Pickled.Bool;
import dev.stockpot.internal.pickle.Pickled.Call;
import dev.stockpot.internal.pickle.Pickled.Dict;
import dev.stockpot.internal.pickle.Pickled.Global;
import dev.stockpot.internal.pickle.Pickled.Int;
import dev.stockpot.internal.pickle.Pickled.Items;
import dev.stockpot.internal.pickle.Pickled.Other;
import dev.stockpot.internal.pickle.Pickled.Persistent;
import dev.stockpot.internal.pickle.Pickled.Text;
import dev.stockpot.internal.text.Excerpt;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/// Reads a pickle, protocols 0 to 5, as data: a call becomes a [Call] that nobody makes, a class or
/// function a [Global] that nobody looks up, and a name that is not known is refused where it
/// stands.
///
/// Time and memory grow with the bytes read, whatever the pickle says.
///
/// @see <a href="https://github.com/python/cpython/blob/main/Lib/pickletools.py">the opcodes</a>
public final class PickleReader {
  /// Longest pickle that is read.
  public static final long MAX_BYTES = 100_000_000;

  /// Most values that a pickle may push onto the stack or store in the memo.
  public static final int MAX_VALUES = 10_000_000;

  private static final int NEWEST_PROTOCOL = 5;

  private final PickleInput in;
  private final Predicate<Global> known;
  private final ArrayList<Pickled> stack = new ArrayList<>();
  private final ArrayList<Integer> marks = new ArrayList<>();
  private final Map<Long, Pickled> memo = new HashMap<>();
  private final List<Persistent> persistents = new ArrayList<>();
  private int values;
  private long at;

  /// @param begin where the pickle begins
  /// @param end byte after the last that may belong to it
  /// @param known the classes and functions that may be named
  public PickleReader(InputFile file, long begin, long end, Predicate<Global> known) {
    this.in = new PickleInput(file, begin, Math.min(end, begin + MAX_BYTES));
    this.known = known;
  }

  /// Reads the pickle to its end.
  ///
  /// @throws PickleException if it is not valid or names what is not known
  public Pickled read() {
    while (true) {
      at = in.position();
      int opcode = in.u8();
      if (opcode == '.') {
        return pop();
      }
      run(opcode);
    }
  }

  /// The byte after the pickle, once it is read.
  public long position() {
    return in.position();
  }

  /// Everything the pickle refers to that lies outside it, once it is read.
  public List<Persistent> persistents() {
    return Collections.unmodifiableList(persistents);
  }

  private void run(int opcode) {
    switch (opcode) {
      case 0x80 -> protocol(in.u8());
      case 0x95 -> in.i64(); // FRAME: only a hint for readers that buffer
      case '(' -> mark();
      case '0' -> popOrMark();
      case '1' -> popToMark();
      case '2' -> push(peek());
      case 'N' -> push(Other.OTHER);
      case 0x88 -> push(new Bool(true));
      case 0x89 -> push(new Bool(false));
      case 'I', 'L', 'F' -> number(opcode, in.line());
      case 'J' -> push(new Int(in.i32()));
      case 'K' -> push(new Int(in.u8()));
      case 'M' -> push(new Int(in.u16()));
      case 0x8a -> longInteger(in.u8());
      case 0x8b -> longInteger(in.u32());
      case 'G' -> skipped(8);
      case 'S' -> push(new Text(quoted(in.line())));
      case 'V' -> push(new Text(plain(in.line())));
      case 'U' -> bytesOrText(in.u8());
      case 'T' -> bytesOrText(in.u32());
      case 'X' -> push(new Text(in.text(in.u32())));
      case 0x8c -> push(new Text(in.text(in.u8())));
      case 0x8d -> push(new Text(in.text(in.i64())));
      case 'C' -> skipped(in.u8());
      case 'B' -> skipped(in.u32());
      case 0x8e, 0x96 -> skipped(in.i64());
      case ')' -> push(Items.EMPTY_TUPLE);
      case ']', 0x8f -> push(Items.list(List.of()));
      case 't', 0x91 -> push(Items.tuple(popToMark()));
      case 'l' -> push(Items.list(popToMark()));
      case 0x85 -> push(Items.tuple(pop(1)));
      case 0x86 -> push(Items.tuple(pop(2)));
      case 0x87 -> push(Items.tuple(pop(3)));
      case '}' -> push(new Dict());
      case 'd' -> dictionary();
      case 'a' -> append(pop(1));
      case 'e', 0x90 -> append(popToMark());
      case 's' -> set(pop(2));
      case 'u' -> set(popToMark());
      case 'c' -> global(plain(in.line()), plain(in.line()));
      case 0x93 -> stackGlobal();
      case 'R', 0x81 -> call(arguments(pop()));
      case 0x92 -> callWithKeywords();
      case 'i' -> instance();
      case 'o' -> object();
      case 'b' -> build();
      case 'P' -> persistent(new Text(plain(in.line())));
      case 'Q' -> persistent(pop());
      case 'g' -> recall(decimal(in.line()));
      case 'h' -> recall(in.u8());
      case 'j' -> recall(in.u32());
      case 'p' -> store(decimal(in.line()));
      case 'q' -> store(in.u8());
      case 'r' -> store(in.u32());
      case 0x94 -> store(memo.size());
      case 0x82, 0x83, 0x84 -> throw fault("uses an extension code, which only its writer knows");
      case 0x97, 0x98 -> throw fault("refers to buffers outside the pickle");
      default ->
          throw fault(
              "byte 0x%02x is no opcode of a pickle; the file is damaged".formatted(opcode));
    }
  }

  private void protocol(int version) {
    if (version > NEWEST_PROTOCOL) {
      throw fault("is a pickle of protocol " + version + "; known are 0 to " + NEWEST_PROTOCOL);
    }
  }

  private void push(Pickled value) {
    count();
    stack.add(value);
  }

  private void mark() {
    count();
    marks.add(stack.size());
  }

  private void count() {
    values++;
    if (values > MAX_VALUES) {
      throw fault("the pickle holds more than " + MAX_VALUES + " values");
    }
  }

  private int floor() {
    return marks.isEmpty() ? 0 : marks.getLast();
  }

  private Pickled peek() {
    if (stack.size() <= floor()) {
      throw fault("an opcode needs a value that is not there; the pickle is damaged");
    }
    return stack.getLast();
  }

  private Pickled pop() {
    Pickled top = peek();
    stack.removeLast();
    return top;
  }

  private List<Pickled> pop(int count) {
    if (stack.size() - floor() < count) {
      throw fault("an opcode needs a value that is not there; the pickle is damaged");
    }
    return popFrom(stack.size() - count);
  }

  private List<Pickled> popToMark() {
    if (marks.isEmpty()) {
      throw fault("an opcode needs a mark that is not there; the pickle is damaged");
    }
    return popFrom(marks.removeLast());
  }

  private List<Pickled> popFrom(int first) {
    List<Pickled> tail = stack.subList(first, stack.size());
    List<Pickled> popped = List.copyOf(tail);
    tail.clear();
    return popped;
  }

  private void popOrMark() {
    if (!marks.isEmpty() && marks.getLast() == stack.size()) {
      marks.removeLast();
    } else {
      pop();
    }
  }

  private void skipped(long length) {
    in.skip(length);
    push(Other.OTHER);
  }

  private void bytesOrText(long length) {
    // A Python 2 string: text, or bytes that nobody here needs.
    byte[] bytes = in.bytes(length);
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      push(new Text(text));
    } catch (CharacterCodingException e) {
      push(Other.OTHER);
    }
  }

  private void longInteger(long length) {
    if (length > Long.BYTES) {
      skipped(length);
      return;
    }
    byte[] bytes = in.bytes(length);
    long value = 0;
    for (int i = bytes.length - 1; i >= 0; i--) {
      value = i == bytes.length - 1 ? bytes[i] : value << 8 | Byte.toUnsignedLong(bytes[i]);
    }
    push(new Int(value));
  }

  private void number(int opcode, String line) {
    if (opcode == 'F') {
      push(Other.OTHER);
    } else if (opcode == 'I' && (line.equals("00") || line.equals("01"))) {
      push(new Bool(line.equals("01")));
    } else {
      String digits = line.endsWith("L") ? line.substring(0, line.length() - 1) : line;
      push(digits.length() > 20 ? Other.OTHER : integer(digits));
    }
  }

  private Pickled integer(String digits) {
    try {
      BigInteger value = new BigInteger(digits);
      return value.bitLength() < Long.SIZE ? new Int(value.longValue()) : Other.OTHER;
    } catch (NumberFormatException e) {
      throw fault("'" + Excerpt.of(digits) + "' is no integer; the pickle is damaged");
    }
  }

  private long decimal(String line) {
    if (integer(line) instanceof Int(long value)) {
      return value;
    }
    throw fault("'" + Excerpt.of(line) + "' is no place in the memo; the pickle is damaged");
  }

  private String quoted(String line) {
    int last = line.length() - 1;
    if (last < 1 || line.charAt(0) != line.charAt(last) || "'\"".indexOf(line.charAt(0)) < 0) {
      throw fault("a string has no quotes; the pickle is damaged");
    }
    return plain(line.substring(1, last));
  }

  private String plain(String line) {
    if (line.indexOf('\\') >= 0) {
      throw fault("a text has an escape sequence; save the file with a newer pickle protocol");
    }
    return line;
  }

  private void dictionary() {
    Dict dict = new Dict();
    List<Pickled> pairs = popToMark();
    push(dict);
    add(dict, pairs);
  }

  private void append(List<Pickled> items) {
    switch (peek()) {
      case Items list when list.add(items) -> {}
      case Call _ -> {} // a list of a class of its own: no tensors that we look for
      default -> throw fault("something is appended to what is no list; the pickle is damaged");
    }
  }

  private void set(List<Pickled> pairs) {
    switch (peek()) {
      case Dict dict -> add(dict, pairs);
      case Call call -> add(call.entries(), pairs);
      default -> throw fault("a key is set in what is no dictionary; the pickle is damaged");
    }
  }

  private void add(Dict dict, List<Pickled> pairs) {
    if (pairs.size() % 2 != 0) {
      throw fault("a key of a dictionary has no value; the pickle is damaged");
    }
    dict.add(pairs);
  }

  private void stackGlobal() {
    List<Pickled> names = pop(2);
    if (names.getFirst() instanceof Text(String module)
        && names.getLast() instanceof Text(String name)) {
      global(module, name);
    } else {
      throw fault("a class or function is not named by texts; the pickle is damaged");
    }
  }

  private void global(String module, String name) {
    Global global = new Global(module, name);
    if (!known.test(global)) {
      throw fault(
          "names '"
              + Excerpt.of(global.dotted())
              + "', which is no part of a tensor; it was not run."
              + " Save the weights alone, as torch.save(model.state_dict(), path) does");
    }
    push(global);
  }

  private List<Pickled> arguments(Pickled tuple) {
    if (tuple instanceof Items items) {
      return items.items();
    }
    throw fault("the arguments of a call are no tuple; the pickle is damaged");
  }

  private void call(List<Pickled> arguments) {
    push(new Call(pop(), arguments, new Dict()));
  }

  private void callWithKeywords() {
    pop();
    call(arguments(pop()));
  }

  private void instance() {
    List<Pickled> arguments = popToMark();
    global(plain(in.line()), plain(in.line()));
    call(arguments);
  }

  private void object() {
    List<Pickled> parts = popToMark();
    if (parts.isEmpty()) {
      throw fault("an object has no class; the pickle is damaged");
    }
    push(new Call(parts.getFirst(), parts.subList(1, parts.size()), new Dict()));
  }

  private void build() {
    pop(); // attributes, such as _metadata
    if (!(peek() instanceof Call)) {
      throw fault("attributes are set on what is no object; the pickle is damaged");
    }
  }

  private void persistent(Pickled id) {
    Persistent persistent = new Persistent(id);
    persistents.add(persistent);
    push(persistent);
  }

  private void store(long index) {
    count();
    memo.put(index, peek());
  }

  private void recall(long index) {
    Pickled value = memo.get(index);
    if (value == null) {
      throw fault("recalls value " + index + ", which was not stored; the pickle is damaged");
    }
    push(value);
  }

  private PickleException fault(String what) {
    return new PickleException(what, at);
  }
}
