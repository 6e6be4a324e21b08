#!/usr/bin/env python3
"""Writes the expected values of the U-Net that Tests/Unit/Models reads: python3 Tests/Parity/write_unet.py

Needs torch and torchvision (made with PyTorch 1.13.1, torchvision 0.14.1).
"""
import torch

import ssd
import unet
from write_expected import OUT, sample, sketch, write

CASES = [("resnet34", 64, 2, 3), ("resnet18", 96, 3, 5), ("resnet18", 100, 2, 3), ("resnet18", 75, 1, 4), ("resnet50", 64, 2, 3), ("vgg11_bn", 64, 2, 3), ("vgg16_bn", 96, 1, 4)]
KEYS = [("resnet101", 64, 1, 3), ("resnet152", 64, 1, 3), ("vgg13_bn", 64, 1, 3), ("vgg19_bn", 64, 1, 3)]
LOSSES = [
    {}, {"ignore_background": True}, {"weights": [0.5, 1.0, 2.5, 1.5]}, {"focal": True}, {"focal": True, "weights": [0.0, 1.0, 2.5, 1.5], "ignore_background": True},
    {"dice": 0.5}, {"dice": 1.0, "macro": True}, {"dice": 0.3, "macro": True, "ignore_background": True, "weights": [0.0, 1.0, 2.0, 3.0]}]


def keys(net):
    return [f"{k} {list(v.shape)}" for k, v in net.state_dict().items()]


def networks():
    result = []
    for name, chip, classes, bands in CASES:
        net = ssd.fill(unet.Unet(name, chip, classes, bands)).eval()
        result.append({"backbone": name, "chip": chip, "classes": classes, "bands": bands, "keys": keys(net), "scores": sample(net(ssd.image(2, bands, chip)))})
    for name, chip, classes, bands in KEYS:
        result.append({"backbone": name, "chip": chip, "classes": classes, "bands": bands, "keys": keys(unet.Unet(name, chip, classes, bands)), "scores": None})
    write("unets.json", result)


def losses():
    classes, side = 3, 24
    target = unet.labels(2, classes, side)
    result = []
    for options in LOSSES:
        scores = (ssd.noise(2 * (classes + 1) * side * side, 21).reshape(2, classes + 1, side, side) * 3).requires_grad_()
        total = unet.loss(scores, target, **options)
        total.backward()
        result.append({"options": options, "total": total.item(), "gradient": sample(scores.grad, 200)})
    write("pixel_losses.json", {"classes": classes, "side": side, "losses": result})


def gradients():
    """Of every parameter, in 64 bits."""
    result = []
    for name, chip, bands, options in (
            ("resnet18", 64, 3, {}), ("resnet50", 64, 4, {"dice": 0.5, "ignore_background": True}), ("vgg11_bn", 64, 3, {"focal": True}),
            ("resnet18", 75, 3, {"weights": [1.0, 2.0, 0.5], "ignore_background": True})):
        net = ssd.fill(unet.Unet(name, chip, 2, bands)).double().train()
        total = unet.loss(net(ssd.image(2, bands, chip).double()), unet.labels(2, 2, chip), **options)
        total.backward()
        result.append({"backbone": name, "chip": chip, "bands": bands, "options": options, "total": total.item(),
                       "gradients": {key: sketch(p.grad, key) for key, p in net.named_parameters()}})
    write("unet_gradients.json", result)


if __name__ == "__main__":
    torch.manual_seed(0)
    OUT.mkdir(exist_ok=True)
    with torch.no_grad():
        networks()
    losses()
    gradients()
