#!/usr/bin/env python3
"""Exchanges a model's state_dict with ArcLearn, through the plain PyTorch transcription.

python3 Tests/Parity/check_state_dict.py read|write model.pth detector resnet34 224 3 2 4,2,1 9
python3 Tests/Parity/check_state_dict.py read|write model.pth unet|classifier resnet34 224 3 2
(backbone, chip size, bands, classes; for a detector grids and anchors per cell)

read loads what ArcLearn saved, strictly; write saves weights by formula for ArcLearn to load. A file that ends in .safetensors is one of those; of
the others a detector's is saved as a bare state_dict, a U-Net's as fastai 1 saves it ({'model', 'opt'}), a classifier's as PyTorch before 1.6 did.
Both print how many tensors there are and what the network answers to the formula's image: the sum and the sum of magnitudes of each output.
"""
import pathlib
import sys

import torch

import classifier
import safetensors_format
import ssd
import unet


def network(kind, backbone, chip, bands, classes, *rest):
    chip, bands, classes = int(chip), int(bands), int(classes)
    if kind == "detector":
        net = ssd.detector(backbone, chip, [int(g) for g in rest[0].split(",")], int(rest[1]), classes, bands)
    elif kind == "unet":
        net = unet.Unet(backbone, chip, classes, bands)
    else:
        net = classifier.classifier(backbone, classes, bands)
    return net.eval(), ssd.image(2, bands, chip)


def save(net, kind, path):
    state = net.state_dict()
    if path.suffix == ".safetensors":
        safetensors_format.save(state, path, {})
    elif kind == "unet":
        opt = torch.optim.Adam(net.parameters(), betas=(0.9, 0.99))
        torch.save({"model": state, "opt": opt.state_dict()}, path)
    else:
        torch.save(state, path, _use_new_zipfile_serialization=kind != "classifier")


def main():
    what, path, kind, *rest = sys.argv[1:]
    path = pathlib.Path(path)
    net, image = network(kind, *rest)
    if what == "read":
        isolated = path.suffix == ".safetensors"
        state = safetensors_format.load(path)[0] if isolated else torch.load(path, map_location="cpu")
        net.load_state_dict(state, strict=True)
        assert isolated or list(net.state_dict()) == list(state), "the order is not PyTorch's"
        assert not any(v.isnan().any() for v in state.values())
    else:
        ssd.fill(net)
        save(net, kind, path)
    with torch.no_grad():
        answers = net(image)
    answers = answers if isinstance(answers, tuple) else (answers,)
    print(len(net.state_dict()), *(f"{v.item():.9g}" for a in answers for v in (a.double().sum(), a.double().abs().sum())))


if __name__ == "__main__":
    main()
