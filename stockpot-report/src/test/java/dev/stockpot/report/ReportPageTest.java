package dev.stockpot.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.internal.json.Json;
import dev.stockpot.internal.json.JsonReader;
import dev.stockpot.internal.json.JsonWriter;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportPageTest {

  @Test
  void embeddedJsonHoldsNoMarkup() {
    Json json = JsonWriter.of(Map.of("</script><!--&amp;\u2028\u2029", "]]>"));
    assertThat(ReportPage.embedded(json))
        .isEqualTo("{\"\\u003c/script\\u003e\\u003c!--\\u0026amp;\\u2028\\u2029\":\"]]\\u003e\"}");
  }

  @Property
  void embeddedJsonIsTheSameJson(@ForAll String name, @ForAll String value) {
    if (isPaired(name) && isPaired(value)) {
      Json json = JsonWriter.of(Map.of(name, value));
      assertThat(JsonReader.read(ReportPage.embedded(json))).isEqualTo(json);
      assertThat(ReportPage.embedded(json)).doesNotContain("<", ">", "&", "\u2028", "\u2029");
    }
  }

  @Test
  void pageHasAPolicyAndTakesNoTitleForAPlace(@TempDir Path folder) throws Exception {
    Path run = folder.resolve("{{study}} <b>&\"");
    TestRun.of(3, 1).write(run);
    String page = ReportPage.of(RunFolder.read(run, Optional.empty()));
    assertThat(page)
        .contains("<title>&#123;&#123;study}} &lt;b&gt;&amp;&quot;</title>")
        .containsPattern(
            "content=\"default-src 'none'; script-src( 'sha256-[A-Za-z0-9+/=]{44}'){3}; ")
        .contains("Copyright 2017-2024 The Apache Software Foundation")
        .doesNotContain("{{policy}}", "{{style}}", "{{notices}}", "{{scripts}}");
  }

  private static boolean isPaired(String text) {
    return text.codePoints().noneMatch(point -> point >= 0xD800 && point < 0xE000);
  }
}
