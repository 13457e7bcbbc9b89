package dev.stockpot.tokenizer;

import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.DType;
import dev.stockpot.checkpoint.TensorSpec;
import dev.stockpot.internal.json.Json;
import dev.stockpot.recipe.ModelReference;
import dev.stockpot.recipe.TokenizerConfig;
import dev.stockpot.recipe.TokenizerConfig.Embedding;
import dev.stockpot.recipe.TokenizerConfig.Source;
import dev.stockpot.recipe.TokenizerConfig.TokenRule;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.Consumer;

/// The vocabulary of a merged model, and every model's embeddings brought to it.
///
/// A model's own tokens keep their rows. For a token that a model does not have, what the user says
/// is taken; else, the only model's that has it; else the base's, if it has it; else the mean of
/// all models that have it.
public final class MergedVocabulary {
  private final TokenizerConfig config;
  private final Optional<ModelReference> base;
  private final Map<ModelReference, Member> members;
  private final Map<ModelReference, Vocabulary> vocabularies = new LinkedHashMap<>();
  private final Consumer<String> faults;
  private final List<String> notes = new ArrayList<>();
  private final SequencedMap<String, Integer> ids = new LinkedHashMap<>();
  private final SequencedMap<String, Json> added = new LinkedHashMap<>();
  private final Set<String> removed = new LinkedHashSet<>();
  private final Map<ModelReference, Checkpoint> views = new LinkedHashMap<>();
  private Companions tokenizer = Companions.NONE;

  private MergedVocabulary(
      TokenizerConfig config,
      Optional<ModelReference> base,
      Map<ModelReference, Member> members,
      Consumer<String> faults) {
    this.config = config;
    this.base = base;
    this.members = members;
    this.faults = faults;
  }

  /// A model that is merged.
  ///
  /// @param embeddings names of the tensors that have a row per token
  public record Member(Checkpoint checkpoint, Companions companions, List<String> embeddings) {
    public Member {
      embeddings = List.copyOf(embeddings);
    }

    /// Rows that its embeddings have.
    long rows() {
      return embeddings.isEmpty()
          ? 0
          : checkpoint.tensors().get(embeddings.getFirst()).shape().getFirst();
    }
  }

  /// Makes the vocabulary.
  ///
  /// @param base of the merge
  /// @param first the base, or the first model where there is none
  /// @param members the models that are merged, in their order
  /// @param companions of every model that the config names
  /// @param faults hears what is wrong
  public static MergedVocabulary of(
      TokenizerConfig config,
      Optional<ModelReference> base,
      ModelReference first,
      Map<ModelReference, Member> members,
      Map<ModelReference, Companions> companions,
      Consumer<String> faults) {
    MergedVocabulary merged = new MergedVocabulary(config, base, members, faults);
    merged.read(first);
    if (merged.vocabularies.containsKey(first)) {
      ModelReference source =
          config.source() instanceof Source.Model(ModelReference model) ? model : first;
      merged.collect(source, companions.get(source));
      merged.makeViews();
    }
    return merged;
  }

  /// Models with their embeddings brought to this vocabulary.
  public Map<ModelReference, Checkpoint> views() {
    return Collections.unmodifiableMap(views);
  }

  /// The files of the tokenizer that this one is made from.
  public Companions tokenizer() {
    return tokenizer;
  }

  /// Its files that are others here.
  public Map<String, String> files() {
    return TokenizerFiles.changed(tokenizer, added, removed);
  }

  /// Rows of the embeddings, padding included.
  public int rows() {
    int tokens = tokens();
    int multiple = config.padToMultipleOf().orElse(1);
    return Math.ceilDiv(tokens, multiple) * multiple;
  }

  /// What the user should know.
  public List<String> notes() {
    return List.copyOf(notes);
  }

  private int tokens() {
    return ids.values().stream().mapToInt(id -> id + 1).max().orElse(0);
  }

