"""A U-Net over torchvision's backbones in plain PyTorch, for comparison with ArcLearn's.

Written from the facts of the architecture (layers, their numbers and widths, where maps are joined, loss), independently of the C# code.
"""
import torch
import torch.nn.functional as F
import torchvision
from torch import nn


def trunk(name, bands=3):
    """The body as a list of layers, and the places of those whose maps the decoder takes."""
    net = getattr(torchvision.models, name)(weights=None)
    if name.startswith("vgg"):
        layers = list(net.features)
        if bands != 3:
            layers[0] = nn.Conv2d(bands, 64, 3, padding=1)
    else:
        layers = list(net.children())[:-2]
        if bands != 3:
            layers[0] = nn.Conv2d(bands, 64, 7, stride=2, padding=3, bias=False)
    return layers


def conv(nin, nout, kernel=3, relu=True):
    layer = nn.Conv2d(nin, nout, kernel, padding=kernel // 2)
    return nn.Sequential(layer, nn.ReLU()) if relu else nn.Sequential(layer)


class Shuffle(nn.Module):
    def __init__(self, nin, nout):
        super().__init__()
        self.conv = conv(nin, nout * 4, 1, relu=False)

    def forward(self, x):
        return F.pixel_shuffle(F.relu(self.conv(x)), 2)


class Block(nn.Module):
    def __init__(self, below, skip, last):
        super().__init__()
        both = below // 2 + skip
        self.out = both // 2 if last else both
        self.shuf = Shuffle(below, below // 2)
        self.bn = nn.BatchNorm2d(skip)
        self.conv1 = conv(both, self.out)
        self.conv2 = conv(self.out, self.out)

    def forward(self, below, skip):
        up = self.shuf(below)
        if up.shape[-2:] != skip.shape[-2:]:
            up = F.interpolate(up, skip.shape[-2:], mode="nearest")
        return self.conv2(self.conv1(F.relu(torch.cat([up, self.bn(skip)], 1))))


class Residual(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.layers = nn.ModuleList([conv(width, width // 2), conv(width // 2, width)])

    def forward(self, x):
        return x + self.layers[1](self.layers[0](x))


class Unet(nn.Module):
    def __init__(self, name, chip, classes, bands=3):
        super().__init__()
        layers = trunk(name, bands)
        body = nn.Sequential(*layers)
        with torch.no_grad():
            x, maps = torch.zeros(1, bands, chip, chip), []
            for layer in body.eval():
                x = layer(x)
                maps.append(x.shape)
        body.train()
        self.taps = [i for i in range(len(maps) - 1) if maps[i][-1] != maps[i + 1][-1]]
        width = maps[-1][1]
        # VGG's features are one child of its body.
        self.vgg = name.startswith("vgg")
        parts = {0: nn.Sequential(body) if self.vgg else body, 1: nn.BatchNorm2d(width), 3: nn.Sequential(conv(width, 2 * width), conv(2 * width, width))}
        at = 4
        for tap in reversed(self.taps):
            parts[at] = Block(width, maps[tap][1], tap == self.taps[0])
            width = parts[at].out
            at += 1
        self.blocks = range(4, at)
        side = maps[self.taps[0]][-1]
        self.shuffle = None
        if maps[0][-1] != chip:
            self.shuffle = at
            parts[at] = Shuffle(width, width)
            at += 1
        # A resize to the chip's side has a number wherever twice the last map's side is another; the layer that lays the input beside has one, too.
        at += (2 * side != chip) + 1
        parts[at] = Residual(width + bands)
        parts[at + 1] = conv(width + bands, classes + 1, 1, relu=False)
        self.end = at
        self.layers = nn.ModuleDict({str(k): v for k, v in parts.items()})

    def forward(self, image):
        x, maps = image, []
        for i, layer in enumerate(self.layers["0"][0] if self.vgg else self.layers["0"]):
            x = layer(x)
            if i in self.taps:
                maps.append(x)
        x = F.relu(self.layers["1"](x))
        x = self.layers["3"](x)
        for i in self.blocks:
            x = self.layers[str(i)](x, maps.pop())
        if self.shuffle:
            x = self.layers[str(self.shuffle)](x)
        if x.shape[-2:] != image.shape[-2:]:
            x = F.interpolate(x, image.shape[-2:], mode="nearest")
        x = self.layers[str(self.end)](torch.cat([x, image], 1))
        return self.layers[str(self.end + 1)](x)


def labels(count, classes, side):
    """Stripes and blocks of classes from 0 (background) on, with ignored pixels (-1) between."""
    rows = torch.arange(side).view(1, side, 1)
    columns = torch.arange(side).view(1, 1, side)
    chips = torch.arange(count).view(count, 1, 1)
    value = (rows // 5 + columns // 7 + chips) % (classes + 2)
    return torch.where(value > classes, torch.full_like(value, -1), value)


def loss(scores, target, ignore_background=False, weights=None, focal=False, dice=0.0, macro=False):
    if ignore_background:
        target = torch.where(target == 0, torch.full_like(target, -1), target)
    weight = None if weights is None else torch.tensor(weights, dtype=scores.dtype)
    if focal:
        plain = F.cross_entropy(scores, target, ignore_index=-1, reduction="none")
        each = (torch.ones(scores.shape[1], dtype=scores.dtype) if weight is None else weight)[target.clamp(min=0)] * (target >= 0)
        entropy = ((1 - torch.exp(-plain)) ** 2 * plain * each).sum() / each.sum()
    else:
        entropy = F.cross_entropy(scores, target, weight=weight, ignore_index=-1)
    if dice == 0:
        return entropy
    counted = (target >= 0)[:, None].to(scores.dtype)
    truth = F.one_hot(target.clamp(min=0), scores.shape[1]).permute(0, 3, 1, 2).to(scores.dtype) * counted
    found = torch.softmax(scores, 1) * counted
    dims = (0, 2, 3) if macro else (0, 1, 2, 3)
    common, both = (found * truth).sum(dims), found.sum(dims) + truth.sum(dims)
    apart = 1 - 2 * common / both
    if macro:
        apart = apart[truth.sum(dims) > 0].mean()
    return (1 - dice) * entropy + dice * apart
