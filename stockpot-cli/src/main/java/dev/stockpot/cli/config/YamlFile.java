package dev.stockpot.cli.config;

import dev.stockpot.cli.config.YamlValue.Scalar;
import dev.stockpot.recipe.RecipeException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/// Reads a YAML 1.2 file into values that know their lines. Duplicate keys are errors, and size,
/// depth and the expansion of aliases are bounded.
final class YamlFile {
  /// Longest file that is read.
  static final long MAX_BYTES = 1 << 20;

  /// Deepest nesting.
  static final int MAX_DEPTH = 32;

  /// Most values, each alias counted with all it stands for.
  static final int MAX_VALUES = 100_000;

  private final Path path;
  private int values;

  private YamlFile(Path path) {
    this.path = path;
  }

  /// Reads a file whose document is a mapping.
  ///
  /// @throws RecipeException if there is no such file or it is not such YAML
  static YamlMapping read(Path path) {
    List<YamlMapping> documents = readAll(path);
    if (documents.size() > 1) {
      throw documents.get(1).error("a second document begins; there is to be one");
    }
    return documents.getFirst();
  }

  /// Reads a file of one or several documents, each a mapping.
  ///
  /// @throws RecipeException if there is no such file or it is not such YAML
  static List<YamlMapping> readAll(Path path) {
    List<YamlMapping> mappings = new ArrayList<>();
    for (YamlValue document : new YamlFile(path).documents()) {
      boolean nothing = document instanceof Scalar scalar && scalar.type() == Scalar.Type.NULL;
      if (document instanceof YamlMapping mapping) {
        mappings.add(mapping);
      } else if (!nothing) { // between two separators, or after the last
        throw document.error("the file is " + document.kind() + " instead of a mapping");
      }
    }
    if (mappings.isEmpty()) {
      throw new RecipeException(path + ": is empty");
    }
    return mappings;
  }

  private List<YamlValue> documents() {
    String text = text();
    LoadSettings settings =
        LoadSettings.builder()
            .setLabel(path.toString())
            .setMaxAliasesForCollections(MAX_VALUES)
            .setCodePointLimit((int) MAX_BYTES)
            .build();
    try {
      // The composer recurses, so a hostile depth has to be found first, in the flat stream of
      // events.
      checkDepth(settings, text);
      List<YamlValue> documents = new ArrayList<>();
      for (Node node : new Compose(settings).composeAllFromString(text)) {
        documents.add(value("", node, 0));
      }
      return documents;
    } catch (MarkedYamlEngineException e) {
      String where = e.getProblemMark().map(mark -> ":" + (mark.getLine() + 1)).orElse("");
      throw new RecipeException(path + where + ": not valid YAML: " + e.getProblem());
    } catch (YamlEngineException e) {
      throw error("not valid YAML: " + e.getMessage());
    }
  }

  private String text() {
    if (!Files.exists(path)) {
      throw error("no such file");
    }
    if (!Files.isRegularFile(path)) {
      throw error("is not a file");
    }
    try {
      if (Files.size(path) > MAX_BYTES) {
        throw error("is larger than 1 MiB, which no recipe needs");
      }
      return Files.readString(path);
    } catch (CharacterCodingException e) {
      throw error("is not UTF-8 text");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void checkDepth(LoadSettings settings, String text) {
    int depth = 0;
    for (Event event : new Parse(settings).parseString(text)) {
      Event.ID id = event.getEventId();
      if (id == Event.ID.MappingStart || id == Event.ID.SequenceStart) {
        depth++;
      } else if (id == Event.ID.MappingEnd || id == Event.ID.SequenceEnd) {
        depth--;
      }
      if (depth > MAX_DEPTH) {
        int line = event.getStartMark().orElseThrow().getLine() + 1;
        throw new RecipeException(path + ":" + line + ": nesting deeper than " + MAX_DEPTH);
      }
    }
  }

  private YamlValue value(String name, Node node, int depth) {
    Location at = new Location(path, node.getStartMark().orElseThrow().getLine() + 1, name);
    if (depth > MAX_DEPTH || ++values > MAX_VALUES) {
      throw at.error("aliases make this file endless or larger than it may be");
    }
    return switch (node.getNodeType()) {
      case MAPPING -> mapping(at, (MappingNode) node, depth);
      case SEQUENCE -> sequence(at, (SequenceNode) node, depth);
      case SCALAR -> new Scalar(at, type(at, (ScalarNode) node), ((ScalarNode) node).getValue());
      default -> throw at.error("unexpected " + node.getNodeType());
    };
  }

  private YamlValue sequence(Location at, SequenceNode sequence, int depth) {
    List<YamlValue> elements = new ArrayList<>();
    for (Node element : sequence.getValue()) {
      elements.add(value(at.name(), element, depth + 1));
    }
    return new YamlValue.Sequence(at, elements);
  }

  private YamlMapping mapping(Location at, MappingNode mapping, int depth) {
    SequencedMap<String, YamlValue> entries = new LinkedHashMap<>();
    SequencedMap<String, Location> keys = new LinkedHashMap<>();
    for (NodeTuple tuple : mapping.getValue()) {
      int line = tuple.getKeyNode().getStartMark().orElseThrow().getLine() + 1;
      Location here = new Location(path, line, at.name());
      if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
        throw here.error("a key is a word, not a list or mapping");
      }
      String word = key.getValue();
      Location before = keys.putIfAbsent(word, here);
      if (before != null) {
        throw here.error("duplicate key '" + word + "'; it is also on line " + before.line());
      }
      entries.put(word, value(at.child(word), tuple.getValueNode(), depth + 1));
    }
    return new YamlMapping(at, entries, keys);
  }

  private static Scalar.Type type(Location at, ScalarNode scalar) {
    Tag tag = scalar.getTag();
    if (tag.equals(Tag.STR)) {
      return Scalar.Type.TEXT;
    } else if (tag.equals(Tag.INT) || tag.equals(Tag.FLOAT)) {
      return Scalar.Type.NUMBER;
    } else if (tag.equals(Tag.BOOL)) {
      return Scalar.Type.BOOLEAN;
    } else if (tag.equals(Tag.NULL)) {
      return Scalar.Type.NULL;
    }
    throw at.error("tag " + tag.getValue() + " means nothing here; leave it out");
  }

  private RecipeException error(String what) {
    return new RecipeException(path + ": " + what);
  }
}
