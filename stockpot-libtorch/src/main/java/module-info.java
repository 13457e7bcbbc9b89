import dev.stockpot.eval.Engine;
import dev.stockpot.eval.GradientEngine;
import dev.stockpot.libtorch.TorchScriptGradients;
import dev.stockpot.libtorch.TorchScriptProvider;

/// Evaluates checkpoints, and takes gradients, with PyTorch's C++ library.
module dev.stockpot.libtorch {
  requires transitive dev.stockpot.core;
  requires org.bytedeco.javacpp;
  requires org.bytedeco.openblas;
  requires org.bytedeco.pytorch;

  provides Engine.Provider with
      TorchScriptProvider;
  provides GradientEngine.Provider with
      TorchScriptGradients;
}
