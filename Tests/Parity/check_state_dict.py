#!/usr/bin/env python3
"""Exchanges a detector's state_dict with ArcLearn, through the plain PyTorch transcription.

python3 Tests/Parity/check_state_dict.py read|write model.pth resnet34 224 4,2,1 9 2 [bands]
(backbone, chip size, grids, anchors per cell, classes)

read loads what ArcLearn saved, strictly; write saves weights by formula for ArcLearn to load. Both print how many tensors there are and
what the network answers to the formula's image: the sum and the sum of magnitudes of its scores, and of its boxes.
"""
import sys

import torch

import ssd


def main():
    what, path, backbone, chip, grids, k, classes, *rest = sys.argv[1:]
    bands = int(rest[0]) if rest else 3
    net = ssd.detector(backbone, int(chip), [int(g) for g in grids.split(",")], int(k), int(classes), bands).eval()
    if what == "read":
        state = torch.load(path, map_location="cpu")
        net.load_state_dict(state, strict=True)
        assert list(net.state_dict()) == list(state), "the order is not PyTorch's"
        assert not any(v.isnan().any() for v in state.values())
    else:
        ssd.fill(net)
        torch.save(net.state_dict(), path)
    with torch.no_grad():
        answers = net(ssd.image(2, bands, int(chip)))
    print(len(net.state_dict()), *(f"{v.item():.9g}" for a in answers for v in (a.double().sum(), a.double().abs().sum())))


if __name__ == "__main__":
    main()
