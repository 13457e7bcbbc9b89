package dev.stockpot.libtorch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

class MklTest {

  @Test
  void takesOpenBlassPlaceWhereItIs() {
    assumeTrue(Loader.getPlatform().equals("linux-x86_64"));
    Libtorch.load();
    assertThat(Mkl.choose()).isTrue();
    assertThat(Loader.getLoadedLibraries().values()).anyMatch(path -> path.contains("libmkl_rt"));
  }

  @Test
  void productsHaveTheSameBitsWhereverTheirOperandsLie() {
    Libtorch.load(1);
    try (PointerScope _ = new PointerScope()) {
      torch.manual_seed(1);
      Tensor left = torch.randn(65, 301);
      Tensor right = torch.randn(301, 33);
      Tensor product = torch.mm(left, right);
      for (int offset = 1; offset < 16; offset++) {
        Tensor moved =
            torch.zeros(65 * 301 + offset).narrow(0, offset, 65 * 301).view(65, 301).copy_(left);
        assertThat(torch.mm(moved, right).equal(product)).as("offset " + offset).isTrue();
      }
    }
  }
}
