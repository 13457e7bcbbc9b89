package dev.stockpot.train;

import java.util.List;
import java.util.Optional;

/// A hyperparameter of Stockpot's own trainer.
///
/// @param name as files have it
/// @param type what it may be
/// @param usual its value where a file gives none
/// @param meaning a line for people
public record Hyperparameter(String name, Type type, Value usual, String meaning) {

  /// What a hyperparameter may be.
  public sealed interface Type {
    /// One of several words.
    record Words(List<String> words) implements Type {
      public Words {
        words = List.copyOf(words);
      }
    }

    /// A number from `least` to `most`.
    record Real(double least, double most) implements Type {}

    /// A whole number from `least` to `most`.
    record Whole(long least, long most) implements Type {}
  }

  private static final int MOST = 1_000_000;

  /// Numbers are doubles.
  private static final long MOST_SEED = 1L << 53;

  /// `sgd` (with momentum) or `adamw` (Loshchilov and Hutter 2019).
  public static final Hyperparameter OPTIMIZER =
      new Hyperparameter(
          "optimizer",
          new Type.Words(List.of("adamw", "sgd")),
          new Value.Word("adamw"),
          "optimizer");

  public static final Hyperparameter LR = real("lr", 0, MOST, 1e-3, "largest learning rate");
  public static final Hyperparameter WEIGHT_DECAY =
      real("weight-decay", 0, MOST, 0, "decoupled with adamw, added to the gradient with sgd");
  public static final Hyperparameter MOMENTUM = real("momentum", 0, 1, 0.9, "of sgd");
  public static final Hyperparameter BETA1 = real("beta1", 0, 1, 0.9, "of adamw");
  public static final Hyperparameter BETA2 = real("beta2", 0, 1, 0.999, "of adamw");
  public static final Hyperparameter EPSILON = real("epsilon", 0, 1, 1e-8, "of adamw");

  /// After the warm-up.
  public static final Hyperparameter SCHEDULE =
      new Hyperparameter(
          "schedule",
          new Type.Words(List.of("cosine", "linear", "constant")),
          new Value.Word("cosine"),
          "of the learning rate: down to 0 by the end, or constant");

  public static final Hyperparameter WARM_UP =
      real("warm-up", 0, MOST, 0, "epochs in which the learning rate rises from 0");
  public static final Hyperparameter EPOCHS = whole("epochs", 1, MOST, 10, "passes over the data");
  public static final Hyperparameter BATCH_SIZE =
      whole("batch-size", 1, MOST, 64, "examples a step");
  public static final Hyperparameter SEED =
      whole("seed", 0, MOST_SEED, 0, "order of the examples and augmentations");
  public static final Hyperparameter INIT_SEED =
      whole("init-seed", 0, MOST_SEED, 0, "weights that no base gives");
  public static final Hyperparameter LABEL_SMOOTHING =
      real("label-smoothing", 0, 1, 0, "share of the target that all classes get");
  public static final Hyperparameter MIXUP = real("mixup", 0, MOST, 0, "α of mixup; 0 for none");
  public static final Hyperparameter CUTMIX = real("cutmix", 0, MOST, 0, "α of CutMix; 0 for none");
  public static final Hyperparameter RANDAUGMENT_N =
      whole("randaugment-n", 0, 20, 0, "operations of RandAugment on each image; 0 for none");
  public static final Hyperparameter RANDAUGMENT_M =
      real("randaugment-m", 0, 30, 9, "their magnitude");
  public static final Hyperparameter CROP_SCALE =
      real("crop-scale", 0.01, 1, 1, "least area of a random resized crop; 1 for none");
  public static final Hyperparameter FLIP =
      real("flip", 0, 1, 0, "probability of a flip from left to right");
  public static final Hyperparameter ROTATE =
      real("rotate", 0, 180, 0, "most degrees that an image is turned");
  public static final Hyperparameter NOISE =
      real("noise", 0, MOST, 0, "standard deviation of noise that is added to inputs");
  public static final Hyperparameter CLIP_NORM =
      real("clip-norm", 0, MOST, 0, "most that the gradient's norm may be; 0 for no limit");
  public static final Hyperparameter SAM_RHO =
      real("sam-rho", 0, MOST, 0, "radius of sharpness-aware minimisation; 0 for none");
  public static final Hyperparameter PROBE_EPOCHS =
      whole("probe-epochs", 0, MOST, 0, "epochs of the head alone, before the others (LP-FT)");
  public static final Hyperparameter PROBE_LR =
      real("probe-lr", 0, MOST, 1e-2, "learning rate of these");

  /// All of them, in the order in which they are told.
  public static final List<Hyperparameter> ALL =
      List.of(
          OPTIMIZER,
          LR,
          WEIGHT_DECAY,
          MOMENTUM,
          BETA1,
          BETA2,
          EPSILON,
          SCHEDULE,
          WARM_UP,
          EPOCHS,
          BATCH_SIZE,
          SEED,
          INIT_SEED,
          LABEL_SMOOTHING,
          MIXUP,
          CUTMIX,
          RANDAUGMENT_N,
          RANDAUGMENT_M,
          CROP_SCALE,
          FLIP,
          ROTATE,
          NOISE,
          CLIP_NORM,
          SAM_RHO,
          PROBE_EPOCHS,
          PROBE_LR);

  /// The one of that name.
  public static Optional<Hyperparameter> named(String name) {
    return ALL.stream().filter(each -> each.name.equals(name)).findFirst();
  }

  /// What is wrong with a value, in words that follow the hyperparameter's name; empty if nothing.
  public Optional<String> fault(Value value) {
    return switch (type) {
      case Type.Words(List<String> words) ->
          value instanceof Value.Word(String word) && words.contains(word)
              ? Optional.empty()
              : Optional.of("is " + value.text() + ", but must be " + String.join(" or ", words));
      case Type.Real(double least, double most) -> within(value, least, most, "");
      case Type.Whole(long least, long most) ->
          value instanceof Value.Real(double number) && number != Math.rint(number)
              ? Optional.of("is " + value.text() + " instead of a whole number")
              : within(value, (double) least, (double) most, "whole ");
    };
  }

  private static Optional<String> within(Value value, double least, double most, String kind) {
    if (value instanceof Value.Real(double number) && number >= least && number <= most) {
      return Optional.empty();
    }
    String range =
        most == MOST_SEED
            ? "at least " + new Value.Real(least).text()
            : "from " + new Value.Real(least).text() + " to " + new Value.Real(most).text();
    return Optional.of("is " + value.text() + ", but must be a " + kind + "number " + range);
  }

  private static Hyperparameter real(
      String name, double least, double most, double usual, String meaning) {
    return new Hyperparameter(name, new Type.Real(least, most), new Value.Real(usual), meaning);
  }

  private static Hyperparameter whole(
      String name, long least, long most, long usual, String meaning) {
    return new Hyperparameter(name, new Type.Whole(least, most), new Value.Real(usual), meaning);
  }

  /// Names, for messages.
  public static List<String> names() {
    return ALL.stream().map(Hyperparameter::name).toList();
  }
}
