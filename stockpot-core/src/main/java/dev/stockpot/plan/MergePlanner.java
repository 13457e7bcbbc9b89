package dev.stockpot.plan;

import dev.stockpot.checkpoint.Checkpoint;
import dev.stockpot.checkpoint.CheckpointException;
import dev.stockpot.checkpoint.DType;
import dev.stockpot.checkpoint.TensorSpec;
import dev.stockpot.merge.MergeMethod;
import dev.stockpot.merge.MergePlan;
import dev.stockpot.merge.Source;
import dev.stockpot.merge.Step;
import dev.stockpot.method.MethodDefinition;
import dev.stockpot.method.MethodDefinition.Base;
import dev.stockpot.method.MethodDefinition.Statistics;
import dev.stockpot.method.Methods;
import dev.stockpot.method.Parameters;
import dev.stockpot.recipe.MergeConfig;
import dev.stockpot.recipe.ModelReference;
import dev.stockpot.recipe.Place;
import dev.stockpot.recipe.RecipeException;
import dev.stockpot.tokenizer.Companions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/// Plans what a merge config asks for, from the headers of its models.
public final class MergePlanner {
  private static final Pattern NUMBERS = Pattern.compile("[-+.0-9E]+");

  private final MergeConfig config;
  private final MethodDefinition method;
  private final Map<ModelReference, Model> models;
  private final Options options;
  private final Faults faults = new Faults();
  private final List<String> notes = new ArrayList<>();
  private final List<PlannedStep> steps = new ArrayList<>();
  private final Set<String> names = new LinkedHashSet<>();
  private final Map<Object, MergeMethod> made = new HashMap<>();

  /// The method of parts whose tensors all have the same values.
  private final IdentityHashMap<Part, Optional<Made>> alike = new IdentityHashMap<>();

  private final Set<String> refused = new HashSet<>();
  private final Values values;

  private MergePlanner(MergeConfig config, Map<ModelReference, Model> models, Options options) {
    this.config = config;
    this.method =
        Methods.named(config.method())
            .orElseThrow(() -> config.at().error("unknown merge_method '" + config.method() + "'"));
    this.models = models;
    this.options = options;
    this.values = new Values(config, method, faults);
  }

  /// What the user says besides the config.
  ///
  /// @param outDType of the output's float tensors, in place of the config's
  /// @param seed of random methods
  /// @param filter of the tensors that are merged
  public record Options(Optional<DType> outDType, long seed, TensorFilter filter) {
    /// Nothing said.
    public static final Options NONE = new Options(Optional.empty(), 0, TensorFilter.ALL);
  }

  /// Plans a merge.
  ///
  /// @param models every model that the config names, and every checkpoint with statistics
  /// @throws RecipeException with every mistake, and every model that does not fit the others
  public static PlannedMerge plan(
      MergeConfig config, Map<ModelReference, Model> models, Options options) {
    OutputTokens tokens = OutputTokens.of(config, models);
    return new MergePlanner(config, tokens.models(), options).plan(tokens);
  }

  private PlannedMerge plan(OutputTokens tokens) {
    if (method.base() == Base.REQUIRED || method.base() == Base.ONE_OF_TWO) {
      if (config.base().isEmpty()
          && config.modules().stream()
              .flatMap(module -> module.slices().stream())
              .allMatch(slice -> slice.base().isEmpty())) {
        throw config.at().error("missing key 'base_model': " + method.name() + " needs one");
      }
    }
    notes.addAll(tokens.notes());
    Parts parts = Parts.of(config, models, faults);
    Heads heads = new Heads(notes);
    for (Part part : parts.all()) {
      heads.settle(part);
      add(part);
    }
    faults.check(config.at().file());
    List<String> filters = checkFilters();
    List<String> warnings = values.warnings(names, filters.isEmpty());
    MergePlan plan =
        new MergePlan(inputs(), steps.stream().map(PlannedStep::step).toList(), commonMetadata());
    Companions companions =
        new OutputConfig(models.get(config.donor()), plan.output())
            .of(config, parts.restacked(), heads.untied(), tokens);
    return new PlannedMerge(config, plan, steps, companions, warnings, notes);
  }

