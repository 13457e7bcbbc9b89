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
import dev.stockpot.recipe.ModelReference;
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
import java.util.regex.Pattern;

/// Values of a method's parameters for single tensors. Of several places, the most special that has
/// a value for the tensor decides: source, slice, module, config, default.
final class Values {
  private static final String SCALED_BY_LINES = "lambda";

  private final MergeConfig config;
  private final MethodDefinition method;
  private final Faults faults;
  private final Set<Setting.Branch> used = Collections.newSetFromMap(new IdentityHashMap<>());
  private final Set<String> missing = new HashSet<>();
  private final boolean tellTensorsApart;

  Values(MergeConfig config, MethodDefinition method, Faults faults) {
    this.config = config;
    this.method = method;
    this.faults = faults;
    List<Setting> settings = new ArrayList<>();
    forEachSetting((_, setting, _) -> settings.add(setting));
    tellTensorsApart =
        config.lines().isPresent() || !settings.stream().allMatch(Setting::isConstant);
  }

  /// Whether tensors that are made from the same models may have different values.
  boolean tellTensorsApart() {
    return tellTensorsApart;
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
    Optional<Setting.Branch> written = written(parameter.name(), target, member);
    written.ifPresent(used::add);
    Optional<Object> value = written.map(it -> it.value(target.depth())).or(parameter::fallback);
    value.ifPresent(it -> values.put(parameter.name(), it));
    if (value.isEmpty()) {
      miss(parameter, target, member);
    }
    return value.isPresent();
  }

  private Optional<Setting.Branch> written(String name, Target target, Optional<Member> member) {
    return member
        .flatMap(it -> branch(it.source().parameters(), name, it.name()))
        .or(() -> {
          String tensor = member.map(Member::name).orElse(target.name());
          return target
              .slice()
              .flatMap(slice -> branch(slice.parameters(), name, tensor))
              .or(() -> branch(target.module().parameters(), name, tensor))
              .or(() -> branch(config.parameters(), name, tensor));
        });
  }

  private static Optional<Setting.Branch> branch(
      Map<String, Setting> settings, String name, String tensor) {
    return Optional.ofNullable(settings.get(name)).flatMap(setting -> setting.of(tensor));
  }

  /// Where the value is written that a method refuses, as far as its message names the parameter,
  /// and where that has several values, the value.
  Place blamed(Target target, List<Member> members, String message) {
    Optional<Place> first = Optional.empty();
    for (Parameter parameter : method.parameters()) {
      if (!Pattern.compile("\\b" + parameter.name() + "s?\\b").matcher(message).find()) {
        continue;
      }
      List<Optional<Member>> whose =
          parameter.scope() == Scope.GLOBAL
              ? List.of(Optional.empty())
              : members.stream().map(Optional::of).toList();
      for (Optional<Member> member : whose) {
        Optional<Setting.Branch> written = written(parameter.name(), target, member);
        first = first.or(() -> written.map(Setting.Branch::at));
        if (written.isPresent()
            && message.contains(written.get().value(target.depth()).toString())) {
          return written.get().at();
        }
      }
    }
    return first.orElse(config.at());
  }

  private void miss(Parameter parameter, Target target, Optional<Member> member) {
    Place at = member.map(it -> it.source().at()).orElse(config.at("parameters"));
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
  /// @param all whether all tensors were merged; else only filters without a tensor are told
  List<String> warnings(Set<String> names, boolean all) {
    List<String> warnings = new ArrayList<>();
    forEachSetting((name, setting, base) -> {
      for (Setting.Branch branch : setting.branches()) {
        if (names.stream().noneMatch(branch::fits)) {
          String filter = branch.filter().orElse("*");
          warnings.add(
              branch.at()
                  + ": filter '"
                  + filter
                  + "' is in no tensor's name"
                  + TensorNames.hint(filter, names));
        } else if (all && !used.contains(branch)) {
          warnings.add(
              branch.at()
                  + ": this '"
                  + name
                  + "' has no effect: "
                  + base.map(it -> it + " is the base").orElse("other values come before it"));
        }
      }
    });
    return warnings;
  }

  /// Takes a parameter's name, what is written, and the base if it is written for that.
  private interface Visitor {
    void visit(String name, Setting setting, Optional<ModelReference> base);
  }

  private void forEachSetting(Visitor visitor) {
    visit(config.parameters(), Optional.empty(), visitor);
    for (Module module : config.modules()) {
      visit(module.parameters(), Optional.empty(), visitor);
      module.models().forEach(it -> visit(it.parameters(), base(it, config.base()), visitor));
      for (Slice slice : module.slices()) {
        visit(slice.parameters(), Optional.empty(), visitor);
        Optional<ModelReference> base = slice.base().or(config::base);
        slice.sources().forEach(it -> visit(it.parameters(), base(it, base), visitor));
      }
    }
  }

  private static Optional<ModelReference> base(Source source, Optional<ModelReference> base) {
    return base.filter(source.model()::equals);
  }

  private void visit(
      Map<String, Setting> settings, Optional<ModelReference> base, Visitor visitor) {
    for (Parameter parameter : method.parameters()) {
      Setting setting = settings.get(parameter.name());
      if (setting != null) {
        visitor.visit(parameter.name(), setting, base);
      }
    }
  }
}
