"""PyTorch's side of `stockpot-benchmarks/run step`: trains one network on one batch of examples.

    step.py FOLDER THREADS

FOLDER has network.json (a network of Stockpot's own) or model.ts.pt (TorchScript), the weights to
start from as base.safetensors, and the batch as x.npy and y.npy. For each
line "STEPS" on the standard input it makes so many steps of AdamW and answers with the seconds
they took and the loss before the last of them. It ends with its input.
"""

import json
import struct
import sys
import time

import numpy
import torch
import torch.nn.functional as F
from torch import nn


class Mlp(nn.Module):
    def __init__(self, spec):
        super().__init__()
        widths = [spec["inputs"], *spec["hidden"]]
        self.layers = nn.ModuleList(nn.Linear(a, b) for a, b in zip(widths, widths[1:]))
        self.head = nn.Linear(widths[-1], spec["classes"])

    def forward(self, x):
        x = x.flatten(1)
        for layer in self.layers:
            x = F.relu(layer(x))
        return self.head(x)


class Convolution(nn.Module):
    def __init__(self, inputs, outputs, batch_norm):
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, 3, padding=1, bias=not batch_norm)
        self.norm = nn.BatchNorm2d(outputs) if batch_norm else nn.Identity()

    def forward(self, x):
        return F.relu(self.norm(self.conv(x)))


class Cnn(nn.Module):
    def __init__(self, spec):
        super().__init__()
        channels = [spec["inputs"], *spec["channels"]]
        self.blocks = nn.ModuleList(
            Convolution(a, b, spec["batch-norm"]) for a, b in zip(channels, channels[1:])
        )
        self.head = nn.Linear(channels[-1], spec["classes"])

    def forward(self, x):
        for i, block in enumerate(self.blocks):
            x = block(x if i == 0 else F.max_pool2d(x, 2))
        return self.head(x.mean((2, 3)))


class Attention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)

    def forward(self, x, mask):
        n, length, width = x.shape
        parts = self.qkv(x).view(n, length, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        y = F.scaled_dot_product_attention(*parts.unbind(0), attn_mask=mask)
        return self.out(y.transpose(1, 2).reshape(n, length, width))


class Block(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.norm1 = nn.LayerNorm(width)
        self.attention = Attention(width, heads)
        self.norm2 = nn.LayerNorm(width)
        self.mlp = nn.ModuleDict(
            {"up": nn.Linear(width, 4 * width), "down": nn.Linear(4 * width, width)}
        )

    def forward(self, x, mask):
        x = x + self.attention(self.norm1(x), mask)
        return x + self.mlp["down"](F.gelu(self.mlp["up"](self.norm2(x))))


class Transformer(nn.Module):
    def __init__(self, spec, length):
        super().__init__()
        width = spec["width"]
        self.positions = nn.Parameter(torch.empty(length, width))
        self.blocks = nn.ModuleList(Block(width, spec["heads"]) for _ in range(spec["depth"]))
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, spec["classes"])

    def encoded(self, x, mask=None):
        x = x + self.positions
        for block in self.blocks:
            x = block(x, mask)
        return self.norm(x)


class Vit(Transformer):
    def __init__(self, spec):
        super().__init__(spec, (spec["size"] // spec["patch"]) ** 2)
        self.patch = nn.Conv2d(spec["inputs"], spec["width"], spec["patch"], spec["patch"])

    def forward(self, x):
        return self.head(self.encoded(self.patch(x).flatten(2).transpose(1, 2)).mean(1))


class Text(Transformer):
    def __init__(self, spec):
        super().__init__(spec, spec["length"])
        self.tokens = nn.Embedding(spec["vocabulary"], spec["width"])

    def forward(self, ids):
        mask = ids != 0
        x = self.encoded(self.tokens(ids), mask[:, None, None, :])
        weights = mask.float().unsqueeze(2)
        return self.head((x * weights).sum(1) / weights.sum(1).clamp_min(1))


def opened(folder):
    try:
        with open(f"{folder}/network.json") as file:
            spec = json.load(file)
    except FileNotFoundError:
        return torch.jit.load(f"{folder}/model.ts.pt")
    return {"mlp": Mlp, "cnn": Cnn, "vit": Vit, "text": Text}[spec["network"]](spec)


def tensors(file):
    """The tensors of a safetensors file."""
    types = {"F32": numpy.float32, "I64": numpy.int64}
    with open(file, "rb") as stream:
        header = json.loads(stream.read(struct.unpack("<Q", stream.read(8))[0]))
        data = stream.read()
    header.pop("__metadata__", None)
    found = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        array = numpy.frombuffer(data[begin:end], types[entry["dtype"]]).copy()
        found[name] = torch.from_numpy(array).reshape(entry["shape"])
    return found


def main():
    folder, threads = sys.argv[1], int(sys.argv[2])
    torch.set_num_threads(threads)
    network = opened(folder)
    network.load_state_dict(tensors(f"{folder}/base.safetensors"), strict=False)
    network.train()
    optimizer = torch.optim.AdamW(network.parameters(), lr=1e-3, weight_decay=0.01)
    x, y = (torch.from_numpy(numpy.load(f"{folder}/{name}.npy")) for name in "xy")
    for line in sys.stdin:
        start = time.perf_counter()
        for _ in range(int(line)):
            optimizer.zero_grad()
            loss = F.cross_entropy(network(x), y)
            loss.backward()
            optimizer.step()
            value = loss.item()
        print(time.perf_counter() - start, value, flush=True)


main()
