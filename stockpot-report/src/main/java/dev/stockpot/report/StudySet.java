package dev.stockpot.report;

import dev.stockpot.eval.Role;

/// A set of examples that models were measured on.
///
/// @param name such as `test`
/// @param role what it is for
public record StudySet(String name, Role role) {

  /// The role that a name stands for where nobody says: `select`, `shift-…`, all others
  /// in-distribution.
  static StudySet named(String name) {
    return new StudySet(
        name,
        name.equals("select") ? Role.SELECT : name.startsWith("shift") ? Role.SHIFT : Role.ID);
  }
}
