package dev.stockpot.report;

import dev.stockpot.internal.io.Sha256;
import dev.stockpot.internal.json.Json;
import dev.stockpot.internal.json.JsonWriter;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;

/// The report as one HTML file that needs nothing else, and asks no network for anything.
///
/// The study lies in it as JSON that no parser of HTML takes for markup; the scripts show it as
/// text only. A policy in the page allows the scripts it came with, by their hashes, and no other.
public final class ReportPage {
  private ReportPage() {}

  /// The page.
  public static String of(Study study) {
    List<String> scripts =
        List.of(
            Resources.text("echarts.min.js"),
            Resources.text("figures.js"),
            Resources.text("report.js"));
    StringBuilder tags = new StringBuilder();
    StringBuilder hashes = new StringBuilder();
    for (String script : scripts) {
      tags.append("<script>").append(script).append("</script>\n");
      hashes.append(" 'sha256-").append(sha256(script)).append('\'');
    }
    return Resources.text("report.html")
        .replace("{{policy}}", "script-src" + hashes)
        .replace("{{style}}", Resources.text("report.css"))
        .replace("{{notices}}", text(Resources.text("NOTICE.txt")))
        .replace("{{title}}", text(study.title()))
        .replace("{{scripts}}", tags)
        // Last, for what it holds is not ours.
        .replace("{{study}}", embedded(StudyDocument.of(study)));
  }

  /// JSON in which nothing ends a script, begins markup, or ends a line of JavaScript.
  static String embedded(Json json) {
    return JsonWriter.write(json)
        .replace("&", "\\u0026")
        .replace("<", "\\u003c")
        .replace(">", "\\u003e")
        .replace("\u2028", "\\u2028")
        .replace("\u2029", "\\u2029");
  }

  private static String text(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;")
        // What looks like a place for something else is none.
        .replace("{", "&#123;");
  }

  private static String sha256(String script) {
    return Base64.getEncoder().encodeToString(HexFormat.of().parseHex(Sha256.ofText(script)));
  }
}
