#!/usr/bin/env python3
"""Writes the expected values that Tests/Unit/Models reads: python3 Tests/Parity/write_expected.py

Needs torch and torchvision (made with PyTorch 1.13.1, torchvision 0.14.1).
"""
import json
import math
import pathlib

import torch

import ssd

OUT = pathlib.Path(__file__).parent / "expected"
BACKBONES = ["resnet18", "resnet34", "resnet50", "resnet101", "resnet152", "squeezenet1_1"]
ZOOMS = [0.7, 1.0, 1.3]
RATIOS = [(1.0, 1.0), (1.0, 0.5), (0.5, 1.0)]


def sample(tensor, count=48):
    flat = tensor.detach().flatten()
    step = max(1, flat.numel() // count)
    return {"shape": list(tensor.shape), "step": step, "values": [float(f"{v:.7g}") for v in flat[::step].tolist()],
            "largest": float(f"{flat.abs().max().item():.7g}")}


def write(name, value):
    text = json.dumps(value, separators=(",", ":"))
    (OUT / name).write_text(text + "\n")
    print(name, len(text))


def backbones():
    result = {}
    for name in BACKBONES:
        for bands in (3, 5) if name in ("resnet18", "squeezenet1_1") else (3,):
            trunk = ssd.body(name, bands)
            ssd.fill(torch.nn.Sequential(trunk))
            trunk.eval()
            result[f"{name}/{bands}"] = sample(trunk(ssd.image(2, bands, 96)))
    write("backbones.json", result)


def sides():
    """Side of the features for many chip sizes."""
    result = {}
    for name in ("resnet18", "resnet50", "squeezenet1_1"):
        trunk = ssd.body(name).eval()
        result[name] = {str(s): trunk(torch.zeros(1, 3, s, s)).shape[2] for s in list(range(32, 130)) + [224, 256, 400, 512]}
    write("sides.json", result)


def detectors():
    result = []
    for name, chip, grids, classes, bands, version in (
            ("resnet34", 224, [4, 2, 1], 2, 3, 1), ("squeezenet1_1", 224, [4], 3, 3, 1), ("resnet18", 96, [3, 1], 1, 4, 1), ("resnet50", 128, [4, 2], 2, 3, 1),
            ("resnet18", 96, [12, 3], 2, 3, 2), ("squeezenet1_1", 224, [14, 7], 1, 3, 2)):
        net = ssd.fill(ssd.detector(name, chip, grids, 9, classes, bands, version=version)).eval()
        scores, boxes = net(ssd.image(2, bands, chip))
        anchor, cell = ssd.anchors(grids, ZOOMS, RATIOS)
        result.append({
            "backbone": name, "chip": chip, "grids": grids, "classes": classes, "bands": bands, "version": version,
            "keys": [f"{k} {list(v.shape)}" for k, v in net.state_dict().items()],
            "scores": sample(scores), "boxes": sample(boxes),
            "decoded": sample(torch.stack([ssd.decode(b, anchor, cell) for b in boxes])),
            "detections": [ssd.detections(s, b, anchor, cell, 0.6, 0.1, chip) for s, b in zip(scores, boxes)],
        })
    write("detectors.json", result)


def training_step():
    """Batch statistics, gradients and running statistics, without dropout."""
    net = ssd.fill(ssd.detector("resnet18", 96, [3], 9, 2, drop=0.0)).train()
    scores, boxes = net(ssd.image(3, 3, 96))
    anchor, cell = ssd.anchors([3], ZOOMS, RATIOS)
    total, _, _ = ssd.loss((scores, boxes), labels()[:3], anchor, cell, 2)
    total.backward()
    state = net.state_dict()
    grads = dict(net.named_parameters())
    names = ["0.0.weight", "0.5.0.downsample.1.weight", "0.7.1.conv2.weight", "1.sconvs.0.bn.bias", "1.oconvs.0.oconv1.bias", "1.oconvs.0.oconv2.weight"]
    write("training_step.json", {
        "scores": sample(scores), "total": total.item(),
        "gradients": {n: sample(grads[n].grad, 12) for n in names},
        "running": {n: sample(state[n], 12) for n in ["0.1.running_mean", "0.7.0.bn2.running_var", "1.sconvs.1.bn.running_mean"]}})


def labels():
    """Boxes of four chips: two of a kind, a flat one that counts for nothing, one tiny, none at all."""
    def chip(*rows):
        return (torch.tensor([r[:4] for r in rows], dtype=torch.float32).reshape(-1, 4), torch.tensor([r[4] for r in rows], dtype=torch.int64))
    return [
        chip([0.1, 0.1, 0.4, 0.35, 1], [0.55, 0.5, 0.93, 0.97, 2], [0.3, 0.3, 0.3, 0.6, 1]),
        chip([0.02, 0.6, 0.05, 0.64, 2], [0.0, 0.0, 1.0, 0.98, 1], [0.45, 0.1, 0.85, 0.42, 1], [0.47, 0.12, 0.83, 0.41, 2]),
        chip([0.21, 0.33, 0.77, 0.52, 2]),
        chip(),
    ]


def losses():
    grids = [4, 2, 1]
    anchor, cell = ssd.anchors(grids, ZOOMS, RATIOS)
    n = len(anchor)
    result = {"anchors": anchor.tolist(), "labels": [torch.cat([b, l[:, None].float()], 1).tolist() for b, l in labels()],
              "matches": [ssd.match(b[b[:, 2] > b[:, 0]], l, anchor).tolist() if len(b) else None for b, l in labels()], "losses": []}
    for focal in (False, True):
        for factor in (None, 0.3):
            scores = (ssd.noise(4 * n * 3, 11).reshape(4, n, 3) * 4).requires_grad_()
            boxes = (ssd.noise(4 * n * 4, 12).reshape(4, n, 4) * 2).requires_grad_()
            total, location, entropy = ssd.loss((scores, boxes), labels(), anchor, cell, 2, focal, factor)
            total.backward()
            result["losses"].append({"focal": focal, "factor": factor, "total": total.item(), "location": location.item(), "class": entropy.item(),
                                     "scoreGradient": sample(scores.grad, 200), "boxGradient": sample(boxes.grad, 400)})
    write("losses.json", result)


def sketch(tensor, key):
    """The norm, and two projections on noise of deviation 1: they differ by about the norm of a difference."""
    flat = tensor.detach().double().flatten()
    seed = ssd.seed_of(key)
    return [flat.norm().item()] + [(flat @ ssd.noise(flat.numel(), seed + i).double()).item() * 3 ** 0.5 for i in (1, 2)]


def double_detector(backbone, chip, grids, classes, version=1):
    net = ssd.fill(ssd.detector(backbone, chip, grids, 9, classes, drop=0.0, version=version)).double().train()
    anchor, cell = ssd.anchors(grids, ZOOMS, RATIOS)
    return net, anchor.double(), cell.double()


def double_labels(count):
    return [(b.double(), l) for b, l in labels()[:count]]


def gradients():
    """Of every parameter, in 64 bits."""
    result = []
    for backbone, chip, grids, focal, factor, version in (
            ("resnet18", 96, [3, 1], False, None, 1), ("resnet50", 64, [2], True, 0.3, 1), ("squeezenet1_1", 96, [3], True, None, 1),
            # With 11 or 12 cells an overlap lies so near the threshold that single and double precision match otherwise.
            ("resnet18", 96, [10], False, None, 2)):
        net, anchor, cell = double_detector(backbone, chip, grids, 2, version)
        total, location, entropy = ssd.loss(net(ssd.image(3, 3, chip).double()), double_labels(3), anchor, cell, 2, focal, factor)
        total.backward()
        result.append({
            "backbone": backbone, "chip": chip, "grids": grids, "focal": focal, "factor": factor, "version": version,
            "total": total.item(), "location": location.item(), "class": entropy.item(),
            "gradients": {name: sketch(p.grad, name) for name, p in net.named_parameters()}})
    write("gradients.json", result)


def one_cycle(step, steps):
    """Factor of the rates, and Adam's first beta."""
    def cosine(start, end, part):
        return end + (start - end) / 2 * (math.cos(math.pi * part) + 1)
    rise = int(steps * 0.3)
    if step <= rise:
        return cosine(1 / 25, 1, step / rise), cosine(0.95, 0.85, step / rise)
    part = (step - rise) / (steps - rise)
    return cosine(1, 1 / 25e4, part), cosine(0.85, 0.95, part)


def ten_steps():
    """A whole one-cycle training of ten steps, in 64 bits."""
    steps = 10
    net, anchor, cell = double_detector("resnet18", 64, [2], 2)
    body, head = net[0], net[1]
    groups = [body[:6].parameters(), body[6:].parameters(), head.parameters()]
    rates = [1e-4, (1e-4 * 3e-3) ** 0.5, 3e-3]
    optimizer = torch.optim.AdamW([{"params": list(g)} for g in groups], betas=(0.9, 0.99), eps=1e-8, weight_decay=1e-2)
    losses = []
    for step in range(steps):
        factor, momentum = one_cycle(step, steps)
        for group, rate in zip(optimizer.param_groups, rates):
            group["lr"], group["betas"] = rate * factor, (momentum, 0.99)
        optimizer.zero_grad()
        total, _, _ = ssd.loss(net(ssd.image(3, 3, 64, seed=50 + step).double()), double_labels(3), anchor, cell, 2)
        total.backward()
        optimizer.step()
        losses.append(total.item())
    write("ten_steps.json", {"losses": losses, "state": {
        k: sketch(v, k) for k, v in net.state_dict().items() if not k.endswith("num_batches_tracked")}})


if __name__ == "__main__":
    torch.manual_seed(0)
    OUT.mkdir(exist_ok=True)
    with torch.no_grad():
        backbones()
        sides()
        detectors()
    training_step()
    losses()
    gradients()
    ten_steps()
