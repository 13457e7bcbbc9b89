package dev.stockpot.checkpoint;

import dev.stockpot.internal.pickle.Pickled.Global;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// The names that PyTorch's files use: element types, and the classes and functions that may stand
/// in a pickle. None is ever looked up or called.
final class PyTorchTypes {

  /// Elements of a storage or tensor.
  ///
  /// @param name as PyTorch calls the type
  /// @param dtype ours; empty where there is none
  /// @param bytes of an element
  record ElementType(String name, Optional<DType> dtype, int bytes) {}

  /// What rebuilds dense tensors.
  static final String TENSOR = "torch._utils._rebuild_tensor";

  static final String TENSOR_V2 = "torch._utils._rebuild_tensor_v2";
  static final String TENSOR_V3 = "torch._utils._rebuild_tensor_v3";
  static final String PARAMETER = "torch._utils._rebuild_parameter";
  static final String PARAMETER_WITH_STATE = "torch._utils._rebuild_parameter_with_state";
  static final String WITH_TYPE = "torch._tensor._rebuild_from_type_v2";
  static final String ORDERED_DICT = "collections.OrderedDict";

  private static final Map<String, ElementType> DTYPES = new LinkedHashMap<>();
  private static final Map<String, ElementType> STORAGES = new LinkedHashMap<>();
  private static final Map<DType, String> STORAGE_NAMES = new LinkedHashMap<>();
  private static final Map<DType, String> DTYPE_NAMES = new LinkedHashMap<>();
  private static final Set<String> GLOBALS = new HashSet<>();

  private static final Set<String> TENSORS =
      Set.of(
          TENSOR,
          TENSOR_V2,
          TENSOR_V3,
          PARAMETER,
          PARAMETER_WITH_STATE,
          WITH_TYPE,
          "torch._utils._rebuild_qtensor",
          "torch._utils._rebuild_sparse_tensor",
          "torch._utils._rebuild_sparse_csr_tensor",
          "torch._utils._rebuild_meta_tensor_no_storage",
          "torch._utils._rebuild_nested_tensor",
          "torch._utils._rebuild_wrapper_subclass",
          "torch._utils._rebuild_device_tensor_from_numpy",
          "torch._utils._rebuild_device_tensor_from_cpu_tensor");

