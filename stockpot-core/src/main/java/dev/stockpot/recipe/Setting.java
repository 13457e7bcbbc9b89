package dev.stockpot.recipe;

import java.util.List;
import java.util.Optional;

/// A value of a merge method's parameter, as written: one for all tensors, one along the layers (a
/// gradient), or different ones by the tensor's name.
///
/// @param at where it is written
/// @param branches the first whose filter fits a tensor holds its value
public record Setting(Place at, List<Branch> branches) {

  public Setting {
    branches = List.copyOf(branches);
  }

  /// The branch for a tensor, if any fits.
  public Optional<Branch> of(String tensor) {
    return branches.stream().filter(branch -> branch.fits(tensor)).findFirst();
  }

  /// Whether all tensors have the same value.
  public boolean isConstant() {
    return branches.size() == 1
        && branches.getFirst().filter().isEmpty()
        && branches.getFirst().points().size() == 1;
  }

  /// A value for the tensors of a name.
  ///
  /// @param at where it is written
  /// @param filter part of a tensor's name; absent fits every name
  /// @param points Doubles, Booleans or Strings, all of a kind: one, or several from the first
  ///   layer to the last
  public record Branch(Place at, Optional<String> filter, List<Object> points) {

    /// @throws IllegalArgumentException if there is no point
    public Branch {
      points = List.copyOf(points);
      if (points.isEmpty()) {
        throw new IllegalArgumentException("no value");
      }
    }

    /// Whether it is for a tensor of that name.
    public boolean fits(String tensor) {
      return filter.isEmpty() || tensor.contains(filter.get());
    }

    /// The value at a depth: numbers are interpolated linearly; of others it is the last point at
    /// or before it.
    ///
    /// @param depth from 0, the first layer, to 1, the last
    public Object value(double depth) {
      double place = depth * (points.size() - 1);
      int below = (int) place;
      if (!(points.get(below) instanceof Double low)) {
        return points.get(below);
      }
      double part = place - below;
      return part == 0 ? low : (1 - part) * low + part * (Double) points.get(below + 1);
    }
  }
}