  private void read(ModelReference first) {
    Optional<Vocabulary> own = Vocabulary.of(members.get(first).companions());
    if (own.isEmpty()) {
      faults.accept(
          config
              .at()
              .error(
                  "the vocabulary of "
                      + first
                      + " cannot be read: it needs tokenizer.json, or vocab.json")
              .getMessage());
      return;
    }
    members.forEach((reference, member) -> {
      Optional<Vocabulary> vocabulary = Vocabulary.of(member.companions());
      if (vocabulary.isEmpty()) {
        notes.add(
            reference
                + " has no tokenizer.json or vocab.json: taken to have "
                + first
                + "'s tokens");
      }
      vocabularies.put(reference, vocabulary.orElse(own.get()));
      if (member.rows() == 0) {
        faults.accept(
            config
                .at()
                .error(
                    member.checkpoint().path()
                        + ": no tensor is known by its name to be the embeddings (such as"
                        + " model.embed_tokens.weight)")
                .getMessage());
      }
    });
  }

  /// Collects the tokens: those of the source without added ones that it has no row for, those of
  /// the other models for a union, and those that the user names.
  private void collect(ModelReference source, Companions companions) {
    Optional<Vocabulary> chosen = Vocabulary.of(companions);
    if (chosen.isEmpty()) {
      faults.accept(
          config
              .at()
              .error(
                  "the vocabulary of "
                      + source
                      + " cannot be read: it needs tokenizer.json, or vocab.json")
              .getMessage());
      return;
    }
    tokenizer = companions;
    long rows = members.containsKey(source) ? members.get(source).rows() : Integer.MAX_VALUE;
    chosen
        .get()
        .ids()
        .forEach((token, id) -> {
          if (id >= rows && chosen.get().added().containsKey(token)) {
            removed.add(token);
          } else {
            ids.put(token, id);
          }
        });
    if (config.source() instanceof Source.Union) {
      for (boolean extra : new boolean[] {false, true}) {
        vocabularies.forEach((model, vocabulary) -> addAll(model, vocabulary, extra));
      }
    }
    config.tokens().keySet().stream()
        .filter(token -> !ids.containsKey(token))
        .forEach(token -> add(token, AddedToken.of(token, 0)));
  }

  /// @param extra whether it is the turn of tokens that were added to a tokenizer's model
  private void addAll(ModelReference model, Vocabulary vocabulary, boolean extra) {
    vocabulary
        .ids()
        .forEach((token, id) -> {
          if (!ids.containsKey(token)
              && id < members.get(model).rows()
              && vocabulary.added().containsKey(token) == extra) {
            add(token, extra ? vocabulary.added().get(token) : AddedToken.of(token, 0));
          }
        });
  }

  private int next = -1;

  private void add(String token, Json description) {
    next = next < 0 ? tokens() : next;
    ids.put(token, next);
    added.put(token, AddedToken.withId(description, next));
    removed.remove(token);
    next++;
  }

  private void makeViews() {
    Map<Integer, String> tokens = new HashMap<>();
    ids.forEach((token, id) -> tokens.put(id, token));
    members.forEach((reference, member) -> {
      Map<String, Embeddings> embeddings = new LinkedHashMap<>();
      for (String tensor : member.embeddings()) {
        embeddings.put(tensor, embeddings(reference, tensor, tokens));
      }
      views.put(reference, new EmbeddingView(member.checkpoint(), embeddings));
    });
  }

  private Embeddings embeddings(ModelReference model, String tensor, Map<Integer, String> tokens) {
    int count = tokens();
    List<Row> rows = new ArrayList<>(rows());
    boolean widened = false;
    for (int id = 0; id < count; id++) {
      String token = tokens.get(id);
      Row row = token == null ? new Row.Zero() : row(model, tensor, token);
      widened |=
          !(row instanceof Row.Stored stored) || !stored.checkpoint().equals(checkpoint(model));
      rows.add(row);
    }
    while (rows.size() < rows()) {
      rows.add(new Row.Padding());
      widened = true;
    }
    TensorSpec own = checkpoint(model).tensors().get(tensor);
    List<Long> shape = new ArrayList<>(own.shape());
    shape.set(0, (long) rows.size());
    DType dtype = widened ? widest(tensor, own.dtype()) : own.dtype();
    checkWidth(model, own);
    return new Embeddings(new TensorSpec(tensor, dtype, shape), rows, count);
  }

