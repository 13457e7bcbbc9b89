package dev.stockpot.merge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stockpot.checkpoint.DType;
import dev.stockpot.merge.Soups.Filled;
import dev.stockpot.method.Linear;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JobsTest {
  @TempDir private Path folder;
  private Soups soups;

  @BeforeEach
  void open() {
    soups = new Soups(folder);
  }

  @AfterEach
  void close() {
    soups.close();
  }

  @Test
  void blocksCoverEveryTensorOnce() throws InterruptedException {
    Jobs jobs =
        new Jobs(
            plan(
                Filled.of("empty", DType.F32),
                Filled.of("w", DType.F32, new double[65_536 + 3]),
                Filled.raw("z", DType.I64, List.of(2L), new byte[16])),
            1);
    List<String> found = new ArrayList<>();
    for (Optional<Jobs.Block> next = jobs.next(); next.isPresent(); next = jobs.next()) {
      Jobs.Block block = next.get();
      found.add(block.job().step() + ": " + block.from() + "+" + block.n());
      boolean ended = jobs.done(block, Optional.empty());
      assertThat(ended).isEqualTo(!found.getLast().equals("2: 0+65536"));
    }
    assertThat(found).containsExactly("0: 0+16", "2: 0+65536", "2: 65536+3");
    assertThat(jobs.next()).isEmpty();
  }

  @Test
  void nothingIsHandedOutAfterAFailure() throws InterruptedException {
    Jobs jobs = new Jobs(plan(Filled.of("w", DType.F32, 1)), 1);
    jobs.stop();
    assertThat(jobs.next()).isEmpty();
  }

  /// The sum of all elements, then mixing that gives this sum for every element.
  private record SumPass(long unit, List<Long> visited) implements Stage.Pass<double[]> {
    @Override
    public double[] start() {
      return new double[1];
    }

    @Override
    public void visit(Stretch stretch, double[] part) {
      visited.add(stretch.from());
      for (int i = 0; i < stretch.length(); i++) {
        part[0] += stretch.input(0).at(i);
      }
    }

    @Override
    public void add(double[] total, double[] part) {
      total[0] = total[0] * 1.5 + part[0];
    }

    @Override
    public Stage next(double[] total) {
      return (Stage.Mixing) (_, out) -> out.fill(total[0]);
    }
  }

  /// 1.5·(1.5·(1.5·0 + a) + b) + c tells the order.
  @Test
  void partsAreAddedInTheOrderOfTheBlocksWhateverOrderTheyAreDoneIn() {
    SumPass pass = new SumPass(1, new ArrayList<>());
    Job job = new Job(0, 3 * Job.BLOCK, pass);
    List<Jobs.Block> blocks =
        List.of(job.next().orElseThrow(), job.next().orElseThrow(), job.next().orElseThrow());
    assertThat(job.next()).isEmpty();
    for (int index : new int[] {2, 0, 1}) {
      job.done(blocks.get(index), Optional.of(new double[] {index + 1}));
    }
    assertThat(job.isFinished()).isFalse();
    Tile out = InMemory.tile(Precision.FLOAT64, 0);
    ((Stage.Mixing) job.next().orElseThrow().stage()).mix(new Stretch(DoubleTile::new), out);
    assertThat(out.at(0)).isEqualTo(1.5 * (1.5 * 1 + 2) + 3);
  }

  @Test
  void stretchesAreWholeRows() {
    for (int row : new int[] {1, 7, 1000, 2500, 5000}) {
      SumPass pass = new SumPass(row, new ArrayList<>());
      double[] ones = new double[30 * row];
      Arrays.fill(ones, 1);
      List<Long> shape = List.of(30L, (long) row);
      double sum = InMemory.mix(method(pass), Precision.FLOAT64, shape, ones)[0];
      assertThat(sum).isGreaterThanOrEqualTo(30.0 * row);
      assertThat(pass.visited()).isNotEmpty().allMatch(from -> from % row == 0);
    }
  }

  private static MergeMethod method(Stage first) {
    return new MergeMethod() {
      @Override
      public String name() {
        return "made up";
      }

      @Override
      public Stage begin(Layer layer) {
        return first;
      }
    };
  }

  private MergePlan plan(Filled... tensors) {
    return MergePlan.of(
        List.of(soups.ingredient("a.safetensors", tensors)), Linear.mean(1), Optional.empty());
  }
}
