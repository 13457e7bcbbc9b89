import dev.stockpot.eval.Engine;
import dev.stockpot.eval.GradientEngine;
import dev.stockpot.eval.Metric;
import dev.stockpot.eval.Table;
import dev.stockpot.eval.TextTokenizer;
import dev.stockpot.search.Minimizer;
import dev.stockpot.train.Trainer;

/// The engine of Stockpot: checkpoints, merging, recipes, evaluation and search.
@SuppressWarnings("module") // The friends named below are compiled after this module.
module dev.stockpot.core {
  requires java.desktop; // javax.imageio
  requires jdk.unsupported; // sun.misc.Signal

  exports dev.stockpot;
  exports dev.stockpot.checkpoint;
  exports dev.stockpot.diagnose;
  exports dev.stockpot.eval;
  exports dev.stockpot.lora;
  exports dev.stockpot.merge;
  exports dev.stockpot.method;
  exports dev.stockpot.recipe;
  exports dev.stockpot.search;
  exports dev.stockpot.statistics;
  exports dev.stockpot.train;
  exports dev.stockpot.internal.io to
      dev.stockpot.cli,
      dev.stockpot.libtorch,
      dev.stockpot.onnxruntime,
      dev.stockpot.report;
  exports dev.stockpot.internal.json to
      dev.stockpot.cli,
      dev.stockpot.libtorch,
      dev.stockpot.onnxruntime,
      dev.stockpot.report,
      dev.stockpot.tokenizers;
  exports dev.stockpot.internal.text to
      dev.stockpot.cli;
  exports dev.stockpot.internal.work to
      dev.stockpot.cli;
  exports dev.stockpot.plan to
      dev.stockpot.cli;
  exports dev.stockpot.tokenizer to
      dev.stockpot.cli;

  uses Engine.Provider;
  uses GradientEngine.Provider;
  uses Metric;
  uses Table.Provider;
  uses TextTokenizer.Provider;
  uses Minimizer;
  uses Trainer.Provider;
}