  /// The filters that the user gives, each of which fits a tensor.
  private List<String> checkFilters() {
    List<String> outputs = steps.stream().map(step -> step.step().output().name()).toList();
    List<String> filters = new ArrayList<>(options.filter().only());
    filters.addAll(options.filter().except());
    for (String filter : filters) {
      if (outputs.stream().noneMatch(name -> TensorFilter.fits(filter, name))) {
        throw new RecipeException(
            "filter '"
                + filter
                + "' of --only or --except fits no tensor of the output"
                + TensorNames.hint(filter, outputs));
      }
    }
    return filters;
  }

  private void add(Part part) {
    if (part.inputs().size() < sources(part)) {
      return;
    }
    Optional<Integer> base = base(part);
    List<Part.Input> ingredients = new ArrayList<>(part.inputs());
    boolean hasBase = method.base() != Base.MEMBER && base.isPresent();
    if (hasBase) {
      ingredients.remove((int) base.get());
    }
    if (!checkCount(part, ingredients.size(), hasBase)) {
      return;
    }
    Part.Input first = part.inputs().getFirst();
    for (Part.Input other : part.inputs().subList(1, part.inputs().size())) {
      for (String name : other.names().keySet()) {
        if (!first.names().containsKey(name)) {
          faults.add(message(other, other.names().get(name), "is not in " + path(first)));
        }
      }
    }
    for (String name : first.names().keySet()) {
      add(
          part,
          name,
          ingredients,
          hasBase ? Optional.of(part.inputs().get(base.get())) : Optional.empty());
    }
  }

  private static int sources(Part part) {
    return part.slice().map(slice -> slice.sources().size()).orElse(0);
  }

  private Optional<Integer> base(Part part) {
    Optional<Integer> base = part.baseIndex();
    if (base.isEmpty() && (method.base() == Base.REQUIRED || method.base() == Base.ONE_OF_TWO)) {
      faults.add(
          part.base().isEmpty()
              ? part.at().error("missing key 'base_model': " + method.name() + " needs one")
              : part.at()
                  .error(
                      "the base "
                          + part.base().get()
                          + " is not among this slice's sources; list it with its layer_range"));
    }
    return base;
  }

  private boolean checkCount(Part part, int count, boolean hasBase) {
    if (!hasBase && (method.base() == Base.REQUIRED || method.base() == Base.ONE_OF_TWO)) {
      return false;
    }
    if (count >= method.fewest() && count <= method.most()) {
      return true;
    }
    String wanted =
        method.fewest() == method.most()
            ? method.most() == 1 ? "one model" : method.most() + " models"
            : "at least " + method.fewest() + (method.fewest() == 1 ? " model" : " models");
    boolean added =
        !hasBase
            && count == part.inputs().size()
            && config.base().isPresent()
            && part.slice().isEmpty()
            && part.module().models().stream()
                .noneMatch(it -> it.model().equals(config.base().get()));
    faults.add(
        part.at()
            .error(
                method.name()
                    + " merges "
                    + wanted
                    + (hasBase ? " besides the base" : "")
                    + "; here "
                    + (count == 1 ? "is one" : "are " + count)
                    + (added ? ", base_model among them" : "")));
    return false;
  }

  private void add(
      Part part, String name, List<Part.Input> ingredients, Optional<Part.Input> base) {
    List<Part.Input> inputs = new ArrayList<>();
    base.ifPresent(inputs::add);
    inputs.addAll(ingredients);
    List<Source> sources = new ArrayList<>();
    for (Part.Input input : inputs) {
      find(part, name, input).ifPresent(sources::add);
    }
    if (sources.size() < inputs.size() || !fit(inputs, sources)) {
      return;
    }
    names.add(name);
    inputs.forEach(input -> names.add(input.names().get(name)));
    TensorSpec spec = new TensorSpec(name, DType.U8, sources.getFirst().spec().shape());
    if (!options.filter().merges(name)) {
      Part.Input kept = part.baseIndex().map(part.inputs()::get).orElse(part.inputs().getFirst());
      Source source = new Source(kept.model().checkpoint(), own(kept, name));
      copy(spec.withDType(source.spec().dtype()), List.of(source), List.of(kept));
    } else if (!sources.getFirst().spec().dtype().isFloat()) {
      // The base of task vectors plays no part in integers.
      int from = base.isPresent() ? 1 : 0;
      copy(
          spec.withDType(sources.get(from).spec().dtype()),
          sources.subList(from, sources.size()),
          ingredients);
    } else {
      mix(part, spec, sources, inputs, ingredients, base.isPresent());
    }
  }

