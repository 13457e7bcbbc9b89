package dev.stockpot.plan;

import dev.stockpot.method.MethodDefinition;
import dev.stockpot.method.Parameter;
import dev.stockpot.method.Parameter.Scope;
import dev.stockpot.method.Parameters;
import dev.stockpot.recipe.MergeConfig;
import dev.stockpot.recipe.MergeConfig.Lines;
import dev.stockpot.recipe.MergeConfig.Module;
import dev.stockpot.recipe.MergeConfig.Slice;
import dev.stockpot.recipe.MergeConfig.Source;
import dev.stockpot.recipe.Place;
import dev.stockpot.recipe.Setting;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;

/// Values of a method's parameters for single tensors. Of several places, the most special that has
/// a value for the tensor decides: source, slice, module, config, default.
final class Values {
  private static final String SCALED_BY_LINES = "lambda";

  private final MergeConfig config;
  private final MethodDefinition method;
  private final Faults faults;
  private final Set<Setting.Branch> used = Collections.newSetFromMap(new IdentityHashMap<>());
  private final Set<String> missing = new HashSet<>();

  Values(MergeConfig config, MethodDefinition method, Faults faults) {
    this.config = config;
    this.method = method;
    this.faults = faults;
  }

  /// What a value is wanted for.
  ///
  /// @param name of the output's tensor
  /// @param depth of its layer among those of its slice, from 0 to 1
  /// @param outputDepth of its layer among all of the output
  record Target(
      String name, double depth, double outputDepth, Module module, Optional<Slice> slice) {}

  /// An ingredient: the tensor goes by its name there.
  record Member(Source source, String name) {}

  /// All values for a tensor; absent if one is missing, which is a fault.
  Optional<Parameters> of(Target target, List<Member> members, boolean hasBase) {
    Map<String, Object> global = new LinkedHashMap<>();
    List<Map<String, Object>> each = new ArrayList<>();
    members.forEach(_ -> each.add(new LinkedHashMap<>()));
    boolean whole = true;
    for (Parameter parameter : method.parameters()) {
      if (parameter.scope() == Scope.GLOBAL) {
        whole &= put(global, parameter, target, Optional.empty());
      } else {
        for (int i = 0; i < members.size(); i++) {
          whole &= put(each.get(i), parameter, target, Optional.of(members.get(i)));
        }
      }
    }
    config.lines().ifPresent(lines -> scale(global, lines, target.outputDepth()));
    return whole ? Optional.of(new Parameters(hasBase, global, each)) : Optional.empty();
  }

  private boolean put(
      Map<String, Object> values, Parameter parameter, Target target, Optional<Member> member) {
    Optional<Object> value = written(parameter.name(), target, member).or(parameter::fallback);
    value.ifPresent(it -> values.put(parameter.name(), it));
    if (value.isEmpty()) {
      miss(parameter, target, member);
    }
    return value.isPresent();
  }

  private Optional<Object> written(String name, Target target, Optional<Member> member) {
    return member
        .flatMap(it -> value(it.source().parameters(), name, it.name(), target.depth()))
        .or(() -> {
          String tensor = member.map(Member::name).orElse(target.name());
          return target
              .slice()
              .flatMap(slice -> value(slice.parameters(), name, tensor, target.depth()))
              .or(() -> value(target.module().parameters(), name, tensor, target.depth()))
              .or(() -> value(config.parameters(), name, tensor, target.depth()));
        });
  }

  private Optional<Object> value(
      Map<String, Setting> settings, String name, String tensor, double depth) {
    Optional<Setting.Branch> branch =
        Optional.ofNullable(settings.get(name)).flatMap(setting -> setting.of(tensor));
    branch.ifPresent(used::add);
    return branch.map(it -> it.value(depth));
  }

  private void miss(Parameter parameter, Target target, Optional<Member> member) {
    Place at = member.map(it -> it.source().at()).orElse(config.at());
    String of = member.map(it -> " for " + it.source().model()).orElse("");
    if (missing.add(parameter.name() + at)) {
      String where =
          member.isPresent()
              ? "give it under the model's parameters, or for all models under parameters"
              : "give it under parameters";
      faults.add(
          at.error(
              method.name()
                  + " needs '"
                  + parameter.name()
                  + "'"
                  + of
                  + " (first for tensor '"
                  + target.name()
                  + "'): "
                  + where));
    }
  }

  private static void scale(Map<String, Object> global, Lines lines, double depth) {
    global.computeIfPresent(
        SCALED_BY_LINES, (_, lambda) -> (Double) lambda * (lines.alpha() + lines.beta() * depth));
  }

  /// What was written to no effect, once all tensors have their values.
  ///
  /// @param names of tensors, in the output and the models
  List<String> notes(Set<String> names) {
    List<String> notes = new ArrayList<>();
    forEachSetting((name, setting) -> {
      for (Setting.Branch branch : setting.branches()) {
        if (!used.contains(branch)) {
          notes.add(branch.at() + ": " + unused(name, branch, names));
        }
      }
    });
    return notes;
  }

  private static String unused(String name, Setting.Branch branch, Set<String> names) {
    return names.stream().noneMatch(branch::fits)
        ? "filter '" + branch.filter().orElse("*") + "' is in no tensor's name"
        : "this '" + name + "' is used nowhere";
  }

  /// Takes a parameter's name and what is written.
  private interface Visitor {
    void visit(String name, Setting setting);
  }

  private void forEachSetting(Visitor visitor) {
    Consumer<Map<String, Setting>> visit =
        settings ->
            method
                .parameters()
                .forEach(parameter ->
                    Optional.ofNullable(settings.get(parameter.name()))
                        .ifPresent(setting -> visitor.visit(parameter.name(), setting)));
    visit.accept(config.parameters());
    for (Module module : config.modules()) {
      visit.accept(module.parameters());
      module.slices().forEach(slice -> visit.accept(slice.parameters()));
      Stream.concat(
              module.models().stream(),
              module.slices().stream().flatMap(slice -> slice.sources().stream()))
          .map(Source::parameters)
          .forEach(visit);
    }
  }
}
