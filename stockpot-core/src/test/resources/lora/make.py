"""Writes the files beside it; see README.md. Needs NumPy."""
import json
import math
import os
import struct
from fractions import Fraction

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
RANDOM = np.random.default_rng(20220617)
NUMPY = {"F64": "<f8", "F32": "<f4", "F16": "<f2"}


def bf16(value):
    """The 16 bits of the bfloat16 nearest to a float64, ties to even; exact arithmetic."""
    value = float(value)
    if value == 0:
        return 0
    sign = 0x8000 if value < 0 else 0
    exact = abs(Fraction(value))
    exponent = max(math.frexp(abs(value))[1] - 1, -126)
    units = exact / Fraction(2) ** (exponent - 7)
    mantissa = int(units)
    rest = units - mantissa
    if rest > Fraction(1, 2) or (rest == Fraction(1, 2) and mantissa % 2):
        mantissa += 1
    return sign | ((exponent + 126) * 128 + mantissa)


def encode(dtype, values):
    if dtype == "BF16":
        return np.array([bf16(v) for v in values.ravel()], "<u2").tobytes()
    return values.astype(NUMPY[dtype]).tobytes()


def decode(dtype, values):
    """What is left of values that are stored so, in float64."""
    if dtype == "BF16":
        bits = np.frombuffer(encode(dtype, values), "<u2").astype("<u4") << 16
        return bits.view("<f4").astype("<f8").reshape(values.shape)
    return values.astype(NUMPY[dtype]).astype("<f8")


def write(path, tensors):
    header, data = {}, b""
    for name, (dtype, values) in tensors.items():
        raw = encode(dtype, values)
        header[name] = {
            "dtype": dtype,
            "shape": list(values.shape),
            "data_offsets": [len(data), len(data) + len(raw)],
        }
        data += raw
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + data)


def normal(dtype, *shape, scale=1.0):
    return dtype, decode(dtype, RANDOM.normal(size=shape) * scale)


def product(b, a):
    """B @ A with the sums in the order of the rank."""
    total = np.zeros((b.shape[0], a.shape[1]))
    for k in range(a.shape[0]):
        total = total + b[:, k : k + 1] * a[k : k + 1, :]
    assert np.allclose(total, b @ a, rtol=1e-12, atol=1e-14)
    return total


def adapter(folder, tensors, **config):
    write(f"{HERE}/{folder}/adapter_model.safetensors", tensors)
    document = {"peft_type": "LORA", "base_model_name_or_path": "../base.safetensors"} | config
    with open(f"{HERE}/{folder}/adapter_config.json", "w") as file:
        json.dump(document, file, indent=2)
        file.write("\n")


def expected(name, base, exact):
    tensors = {"exact." + key: ("F64", value) for key, value in exact.items()}
    tensors |= {key: (base[key][0], exact[key]) for key in base}
    write(f"{HERE}/{name}.expected.safetensors", tensors)


base = {
    "model.layers.0.q_proj.weight": normal("F32", 6, 4),
    "model.layers.1.q_proj.weight": normal("BF16", 6, 4),
    "model.layers.2.q_proj.weight": normal("F16", 6, 4),
    "model.embed_tokens.weight": normal("F32", 5, 3),
    "model.conv.weight": normal("F32", 4, 2, 3, 3),
    "model.norm.weight": normal("BF16", 3),
    "model.norm.bias": normal("F32", 3),
}
write(f"{HERE}/base.safetensors", base)
plain = {name: values for name, (_, values) in base.items()}

