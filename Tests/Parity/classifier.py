"""An image classifier in plain PyTorch over torchvision's backbones, for comparison with ArcLearn's.

The body is cut as fastai 1 cuts it, the head is built from the facts of fastai 1's head; written independently of the C# code.
"""
import torch
import torchvision
from torch import nn

import ssd


def body(name, bands=3):
    net = getattr(torchvision.models, name)(weights=None)
    children = list(net.children())[:-2 if name.startswith("res") else -1]
    if bands != 3:
        first = children[0] if name.startswith("res") else children[0][0][0] if name.startswith("mobile") else children[0][0]
        other = nn.Conv2d(bands, first.out_channels, first.kernel_size, first.stride, first.padding, bias=first.bias is not None)
        if name.startswith("res"):
            children[0] = other
        elif name.startswith("mobile"):
            children[0][0][0] = other
        elif name.startswith("densenet"):
            children[0].conv0 = other
        else:
            children[0][0] = other
    return nn.Sequential(*children)


class ConcatPool(nn.Module):
    def forward(self, x):
        return torch.cat([x.amax((2, 3), keepdim=True), x.mean((2, 3), keepdim=True)], 1)


def classifier(name, classes, bands=3, drop=0.5):
    trunk = body(name, bands)
    with torch.no_grad():
        channels = trunk.eval()(torch.zeros(1, bands, 64, 64)).shape[1]
    trunk.train()
    head = nn.Sequential(
        ConcatPool(), nn.Flatten(), nn.BatchNorm1d(2 * channels), nn.Dropout(drop / 2), nn.Linear(2 * channels, 512), nn.ReLU(),
        nn.BatchNorm1d(512), nn.Dropout(drop), nn.Linear(512, classes))
    return ssd.fill(nn.Sequential(trunk, head))
