/// Draws what a run found: a page, or its main figure as an image.
@SuppressWarnings("requires-automatic") // quickjs4j has no descriptor.
module dev.stockpot.report {
  requires com.github.weisj.jsvg;
  requires transitive dev.stockpot.core;
  requires java.desktop;
  requires quickjs4j;

  // What quickjs4j needs: without a descriptor it cannot say so itself.
  requires com.fasterxml.jackson.databind;
  requires run.endive.runtime;
  requires run.endive.wasi;

  exports dev.stockpot.report;
}
