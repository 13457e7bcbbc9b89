package dev.stockpot.report;

import com.github.weisj.jsvg.SVGDocument;
import com.github.weisj.jsvg.parser.LoaderContext;
import com.github.weisj.jsvg.parser.SVGLoader;
import dev.stockpot.internal.io.AtomicFile;
import dev.stockpot.internal.json.Json;
import dev.stockpot.internal.json.JsonWriter;
import io.roastedroot.quickjs4j.core.Engine;
import io.roastedroot.quickjs4j.core.Runner;
import java.awt.Color;
import java.awt.Component;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;

/// The main figure as SVG and PNG, drawn without a browser by the same scripts as in the page: they
/// run in QuickJS, which is compiled to the JVM.
public final class FigureFiles {
  private static final int WIDTH = 900;
  private static final int HEIGHT = 540;
  private static final int PNG_SCALE = 2;

  /// What the chart library expects of a browser and does not need to draw once.
  private static final String NO_TIMERS =
      "globalThis.setTimeout = () => 0; globalThis.clearTimeout = () => {};\n";

  private FigureFiles() {}

  /// Writes `scatter.svg` and `scatter.png`.
  ///
  /// @return the files
  public static List<Path> write(Study study, Path folder) {
    String svg = svg(study);
    Path vector = folder.resolve("scatter.svg");
    Path pixels = folder.resolve("scatter.png");
    AtomicFile.writeString(vector, svg, false);
    AtomicFile.write(pixels, png(svg), false);
    return List.of(vector, pixels);
  }

  /// The main figure, with light colours.
  static String svg(Study study) {
    String document = JsonWriter.write(StudyDocument.of(study));
    String script =
        String.join(
            "\n",
            NO_TIMERS,
            Resources.text("echarts.min.js"),
            Resources.text("figures.js"),
            "const study = JSON.parse(" + JsonWriter.write(new Json.Str(document)) + ");",
            "const chart = echarts.init(null, null,",
            "  {renderer: 'svg', ssr: true, width: %d, height: %d});".formatted(WIDTH, HEIGHT),
            "chart.setOption(figures.still(study));",
            "console.log(chart.renderToSVGString());");
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (Runner runner =
        Runner.builder().withEngine(Engine.builder().withStdout(out).build()).build()) {
      runner.compileAndExec(script);
    }
    // Styles of the pointer have no meaning in a picture.
    return out.toString(StandardCharsets.UTF_8)
        .replaceAll("(?s)<style\\s*>.*?</style>", "")
        .replaceAll(" class=\"[^\"]*\"", "")
        .strip();
  }

  /// @param svg its fonts are those of browsers, of which Java knows none by name
  private static byte[] png(String svg) {
    String plain = svg.replaceAll("font-family:[^;\"]*", "font-family:SansSerif");
    SVGDocument document =
        new SVGLoader()
            .load(
                new ByteArrayInputStream(plain.getBytes(StandardCharsets.UTF_8)),
                null,
                LoaderContext.createDefault());
    BufferedImage image =
        new BufferedImage(PNG_SCALE * WIDTH, PNG_SCALE * HEIGHT, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = image.createGraphics();
    try {
      graphics.setColor(Color.WHITE);
      graphics.fillRect(0, 0, image.getWidth(), image.getHeight());
      graphics.scale(PNG_SCALE, PNG_SCALE);
      graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
      graphics.setRenderingHint(
          RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
      document.render((Component) null, graphics, null);
    } finally {
      graphics.dispose();
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      ImageIO.write(image, "png", out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }
}
