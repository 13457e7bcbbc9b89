package dev.stockpot.libtorch;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;

/// Intel's library of matrix products, which takes OpenBLAS's place where it is on the class path.
///
/// It computes on libtorch's own threads (GNU OpenMP), as many as the calling thread has set, while
/// OpenBLAS has threads of its own. So a product may use all of libtorch's threads.
final class Mkl {
  /// What stands in for OpenBLAS, for JavaCPP; people may set it to `openblas`.
  private static final String STAND_IN = "org.bytedeco.openblas.load";

  /// `MKL_THREADING_GNU` of `mkl_service.h`.
  private static final int GNU = 3;

  /// `MKL_CBWR_AUTO` of `mkl_types.h`: the same input and number of threads give the same bits,
  /// wherever the operands lie in memory.
  private static final int REPRODUCIBLE = 2;

  private Mkl() {}

  /// Has JavaCPP load it instead of OpenBLAS; before anything of libtorch is loaded.
  ///
  /// @return whether it is there
  static boolean choose() {
    boolean there =
        ClassLoader.getSystemResource(
                "org/bytedeco/mkl/%s/libmkl_rt.so.2".formatted(Loader.getPlatform()))
            != null;
    if (there && System.getProperty(STAND_IN) == null) {
      System.setProperty(STAND_IN, "mkl");
    }
    return there && System.getProperty(STAND_IN).equals("mkl");
  }

  /// Sets it up; after libtorch is loaded, before anything is computed.
  ///
  /// @throws UnsatisfiedLinkError if it is not as it should be
  static void begin() {
    // Its threads' code looks OpenMP up among what all libraries see.
    Loader.loadGlobal(
        Loader.getLoadedLibraries().values().stream()
            .filter(path -> path.contains("libgomp"))
            .findFirst()
            .orElseThrow(() -> new UnsatisfiedLinkError("libtorch has come without libgomp")));
    call("MKL_Set_Threading_Layer", GNU, GNU);
    call("MKL_CBWR_Set", REPRODUCIBLE, 0);
  }

  @SuppressWarnings("restricted") // as all of libtorch is
  private static void call(String function, int argument, int expected) {
    Pointer address = Loader.addressof(function);
    if (address == null) {
      throw new UnsatisfiedLinkError("MKL has no " + function);
    }
    int result;
    try {
      result =
          (int)
              Linker.nativeLinker()
                  .downcallHandle(
                      MemorySegment.ofAddress(address.address()),
                      FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT))
                  .invokeExact(argument);
    } catch (Throwable e) {
      throw new AssertionError("a function of C throws nothing", e);
    }
    if (result != expected) {
      throw new UnsatisfiedLinkError(
          "%s(%d) of MKL gives %d instead of %d".formatted(function, argument, result, expected));
    }
  }
}