  private static TensorSpec own(Part.Input input, String name) {
    return input.model().checkpoint().tensors().get(input.names().get(name));
  }

  private Optional<Source> find(Part part, String name, Part.Input input) {
    String own = input.names().get(name);
    if (own == null) {
      faults.add(
          message(
              input,
              input.scope().input(name),
              "is missing; it is in " + path(part.inputs().getFirst())));
      return Optional.empty();
    }
    return Optional.of(Source.of(input.model().checkpoint(), own));
  }

  /// Whether the inputs of a tensor can be merged; if not, all that is wrong is told.
  private boolean fit(List<Part.Input> inputs, List<Source> sources) {
    TensorSpec first = sources.getFirst().spec();
    boolean fit = true;
    for (int i = 1; i < sources.size(); i++) {
      TensorSpec other = sources.get(i).spec();
      String what;
      if (!other.shape().equals(first.shape())) {
        what =
            "shape "
                + other.shape()
                + " differs from "
                + first.shape()
                + " in "
                + path(inputs.getFirst())
                + OutputTokens.hint(first, other);
      } else if (other.dtype() != first.dtype()
          && !(other.dtype().isFloat() && first.dtype().isFloat())) {
        what =
            "dtype "
                + other.dtype()
                + " differs from "
                + first.dtype()
                + " in "
                + path(inputs.getFirst());
      } else {
        continue;
      }
      faults.add(message(inputs.get(i), other.name(), what));
      fit = false;
    }
    return fit;
  }

  private void copy(TensorSpec output, List<Source> sources, List<Part.Input> inputs) {
    steps.add(
        new PlannedStep(
            new Step.Copy(output, sources), planned(output.name(), inputs), Optional.empty()));
  }

  private void mix(
      Part part,
      TensorSpec spec,
      List<Source> sources,
      List<Part.Input> inputs,
      List<Part.Input> ingredients,
      boolean hasBase) {
    List<Source> all = new ArrayList<>(sources);
    all.addAll(statistics(spec.name(), spec, ingredients));
    Optional<Made> made =
        values.tellTensorsApart()
            ? make(part, spec.name(), ingredients, hasBase)
            : alike.computeIfAbsent(part, _ -> make(part, spec.name(), ingredients, hasBase));
    made.ifPresent(it -> {
      // What the models say, not what computed values are read in.
      List<DType> dtypes = new ArrayList<>();
      inputs.forEach(input -> dtypes.add(own(input, spec.name()).dtype()));
      DType dtype =
          options
              .outDType()
              .or(config::outDType)
              .or(config::dtype)
              .orElseGet(() -> DType.widest(dtypes));
      Step.Mix step =
          new Step.Mix(spec.withDType(dtype), all, it.method(), config.dtype(), options.seed());
      steps.add(new PlannedStep(step, planned(spec.name(), inputs), Optional.of(it.parameters())));
    });
  }

  /// A method with what it was made from.
  private record Made(MergeMethod method, Parameters parameters) {}

  private Optional<Made> make(
      Part part, String name, List<Part.Input> ingredients, boolean hasBase) {
    Values.Target target =
        new Values.Target(
            name,
            part.depth().applyAsDouble(name),
            part.outputDepth().applyAsDouble(name),
            part.module(),
            part.slice());
    List<Values.Member> members =
        ingredients.stream()
            .map(input -> new Values.Member(input.source(), input.names().get(name)))
            .toList();
    return values
        .of(target, members, hasBase)
        .flatMap(parameters -> make(target, members, parameters));
  }

