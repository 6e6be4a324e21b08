"""A Single Shot Detector in plain PyTorch over torchvision's backbones, for comparison with ArcLearn's.

Written from the facts of the architecture (layers, order of anchors, matching, loss), independently of the C# code.
"""
import math

import torch
import torch.nn.functional as F
import torchvision
from torch import nn


def body(name, bands=3, early=False):
    net = getattr(torchvision.models, name)(weights=None)
    if name.startswith("squeezenet"):
        children = list(net.children())[:-1]
        if bands != 3:
            children[0][0] = nn.Conv2d(bands, 64, 3, stride=2)
    else:
        children = list(net.children())[:-3 if early else -2]
        if bands != 3:
            children[0] = nn.Conv2d(bands, 64, 7, stride=2, padding=3, bias=False)
    return nn.Sequential(*children)


def conv_params(side, out):
    if out == 1:
        return 1, 0, side
    for k in (3, 2, 5, 4):
        for p in (0, 1, 2, 3):
            for s in (1, 2, 3):
                if (out - 1) * s == side - k + 2 * p:
                    return s, p, k
    raise ValueError(f"no convolution from {side} to {out}")


def conv_params_v2(side, out):
    """Stride, padding, kernel of the second version, and the side that the map is resized to before, if it is."""
    for s in (1, 2):
        for p in (0, 1):
            if (side - 3 + 2 * p) // s + 1 == out:
                return s, p, 3, None
    return 1, 1, 3, out


class StdConv(nn.Module):
    def __init__(self, nin, nout, stride, padding, kernel, drop, resized=None):
        super().__init__()
        self.up = nn.Upsample(resized) if resized else nn.Identity()
        self.conv = nn.Conv2d(nin, nout, kernel, stride=stride, padding=padding)
        self.bn = nn.BatchNorm2d(nout)
        self.drop = nn.Dropout(drop)

    def forward(self, x):
        return self.drop(self.bn(F.relu(self.conv(self.up(x)))))


class OutConv(nn.Module):
    def __init__(self, k, nin, columns):
        super().__init__()
        self.columns = columns
        self.oconv1 = nn.Conv2d(nin, columns * k, 3, padding=1)
        self.oconv2 = nn.Conv2d(nin, 4 * k, 3, padding=1)

    @staticmethod
    def flatten(x, width):
        return x.permute(0, 2, 3, 1).contiguous().view(x.shape[0], -1, width)

    def forward(self, x):
        return self.flatten(self.oconv1(x), self.columns), self.flatten(self.oconv2(x), 4)


class Head(nn.Module):
    def __init__(self, grids, k, columns, side, channels, drop, version=1):
        super().__init__()
        self.drop = nn.Dropout(drop)
        self.sconvs = nn.ModuleList([StdConv(channels, 256, 1, 1, 3, drop)])
        self.oconvs = nn.ModuleList()
        for grid in grids:
            self.sconvs.append(StdConv(256, 256, *conv_params(side, grid), drop) if version == 1 else self.second(side, grid, drop))
            self.oconvs.append(OutConv(k, 256, columns))
            side = grid

    @staticmethod
    def second(side, grid, drop):
        stride, padding, kernel, resized = conv_params_v2(side, grid)
        return StdConv(256, 256, stride, padding, kernel, drop, resized)

    def forward(self, x):
        x = self.sconvs[0](self.drop(F.relu(x)))
        scores, boxes = [], []
        for conv, out in zip(self.sconvs[1:], self.oconvs):
            x = conv(x)
            s, b = out(x)
            scores.append(s)
            boxes.append(b)
        return torch.cat(scores, 1), torch.cat(boxes, 1)


def detector(name, chip, grids, k, classes, bands=3, drop=0.3, version=1):
    def features(trunk):
        with torch.no_grad():
            return trunk.eval()(torch.zeros(1, bands, chip, chip))
    trunk = body(name, bands)
    found = features(trunk)
    if version == 2 and name.startswith("resnet") and grids[0] > 8 and abs(found.shape[2] - grids[0]) > 4:
        trunk = body(name, bands, early=True)
        found = features(trunk)
    head = Head(grids, k, classes + 1, found.shape[2], found.shape[1], drop, version)
    return nn.Sequential(trunk, head)


def anchors(grids, zooms, ratios):
    """Centre y, centre x, height, width of each anchor; side of its cell."""
    rows, cells = [], []
    for g in grids:
        centres = torch.linspace(1 / (2 * g), 1 - 1 / (2 * g), g, dtype=torch.float64)
        for y in centres.tolist():
            for x in centres.tolist():
                for z in zooms:
                    for r0, r1 in ratios:
                        rows.append([y, x, z * r0 / g, z * r1 / g])
                        cells.append([1 / g])
    return torch.tensor(rows, dtype=torch.float32), torch.tensor(cells, dtype=torch.float32)


