#!/usr/bin/env python3
"""Writes the expected values of classifiers that Tests/Unit/Models reads: python3 Tests/Parity/write_classifier.py

Needs torch and torchvision (made with PyTorch 1.13.1, torchvision 0.14.1).
"""
import hashlib

import torch
from torch.nn import functional as F

import classifier
import ssd
from write_expected import sample, sketch, write

BACKBONES = [
    "resnet18", "resnet34", "resnet50", "resnet101", "resnet152", "resnext50_32x4d", "resnext101_32x8d", "squeezenet1_1", "mobilenet_v2",
    "densenet121", "densenet161", "densenet169", "densenet201",
    "vgg11", "vgg11_bn", "vgg13", "vgg13_bn", "vgg16", "vgg16_bn", "vgg19", "vgg19_bn"]
CHIP = 96


def scores():
    result = {}
    for name in BACKBONES:
        for bands in (3, 5) if name in ("mobilenet_v2", "densenet121", "vgg11") else (3,):
            net = classifier.classifier(name, 5, bands).eval()
            keys = sorted(f"{k} {list(v.shape)}" for k, v in net.state_dict().items())
            features = net[0](ssd.image(2, bands, CHIP))
            result[f"{name}/{bands}"] = {
                "keys": len(keys), "sha256": hashlib.sha256("\n".join(keys).encode()).hexdigest(), "features": sample(features), "scores": sample(net[1](features))}
    write("classifiers.json", result)


def gradients():
    """Of every parameter, in 64 bits, of the mean cross entropy."""
    result = []
    for name in ("mobilenet_v2", "densenet121", "vgg11_bn", "resnext50_32x4d"):
        net = classifier.classifier(name, 3, drop=0.0).double().train()
        loss = F.cross_entropy(net(ssd.image(4, 3, 64).double()), torch.tensor([0, 2, 1, 2]))
        loss.backward()
        result.append({"backbone": name, "loss": loss.item(), "gradients": {n: sketch(p.grad, n) for n, p in net.named_parameters()}})
    write("classifier_gradients.json", result)


if __name__ == "__main__":
    with torch.no_grad():
        scores()
    gradients()