  private Optional<Made> make(
      Values.Target target, List<Values.Member> members, Parameters parameters) {
    // Not the record itself: hash codes of records are slow in a JVM that has just started.
    List<Object> key = List.of(parameters.hasBase(), parameters.global(), parameters.each());
    try {
      return Optional.of(
          new Made(made.computeIfAbsent(key, _ -> method.create().apply(parameters)), parameters));
    } catch (IllegalArgumentException e) {
      Place at = values.blamed(target, members, e.getMessage());
      // A gradient has other numbers in every layer.
      if (refused.add(at + NUMBERS.matcher(e.getMessage()).replaceAll(""))) {
        String first = " (first for tensor '" + target.name() + "')";
        faults.add(at.error(method.name() + ": " + e.getMessage() + first));
      }
      return Optional.empty();
    }
  }

  /// Further inputs, one per ingredient; none where no ingredient has any for this tensor.
  private List<Source> statistics(String name, TensorSpec spec, List<Part.Input> ingredients) {
    if (method.statistics() == Statistics.NONE) {
      return List.of();
    }
    String key = method.statistics() == Statistics.FISHER ? "fisher" : "gram";
    List<Source> found = new ArrayList<>();
    for (Part.Input input : ingredients) {
      if (input.source().statistics().isEmpty()) {
        faults.add(
            input
                .source()
                .at()
                .error(
                    method.name()
                        + " needs '"
                        + key
                        + "' for "
                        + input.source().model()
                        + ": the path of a checkpoint"));
        return List.of();
      }
      Checkpoint checkpoint = models.get(input.source().statistics().get()).checkpoint();
      String own = input.names().get(name);
      if (checkpoint.tensors().containsKey(own)) {
        found.add(Source.of(checkpoint, own));
      }
    }
    boolean whole = found.size() == ingredients.size();
    if (!whole && (method.statistics() == Statistics.FISHER || !found.isEmpty())) {
      for (Part.Input input : ingredients) {
        Checkpoint checkpoint = models.get(input.source().statistics().get()).checkpoint();
        String own = input.names().get(name);
        if (!checkpoint.tensors().containsKey(own)) {
          faults.add(
              CheckpointException.of(checkpoint.path(), own, "is missing; it is in " + path(input))
                  .getMessage());
        }
      }
    }
    for (Source source : found) {
      List<Long> wanted = shape(spec);
      if (!source.spec().shape().equals(wanted) || !source.spec().dtype().isFloat()) {
        faults.add(
            CheckpointException.of(
                    source.checkpoint().path(),
                    source.spec().name(),
                    source.spec().dtype()
                        + " "
                        + source.spec().shape()
                        + " is not what "
                        + method.name()
                        + " needs: floats of shape "
                        + wanted)
                .getMessage());
      }
    }
    return whole ? found : List.of();
  }

  private List<Long> shape(TensorSpec spec) {
    return method.statistics() == Statistics.FISHER || spec.shape().isEmpty()
        ? spec.shape()
        : List.of(spec.shape().getLast(), spec.shape().getLast());
  }

  private static List<PlannedStep.Input> planned(String name, List<Part.Input> inputs) {
    List<PlannedStep.Input> planned = new ArrayList<>();
    for (Part.Input input : inputs) {
      planned.add(new PlannedStep.Input(input.source().model(), input.names().get(name)));
    }
    return planned;
  }

  private List<Checkpoint> inputs() {
    Set<Checkpoint> inputs = new LinkedHashSet<>();
    for (PlannedStep step : steps) {
      step.step().inputs().forEach(source -> inputs.add(source.checkpoint()));
    }
    return List.copyOf(inputs);
  }

  private Map<String, String> commonMetadata() {
    Map<String, String> common =
        new LinkedHashMap<>(models.get(config.donor()).checkpoint().metadata());
    config
        .models()
        .forEach(model ->
            common.entrySet().retainAll(models.get(model).checkpoint().metadata().entrySet()));
    return common;
  }

  private static String message(Part.Input input, String tensor, String what) {
    return CheckpointException.of(input.model().checkpoint().path(), tensor, what).getMessage();
  }

  private static Path path(Part.Input input) {
    return input.model().checkpoint().path();
  }
}
