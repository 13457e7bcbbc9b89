package dev.stockpot.method;

import java.util.List;
import java.util.Optional;

/// Every merge method.
public final class Methods {
  /// In the order of docs/methods.md.
  public static final List<MethodDefinition> ALL =
      List.of(
          Linear.DEFINITION,
          Slerp.DEFINITION,
          NuSlerp.DEFINITION,
          MultiSlerp.DEFINITION,
          Karcher.DEFINITION,
          TaskArithmetic.DEFINITION,
          Ties.DEFINITION,
          DareLinear.DEFINITION,
          DareTies.DEFINITION,
          Breadcrumbs.DEFINITION,
          BreadcrumbsTies.DEFINITION,
          Della.DEFINITION,
          DellaLinear.DEFINITION,
          ModelStock.DEFINITION,
          Sce.DEFINITION,
          Ram.DEFINITION,
          RamPlusTensorLocal.DEFINITION,
          NearSwap.DEFINITION,
          ArceeFusion.DEFINITION,
          Passthrough.DEFINITION,
          Fisher.DEFINITION,
          RegMean.DEFINITION);

  private Methods() {}

  /// The method of that name.
  public static Optional<MethodDefinition> named(String name) {
    return ALL.stream().filter(method -> method.name().equals(name)).findFirst();
  }
}
