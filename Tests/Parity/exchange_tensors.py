#!/usr/bin/env python3
"""Exchanges tensors of many types, shapes and views with ArcLearn, bit by bit.

python3 Tests/Parity/exchange_tensors.py write folder     for ArcLearn to read: zoo.pth, zoo_legacy.pth, zoo_protocol4.pth, zoo_checkpoint.pth, zoo.safetensors, and zoo.json with
                                                          type, shape and SHA-256 of the numbers (row-major, little-endian) of each
python3 Tests/Parity/exchange_tensors.py read folder      reads ours.pth and ours.safetensors that ArcLearn wrote, and compares both with zoo.pth: prints how many tensors are equal
"""
import collections
import hashlib
import json
import pathlib
import sys

import torch

import safetensors_format

TYPES = list(safetensors_format.TYPES.values())
SHAPES = [(), (1,), (7,), (0,), (3, 0, 2), (5, 4), (2, 3, 4), (1, 6, 1, 2), (2, 1, 3, 1, 2), (64, 3, 7, 7)]


def numbers(dtype, shape, generator):
    if dtype == torch.bool:
        return torch.randint(0, 2, shape, generator=generator).bool()
    if dtype.is_floating_point:
        # Small and large ones, and what only few programs carry over.
        values = torch.randn(shape, generator=generator, dtype=torch.float64) * 10 ** torch.randint(-4, 5, shape, generator=generator).double()
        return values.to(dtype)
    info = torch.iinfo(dtype)
    return torch.randint(max(info.min, -2 ** 62), min(info.max, 2 ** 62), shape, generator=generator).to(dtype)


def views(base):
    """The same numbers seen otherwise."""
    yield "plain", base
    if base.dim() >= 1:
        yield "part", base[1:]
        yield "every other", base[::2]
        yield "expanded", base.unsqueeze(0).expand(3, *base.shape)
    if base.dim() >= 2:
        yield "turned", base.transpose(0, -1)
        yield "inner", base[:, 1:]
        yield "diagonal", base.diagonal()
    if base.dim() == 1 and base.numel() > 4:
        yield "sliding", base.unfold(0, 3, 1)
    if base.dim() == 4:
        yield "channels last", base.to(memory_format=torch.channels_last)


def zoo():
    generator = torch.Generator().manual_seed(7)
    state = collections.OrderedDict()
    for dtype in TYPES:
        for shape in SHAPES:
            for name, view in views(numbers(dtype, shape, generator)):
                state[f"{str(dtype)[6:]} {list(shape)} {name}"] = view
    for dtype in (torch.float64, torch.float32, torch.float16, torch.bfloat16):
        state[f"{str(dtype)[6:]} special"] = torch.tensor([float("nan"), float("inf"), -float("inf"), -0.0, 1e-45, 6e-8, 1e-300], dtype=dtype)
    state["parameter"] = torch.nn.Parameter(numbers(torch.float32, (3, 3), generator))
    state["größer/名"] = torch.ones(2)
    return state


def main():
    what, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    state = zoo()
    if what == "write":
        torch.save(state, folder / "zoo.pth")
        torch.save(state, folder / "zoo_legacy.pth", _use_new_zipfile_serialization=False)
        torch.save(state, folder / "zoo_protocol4.pth", pickle_protocol=4)
        torch.save({"model": state, "opt": {"state": {0: {"step": 3}}, "param_groups": [{"lr": 1e-3, "betas": (0.9, 0.99), "params": [0]}]}}, folder / "zoo_checkpoint.pth")
        safetensors_format.save(state, folder / "zoo.safetensors", {"format": "pt"})
        known = {k: {"dtype": str(v.dtype)[6:], "shape": list(v.shape), "sha256": hashlib.sha256(safetensors_format.numbers(v)).hexdigest()} for k, v in state.items()}
        (folder / "zoo.json").write_text(json.dumps(known))
        return
    for name, found in (
            ("ours.pth", torch.load(folder / "ours.pth", weights_only=True)), ("ours.safetensors", safetensors_format.load(folder / "ours.safetensors")[0])):
        assert sorted(found) == sorted(state), f"{name} has other tensors"
        for key, expected in state.items():
            actual = found[key]
            assert actual.dtype == expected.dtype and actual.shape == expected.shape, f"{name}: {key} is {actual.dtype} {actual.shape}"
            assert safetensors_format.numbers(actual) == safetensors_format.numbers(expected), f"{name}: {key} has other numbers"
    print(len(state))


if __name__ == "__main__":
    main()
