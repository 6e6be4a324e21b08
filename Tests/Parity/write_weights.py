#!/usr/bin/env python3
"""Writes the small .pth files and their values that Tests/Unit/Formats reads: python3 Tests/Parity/write_weights.py [shared/data]

With a folder it also notes values of the weights there, for tests that need that folder. Made with PyTorch 1.13.1.
"""
import collections
import json
import os
import pathlib
import sys

import torch

import safetensors_format

HERE = pathlib.Path(__file__).parent / "expected"


def zoo():
    base = torch.arange(24, dtype=torch.float32).reshape(2, 3, 4) / 4 - 1
    state = collections.OrderedDict()
    state["float64"] = torch.tensor([[1.5, -2.25]], dtype=torch.float64)
    state["float32"] = base
    state["float16"] = torch.tensor([0.1, -65504, 6e-8], dtype=torch.float16)
    state["bfloat16"] = torch.tensor([0.1, -3e38], dtype=torch.bfloat16)
    state["int64"] = torch.tensor([2 ** 40, -1])
    state["int32"] = torch.tensor([-2 ** 31, 7], dtype=torch.int32)
    state["int16"] = torch.tensor([-300, 300], dtype=torch.int16)
    state["int8"] = torch.tensor([-128, 127], dtype=torch.int8)
    state["uint8"] = torch.tensor([0, 255], dtype=torch.uint8)
    state["bool"] = torch.tensor([True, False, True])
    state["scalar"] = torch.tensor(42)
    state["empty"] = torch.zeros(0, 3)
    state["shared"] = base[1]
    state["transposed"] = base.permute(2, 0, 1)
    state["every other"] = base[:, ::2, 1:]
    state["repeated"] = torch.tensor([5.0]).expand(3)
    state["parameter"] = torch.nn.Parameter(torch.tensor([9.0]))
    return state


class Evil:
    def __reduce__(self):
        return os.system, ("touch /tmp/arclearn-was-here",)


def values(tensor):
    return {"shape": list(tensor.shape), "values": [v if isinstance(v, int) else float(v) for v in tensor.detach().double().flatten().tolist()]}


def spots(path):
    loaded = torch.load(path, map_location="cpu")
    state = loaded["model"] if "model" in loaded else loaded
    return {k: {"shape": list(v.shape), "first": v.flatten()[0].item(), "last": v.flatten()[-1].item(), "sum": v.double().sum().item()} for k, v in state.items()}


def main():
    HERE.mkdir(exist_ok=True)
    state = zoo()
    torch.save(state, HERE / "zoo.pth")
    torch.save(state, HERE / "zoo_protocol4.pth", pickle_protocol=4)
    torch.save(state, HERE / "zoo_legacy.pth", _use_new_zipfile_serialization=False)
    optimizer = torch.optim.Adam([torch.nn.Parameter(torch.ones(2))], betas=(0.9, 0.99))
    optimizer.param_groups[0]["params"][0].grad = torch.ones(2)
    optimizer.step()
    torch.save({"epoch": 3, "model": {"w": torch.ones(2)}, "opt": optimizer.state_dict()}, HERE / "checkpoint.pth")
    torch.save({"state_dict": {"w": torch.ones(2)}, "best": 0.5, "name": None}, HERE / "state_dict.pth")
    torch.save({"w": torch.ones(2), "x": Evil()}, HERE / "evil.pth")
    torch.save({"w": torch.ones(2), "x": Evil()}, HERE / "evil_legacy.pth", _use_new_zipfile_serialization=False)
    torch.save(torch.nn.Linear(2, 1), HERE / "module.pth")
    torch.save({"epoch": 3}, HERE / "no_tensors.pth")
    safetensors_format.save(state, HERE / "zoo.safetensors", {"format": "pt"})
    torch.jit.save(torch.jit.script(torch.nn.Linear(2, 1)), HERE / "script.pth")
    (HERE / "zoo.json").write_text(json.dumps({k: values(v) for k, v in state.items()}, separators=(",", ":")) + "\n")
    if len(sys.argv) > 1:
        weights = pathlib.Path(sys.argv[1]) / "weights"
        found = {f.name: spots(f) for f in sorted(weights.glob("*.pth"))}
        (HERE / "weights.json").write_text(json.dumps(found, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