def corners(boxes):
    return torch.cat([boxes[:, :2] - boxes[:, 2:] / 2, boxes[:, :2] + boxes[:, 2:] / 2], 1)


def decode(activations, anchor, cell):
    a = torch.tanh(activations)
    centre = a[:, :2] / 2 * cell + anchor[:, :2]
    size = (a[:, 2:] / 2 + 1) * anchor[:, 2:]
    return torch.cat([centre - size / 2, centre + size / 2], 1)


def match(boxes, labels, anchor):
    """Box of each anchor, -1 for background."""
    overlap = torchvision.ops.box_iou(boxes, corners(anchor))
    best = overlap.max(1)[1]
    value, index = overlap.max(0)
    value[best] = 1.99
    for i, a in enumerate(best):
        index[a] = i
    return torch.where(value > 0.4, index, torch.full_like(index, -1))


def loss_of_chip(scores, activations, boxes, labels, anchor, cell, classes, focal):
    keep = boxes[:, 2] > boxes[:, 0]
    boxes, labels = boxes[keep], labels[keep]
    if len(boxes) == 0:
        return scores.sum() * 0, scores.sum() * 0
    matched = match(boxes, labels, anchor)
    positive = matched >= 0
    location = (decode(activations, anchor, cell)[positive] - boxes[matched[positive]]).abs().mean()
    target = torch.where(positive, labels[matched.clamp(min=0)], torch.zeros_like(matched))
    hot = F.one_hot(target, classes + 1)[:, 1:].float()
    x = scores[:, 1:]
    weight = None
    if focal:
        p = torch.sigmoid(x)
        pt = p * hot + (1 - p) * (1 - hot)
        weight = ((0.25 * hot + 0.75 * (1 - hot)) * (1 - pt)).detach()
    return location, F.binary_cross_entropy_with_logits(x, hot, weight, reduction="sum") / classes


def loss(output, labels, anchor, cell, classes, focal=False, factor=None):
    location = entropy = 0
    for scores, activations, (boxes, label) in zip(*output, labels):
        l, c = loss_of_chip(scores, activations, boxes, label, anchor, cell, classes, focal)
        location, entropy = location + l, entropy + c
    total = location + entropy if factor is None else factor * location + (1 - factor) * entropy
    return total, location, entropy


def detections(scores, activations, anchor, cell, threshold, overlap, chip):
    """Corner boxes (x, y, x, y) in pixels, class from 0, score: class after class, by score."""
    boxes = decode(activations, anchor, cell)[:, [1, 0, 3, 2]]
    found = []
    for c in range(1, scores.shape[1]):
        p = torch.sigmoid(scores[:, c])
        index = torch.nonzero(p > threshold).flatten()
        index = index[torch.argsort(p[index], descending=True, stable=True)][:400]
        for i in index[torchvision.ops.nms(boxes[index], p[index], overlap)].tolist():
            found.append([*(boxes[i] * chip).tolist(), c - 1, p[i].item()])
    return found


# --- weights and inputs by formula: the same numbers in C# (Tests/Unit/Models/Formula.cs) ---

def noise(count, seed):
    """Numbers in [-1, 1) by a mixing function of the index (the finaliser of MurmurHash3)."""
    import numpy as np
    x = (np.arange(count, dtype=np.uint64) + np.uint64(seed * 7919 + 1)).astype(np.uint32)
    x ^= x >> np.uint32(16)
    x *= np.uint32(0x85EBCA6B)
    x ^= x >> np.uint32(13)
    x *= np.uint32(0xC2B2AE35)
    x ^= x >> np.uint32(16)
    return torch.from_numpy((x.astype(np.float64) / 2147483648.0 - 1).astype(np.float32))


def seed_of(key):
    return sum((i + 1) * ord(c) for i, c in enumerate(key)) % 100003


def fill(net):
    state = net.state_dict()
    for key, value in state.items():
        if key.endswith("num_batches_tracked"):
            continue
        n = noise(value.numel(), seed_of(key)).reshape(value.shape)
        if value.dim() == 4:
            n = n * math.sqrt(3 / (value.shape[1] * value.shape[2] * value.shape[3]))
        elif value.dim() == 2:
            n = n * math.sqrt(3 / value.shape[1])
        elif key.endswith("running_var") or (key.endswith("weight")):
            n = 1 + 0.3 * n
        else:
            n = 0.1 * n
        value.copy_(n)
    net.load_state_dict(state)
    return net


def image(count, bands, side, seed=5):
    return noise(count * bands * side * side, seed).reshape(count, bands, side, side) * 2