  static {
    typed("float64", "DoubleStorage", DType.F64);
    typed("float32", "FloatStorage", DType.F32);
    typed("float16", "HalfStorage", DType.F16);
    typed("bfloat16", "BFloat16Storage", DType.BF16);
    typed("complex64", "ComplexFloatStorage", DType.C64);
    typed("int64", "LongStorage", DType.I64);
    typed("int32", "IntStorage", DType.I32);
    typed("int16", "ShortStorage", DType.I16);
    typed("int8", "CharStorage", DType.I8);
    typed("uint8", "ByteStorage", DType.U8);
    typed("bool", "BoolStorage", DType.BOOL);
    // Types without a storage of their own: their tensors name the type themselves.
    untyped("uint64", DType.U64);
    untyped("uint32", DType.U32);
    untyped("uint16", DType.U16);
    untyped("float8_e4m3fn", DType.F8_E4M3);
    untyped("float8_e5m2", DType.F8_E5M2);
    untyped("float8_e4m3fnuz", DType.F8_E4M3FNUZ);
    untyped("float8_e5m2fnuz", DType.F8_E5M2FNUZ);
    untyped("float8_e8m0fnu", DType.F8_E8M0);
    STORAGES.put("UntypedStorage", new ElementType("bytes", Optional.of(DType.U8), 1));
    // Known, so that they can be named.
    foreign("complex128", "ComplexDoubleStorage", 16);
    foreign("qint8", "QInt8Storage", 1);
    foreign("quint8", "QUInt8Storage", 1);
    foreign("qint32", "QInt32Storage", 4);
    foreign("quint4x2", "QUInt4x2Storage", 1);
    foreign("quint2x4", "QUInt2x4Storage", 1);
    List.of("bits8", "bits1x8", "bits2x4", "bits4x2", "float4_e2m1fn_x2")
        .forEach(name -> DTYPES.put(name, new ElementType(name, Optional.empty(), 1)));
    DTYPES.put("bits16", new ElementType("bits16", Optional.empty(), 2));
    DTYPES.put("complex32", new ElementType("complex32", Optional.empty(), 4));
    for (int bits = 1; bits < 8; bits++) {
      DTYPES.put("int" + bits, new ElementType("int" + bits, Optional.empty(), 1));
      DTYPES.put("uint" + bits, new ElementType("uint" + bits, Optional.empty(), 1));
    }
    GLOBALS.addAll(TENSORS);
    DTYPES.keySet().forEach(name -> GLOBALS.add("torch." + name));
    for (String name : STORAGES.keySet()) {
      GLOBALS.add("torch." + name);
      GLOBALS.add("torch.cuda." + name);
      GLOBALS.add("torch.storage." + name);
    }
    for (String scheme : List.of("tensor", "channel")) {
      GLOBALS.add("torch.per_" + scheme + "_affine");
      GLOBALS.add("torch.per_" + scheme + "_symmetric");
    }
    for (String name :
        List.of(
            "set",
            "frozenset",
            "dict",
            "list",
            "tuple",
            "bytearray",
            "complex",
            "int",
            "float",
            "bool",
            "str")) {
      GLOBALS.add("builtins." + name);
      GLOBALS.add("__builtin__." + name);
    }
    GLOBALS.addAll(
        List.of(
            ORDERED_DICT,
            "collections.defaultdict",
            "collections.Counter",
            "torch.Size",
            "torch.Tensor",
            "torch.device",
            "torch.nn.parameter.Parameter",
            "torch.nn.parameter.Buffer",
            "torch.serialization._get_layout",
            "torch.storage.TypedStorage",
            "torch.storage._TypedStorage",
            // Numbers that NumPy made, such as a best accuracy beside the weights.
            "numpy.dtype",
            "numpy.core.multiarray.scalar",
            "numpy._core.multiarray.scalar",
            "_codecs.encode"));
  }

  private PyTorchTypes() {}

  /// Whether a class or function may be named in a file.
  static boolean isKnown(Global global) {
    return GLOBALS.contains(global.dotted());
  }

  /// Whether what a function returns is a tensor of any kind.
  static boolean isTensor(Global function) {
    return TENSORS.contains(function.dotted());
  }

  /// The elements of a storage class.
  static Optional<ElementType> ofStorage(Global type) {
    return Optional.ofNullable(STORAGES.get(type.name()));
  }

  /// The elements that `torch.float32` and the like name.
  static Optional<ElementType> ofDType(Global dtype) {
    return Optional.ofNullable(DTYPES.get(dtype.name()));
  }

  /// The class that stores a type's elements, if it has one of its own.
  static Optional<String> storage(DType dtype) {
    return Optional.ofNullable(STORAGE_NAMES.get(dtype));
  }

  /// PyTorch's name for a type, if it has one.
  static Optional<String> name(DType dtype) {
    return Optional.ofNullable(DTYPE_NAMES.get(dtype));
  }

  private static void typed(String name, String storage, DType dtype) {
    untyped(name, dtype);
    STORAGES.put(storage, DTYPES.get(name));
    STORAGE_NAMES.put(dtype, storage);
  }

  private static void untyped(String name, DType dtype) {
    DTYPES.put(name, new ElementType(name, Optional.of(dtype), dtype.bytes()));
    DTYPE_NAMES.put(dtype, name);
  }

  private static void foreign(String name, String storage, int bytes) {
    ElementType type = new ElementType(name, Optional.empty(), bytes);
    DTYPES.put(name, type);
    STORAGES.put(storage, type);
  }
}
