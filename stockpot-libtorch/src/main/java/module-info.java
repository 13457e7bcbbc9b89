import dev.stockpot.eval.Engine;
import dev.stockpot.eval.GradientEngine;
import dev.stockpot.libtorch.BuiltInGradients;
import dev.stockpot.libtorch.BuiltInProvider;
import dev.stockpot.libtorch.TorchScriptGradients;
import dev.stockpot.libtorch.TorchScriptProvider;
import dev.stockpot.libtorch.TorchTrainerProvider;
import dev.stockpot.train.Trainer;

/// Evaluates checkpoints, takes gradients, and trains, with PyTorch's C++ library.
module dev.stockpot.libtorch {
  requires transitive dev.stockpot.core;
  requires org.bytedeco.javacpp;
  requires org.bytedeco.openblas;
  requires org.bytedeco.pytorch;

  provides Engine.Provider with
      TorchScriptProvider,
      BuiltInProvider;
  provides GradientEngine.Provider with
      TorchScriptGradients,
      BuiltInGradients;
  provides Trainer.Provider with
      TorchTrainerProvider;
}
