package dev.stockpot.eval;

import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Which of the model's classes a set is about, where it is not about all.
///
/// A group is one or more of the model's classes; its logit is the largest of theirs, NaN if one
/// is. Predictions are restricted to the groups before anything is measured.
///
/// @param groups of the model's classes, at least one
/// @param labels what the set's labels are
/// @see <a href="https://arxiv.org/abs/2203.05482">Wortsman et al. 2022, appendix on the shifts</a>
public record ClassGroups(List<List<Integer>> groups, Labels labels) {

  /// What a set's labels are.
  public enum Labels {
    /// Places in the list of groups, counted from 0.
    LISTED,
    /// The model's classes.
    MODEL
  }

  /// @throws IllegalArgumentException if there is no group, one is empty, or a class is negative or
  ///   in two of them
  public ClassGroups {
    groups = groups.stream().map(List::copyOf).toList();
    if (groups.isEmpty() || groups.stream().anyMatch(List::isEmpty)) {
      throw new IllegalArgumentException("no classes");
    }
    placesOf(groups);
  }

  /// Logits of the groups.
  ///
  /// @param set its name, for messages
  /// @throws EvaluationException if the model does not have a class
  Predictions of(String set, Predictions logits) {
    check(set, logits.width());
    int width = groups.size();
    float[] restricted = new float[Math.multiplyExact(logits.examples(), width)];
    for (int example = 0; example < logits.examples(); example++) {
      for (int group = 0; group < width; group++) {
        float largest = Float.NEGATIVE_INFINITY;
        for (int label : groups.get(group)) {
          largest = Math.max(largest, logits.at(example, label));
        }
        restricted[example * width + group] = largest;
      }
    }
    return new Predictions(logits.examples(), width, MemorySegment.ofArray(restricted));
  }

  /// Labels as places in the list.
  ///
  /// @param set its name, for messages
  /// @throws EvaluationException if a label is in no group
  Targets.Classes of(String set, Targets.Classes targets) {
    Map<Integer, Integer> places = placesOf(groups);
    int[] listed = new int[targets.size()];
    for (int example = 0; example < listed.length; example++) {
      int label = targets.labels()[example];
      boolean known = labels == Labels.MODEL ? places.containsKey(label) : label < groups.size();
      if (!known) {
        throw new EvaluationException(
            switch (labels) {
              case MODEL ->
                  "set '%s': example %d has the label %d, which is none of the classes listed"
                          .formatted(set, example, label)
                      + " for the set; list it, or leave the example out; if labels are places in"
                      + " that list, say so with 'labels-are: listed'";
              case LISTED ->
                  "set '%s': example %d has the label %d, but %d are listed (0 to %d); labels are"
                          .formatted(set, example, label, groups.size(), groups.size() - 1)
                      + " places in that list; if they are the model's classes, say so with"
                      + " 'labels-are: model'";
            });
      }
      listed[example] = labels == Labels.MODEL ? places.get(label) : label;
    }
    return new Targets.Classes(listed);
  }

  /// @throws EvaluationException if the model does not have a class
  void check(String set, int classes) {
    for (List<Integer> group : groups) {
      for (int label : group) {
        if (label >= classes) {
          throw new EvaluationException(
              "set '%s': class %d is listed for it, but the model has %d classes (0 to %d)"
                  .formatted(set, label, classes, classes - 1));
        }
      }
    }
  }

  private static Map<Integer, Integer> placesOf(List<List<Integer>> groups) {
    Map<Integer, Integer> places = new HashMap<>();
    for (int place = 0; place < groups.size(); place++) {
      for (int label : groups.get(place)) {
        if (label < 0 || places.put(label, place) != null) {
          throw new IllegalArgumentException("class " + label + " is negative or listed twice");
        }
      }
    }
    return places;
  }
}
