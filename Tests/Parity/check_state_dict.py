#!/usr/bin/env python3
"""Loads a detector that ArcLearn saved into the plain PyTorch transcription, strictly.

python3 Tests/Parity/check_state_dict.py model.pth resnet34 224 4,2,1 9 2 [bands]
(backbone, chip size, grids, anchors per cell, classes)
"""
import sys

import torch

import ssd


def main():
    path, backbone, chip, grids, k, classes, *rest = sys.argv[1:]
    state = torch.load(path, map_location="cpu", weights_only=True)
    assert torch.load(path, map_location="cpu").keys() == state.keys()
    net = ssd.detector(backbone, int(chip), [int(g) for g in grids.split(",")], int(k), int(classes), int(rest[0]) if rest else 3)
    print(net.load_state_dict(state, strict=True), len(state), "tensors")
    order = [key for key in net.state_dict()] == list(state)
    print("same order as PyTorch's:", order)
    assert not any(v.isnan().any() for v in state.values())


if __name__ == "__main__":
    main()