P = "base_model.model.model."
own = {
    P + "layers.0.q_proj.lora_A.weight": normal("F32", 2, 4),
    P + "layers.0.q_proj.lora_B.weight": normal("F32", 6, 2),
    P + "layers.1.q_proj.lora_A.weight": normal("F32", 3, 4),
    P + "layers.1.q_proj.lora_B.weight": normal("F32", 6, 3),
    P + "layers.2.q_proj.lora_A.weight": normal("F32", 2, 4),
    P + "layers.2.q_proj.lora_B.weight": normal("F32", 6, 2),
    P + "embed_tokens.lora_embedding_A": normal("F32", 2, 5),
    P + "embed_tokens.lora_embedding_B": normal("F32", 3, 2),
    P + "conv.lora_A.weight": normal("F32", 2, 2, 3, 3),
    P + "conv.lora_B.weight": normal("F32", 4, 2, 1, 1),
    P + "norm.weight": normal("F32", 3),
}
adapter(
    "patterns",
    own,
    r=2,
    lora_alpha=3,
    rank_pattern={"layers.1.q_proj": 3},
    alpha_pattern={"^model.layers.[12].q_proj": 5, "q_proj": 7, "embed": 11},
    target_modules=["q_proj", "embed_tokens", "conv"],
    modules_to_save=["norm"],
)
values = {name: v for name, (_, v) in own.items()}
result = dict(plain)
for i, scale in ((0, 7 / 2), (1, 5 / 3), (2, 5 / 2)):
    q = f"layers.{i}.q_proj."
    delta = product(values[P + q + "lora_B.weight"], values[P + q + "lora_A.weight"])
    result["model." + q + "weight"] = plain["model." + q + "weight"] + scale * delta
# 'embed' is no end of 'model.embed_tokens' after a dot, so alpha is 3.
delta = product(values[P + "embed_tokens.lora_embedding_B"], values[P + "embed_tokens.lora_embedding_A"])
result["model.embed_tokens.weight"] = plain["model.embed_tokens.weight"] + 1.5 * delta.T
delta = product(
    values[P + "conv.lora_B.weight"].reshape(4, 2), values[P + "conv.lora_A.weight"].reshape(2, 18)
)
result["model.conv.weight"] = plain["model.conv.weight"] + 1.5 * delta.reshape(4, 2, 3, 3)
result["model.norm.weight"] = values[P + "norm.weight"]
expected("patterns", base, result)

own = {
    P + "layers.0.q_proj.lora_A.default.weight": normal("BF16", 5, 4),
    P + "layers.0.q_proj.lora_B.default.weight": normal("BF16", 6, 5),
    P + "layers.1.q_proj.lora_A.default.weight": normal("F16", 5, 4),
    P + "layers.1.q_proj.lora_B.default.weight": normal("F16", 6, 5),
}
adapter("rslora", own, r=5, lora_alpha=0.5, use_rslora=True, target_modules=".*q_proj")
values = {name: v for name, (_, v) in own.items()}
result = dict(plain)
for i in (0, 1):
    q = f"layers.{i}.q_proj."
    delta = product(
        values[P + q + "lora_B.default.weight"], values[P + q + "lora_A.default.weight"]
    )
    result["model." + q + "weight"] = plain["model." + q + "weight"] + 0.5 / math.sqrt(5) * delta
expected("rslora", base, result)

base = {"h.0.attn.c_attn.weight": normal("F32", 4, 12), "h.0.attn.c_proj.weight": normal("F32", 4, 4)}
write(f"{HERE}/fan-in-fan-out.base.safetensors", base)
plain = {name: v for name, (_, v) in base.items()}
P = "base_model.model.transformer.h.0.attn."
own = {
    P + "c_attn.lora_A.weight": normal("F32", 2, 4),
    P + "c_attn.lora_B.weight": normal("F32", 12, 2),
    P + "c_proj.lora_A.weight": normal("F32", 2, 4),
    P + "c_proj.lora_B.weight": normal("F32", 4, 2),
}
adapter("fan-in-fan-out", own, base_model_name_or_path=None, r=2, lora_alpha=2, fan_in_fan_out=True)
values = {name: v for name, (_, v) in own.items()}
result = {
    f"h.0.attn.{m}.weight": plain[f"h.0.attn.{m}.weight"]
    + product(values[P + m + ".lora_B.weight"], values[P + m + ".lora_A.weight"]).T
    for m in ("c_attn", "c_proj")
}
expected("fan-in-fan-out", base, result)
