package dev.stockpot.cli;

import dev.stockpot.cli.terminal.Capabilities;
import dev.stockpot.cli.terminal.Table;
import dev.stockpot.cli.terminal.Table.Column;
import dev.stockpot.eval.Role;
import dev.stockpot.report.Model;
import dev.stockpot.report.Study;
import dev.stockpot.report.StudySet;
import dev.stockpot.report.Verdict;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;

/// A study in the terminal: the ranking, what stands out, the sentence about the best soup.
///
/// @param study to show
record StudyTable(Study study) {

  /// The ranking as a table, with what is said about it.
  String text(Capabilities can) {
    List<Model> ranked = study.ranked();
    List<Column> columns = new ArrayList<>();
    columns.add(Table.text(percent() ? study.metric() + ", %" : study.metric()));
    columns.add(Table.text("recipe"));
    study.sets().forEach(set -> columns.add(Table.number(set.name())));
    boolean shifts = study.sets().stream().anyMatch(set -> set.role() == Role.SHIFT);
    if (shifts) {
      columns.add(Table.number("mean of shifts"));
    }
    Bars bars =
        new Bars(can, ranked.stream().map(study::rankedBy).toList(), study.higherIsBetter());
    bars.column().ifPresent(columns::add);
    Table table = new Table(columns.toArray(Column[]::new));
    for (int i = 0; i < ranked.size(); i++) {
      Model model = ranked.get(i);
      List<String> cells = new ArrayList<>(List.of(model.name(), model.recipe()));
      for (StudySet set : study.sets()) {
        cells.add(figure(model.value(set.name(), study.metric())));
      }
      if (shifts) {
        cells.add(figure(study.mean(model, Role.SHIFT)));
      }
      bars.of(i).ifPresent(cells::add);
      table.row(cells.toArray(String[]::new));
    }
    if (can.colour()) {
      study
          .parts()
          .verdict()
          .flatMap(Verdict::winner)
          .ifPresent(
              winner -> table.bold(ranked.stream().map(Model::name).toList().indexOf(winner)));
    }
    StringBuilder text = new StringBuilder(table.format()).append('\n');
    study
        .correlations()
        .forEach((sets, value) ->
            text.append(
                "Correlation of %s over the fine-tuned models: %s%n"
                    .formatted(sets, Figures.plain(value))));
    study
        .parts()
        .findings()
        .forEach(finding ->
            text.append(finding.name()).append(": ").append(finding.message()).append('\n'));
    study.parts().verdict().ifPresent(verdict -> text.append(verdict.sentence()).append("\n"));
    return text.toString();
  }

  /// The same for programs.
  Map<String, Object> members() {
    Map<String, Object> members = new LinkedHashMap<>();
    study
        .parts()
        .verdict()
        .ifPresent(verdict -> {
          members.put("verdict", verdict.sentence());
          verdict.winner().ifPresent(winner -> members.put("winner", winner));
        });
    members.put(
        "ranking",
        study.ranked().stream()
            .map(model -> {
              Map<String, Object> line = new LinkedHashMap<>();
              line.put("name", model.name());
              line.put("recipe", model.recipe());
              for (Role role : Role.values()) {
                study
                    .mean(model, role)
                    .ifPresent(mean -> line.put(role.name().toLowerCase(Locale.ROOT), mean));
              }
              return line;
            })
            .toList());
    members.put("correlations", study.correlations());
    members.put(
        "findings", study.parts().findings().stream().map(finding -> finding.message()).toList());
    return members;
  }

  private boolean percent() {
    return study.metric().equals("accuracy");
  }

  private String figure(OptionalDouble value) {
    return value.isPresent() ? Figures.mean(value.getAsDouble(), study.metric()) : "-";
  }
}