  private void checkWidth(ModelReference model, TensorSpec own) {
    members.forEach((other, member) -> {
      TensorSpec theirs = member.checkpoint().tensors().get(own.name());
      if (theirs != null
          && !theirs
              .shape()
              .subList(1, theirs.shape().size())
              .equals(own.shape().subList(1, own.shape().size()))) {
        faults.accept(
            config
                .at()
                .error(
                    own.name()
                        + " has rows of "
                        + own.shape()
                        + " in "
                        + model
                        + " and of "
                        + theirs.shape()
                        + " in "
                        + other)
                .getMessage());
      }
    });
  }

  private DType widest(String tensor, DType own) {
    return members.values().stream()
        .map(member -> member.checkpoint().tensors().get(tensor))
        .filter(spec -> spec != null)
        .map(TensorSpec::dtype)
        .sorted()
        .reduce(own, DType::widest);
  }

  private Row row(ModelReference model, String tensor, String token) {
    Optional<TokenRule> rule = Optional.ofNullable(config.tokens().get(token));
    Optional<Row.Stored> own = stored(model, tensor, token);
    boolean forced = rule.map(TokenRule::force).orElse(false);
    if (own.isPresent() && !forced) {
      return own.get();
    }
    return rule.isPresent() && rule.get().embedding().isPresent()
        ? chosen(rule.get(), tensor, token)
        : usual(tensor, token);
  }

  /// The row that the user names.
  private Row chosen(TokenRule rule, String tensor, String token) {
    Embedding embedding = rule.embedding().orElseThrow();
    Optional<Row.Stored> row =
        switch (embedding) {
          case Embedding.Zero _ -> Optional.empty();
          case Embedding.OfModel(ModelReference model) -> stored(model, tensor, token);
          case Embedding.OfToken(ModelReference model, String other) ->
              stored(model, tensor, other);
          case Embedding.OfRow(ModelReference model, int index) ->
              stored(model, tensor, Optional.of(index));
        };
    if (row.isEmpty() && !(embedding instanceof Embedding.Zero)) {
      faults.accept(
          rule.at()
              .error("no embedding of token '" + token + "': " + missing(embedding, token))
              .getMessage());
    }
    return row.isPresent() ? row.get() : new Row.Zero();
  }

  private String missing(Embedding embedding, String token) {
    return switch (embedding) {
      case Embedding.Zero _ -> "";
      case Embedding.OfModel(ModelReference model) -> notThere(model, "token '" + token + "'");
      case Embedding.OfToken(ModelReference model, String other) ->
          notThere(model, "token '" + other + "'");
      case Embedding.OfRow(ModelReference model, int index) -> notThere(model, "row " + index);
    };
  }

  private String notThere(ModelReference model, String what) {
    return members.containsKey(model)
        ? model + " has no " + what
        : model + " is not one of the models that are merged";
  }

  private Row usual(String tensor, String token) {
    List<Row.Stored> found = new ArrayList<>();
    for (ModelReference model : members.keySet()) {
      stored(model, tensor, token).ifPresent(found::add);
    }
    Optional<Row.Stored> ofBase = base.flatMap(it -> stored(it, tensor, token));
    if (found.isEmpty()) {
      String note = "token '" + token + "' is in no model: its embedding is zero";
      if (!notes.contains(note)) {
        notes.add(note);
      }
      return new Row.Zero();
    }
    if (found.size() == 1 || ofBase.isPresent()) {
      return found.size() == 1 ? found.getFirst() : ofBase.get();
    }
    return new Row.Mean(found);
  }

  private Optional<Row.Stored> stored(ModelReference model, String tensor, String token) {
    return Optional.ofNullable(vocabularies.get(model))
        .map(vocabulary -> vocabulary.ids().get(token))
        .flatMap(id -> stored(model, tensor, Optional.of(id)));
  }

  private Optional<Row.Stored> stored(
      ModelReference model, String tensor, Optional<Integer> index) {
    Member member = members.get(model);
    if (member == null) {
      return Optional.empty();
    }
    // A head that is tied is not stored: then the embeddings themselves are meant.
    String name =
        member.checkpoint().tensors().containsKey(tensor) ? tensor : member.embeddings().getFirst();
    return index
        .filter(it -> it < member.rows())
        .map(it -> new Row.Stored(member.checkpoint(), name, it));
  }

  private Checkpoint checkpoint(ModelReference model) {
    return members.get(model).checkpoint();
  }
}
