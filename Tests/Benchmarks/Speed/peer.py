#!/usr/bin/env python3
"""The other side of the speed measurement: the same network in plain PyTorch, run on demand.

python3 peer.py threads folder-of-ssd.py-and-unet.py chip batch backbone grids anchors-per-cell classes ssd|unet|classifier
Reads lines "<what> <layout> <count>" (train or forward; eager or channels_last) and answers each with the seconds of one run
and the processor seconds of all its threads.
"""
import sys
import time

import torch

threads, parity, chip, batch, backbone, grids, k, classes, network = sys.argv[1:]
sys.path.insert(0, parity)
import classifier  # noqa: E402
import ssd  # noqa: E402
import unet  # noqa: E402

torch.set_num_threads(int(threads))
torch.manual_seed(0)
chip, batch, k, classes = int(chip), int(batch), int(k), int(classes)
grids = [int(g) for g in grids.split(",") if g]
RATIOS = [(1.0, 1.0), (1.0, 0.5), (0.5, 1.0)]
anchor, cell = ssd.anchors(grids, [0.7, 1.0, 1.3], RATIOS) if grids else (None, None)


class Side:
    def __init__(self, layout):
        self.format = torch.channels_last if layout == "channels_last" else torch.contiguous_format
        self.net = self.build().to(memory_format=self.format)
        self.optimizer = torch.optim.AdamW(self.net.parameters(), lr=1e-4, betas=(0.9, 0.99), weight_decay=1e-2)
        self.images = torch.randn(batch, 3, chip, chip)
        if network == "unet":
            self.labels = torch.randint(0, classes + 1, (batch, chip, chip))
        elif network == "classifier":
            self.labels = torch.arange(batch) % classes
        else:
            corner = torch.rand(batch, 6, 2) * 0.7
            self.labels = [(torch.cat([c, c + 0.25], 1), torch.arange(6) % classes + 1) for c in corner]

    def build(self):
        if network == "unet":
            return unet.Unet(backbone, chip, classes)
        if network == "classifier":
            return classifier.classifier(backbone, classes)
        return ssd.detector(backbone, chip, grids, k, classes)

    def loss(self, output):
        if network == "unet":
            return unet.loss(output, self.labels)
        if network == "classifier":
            return torch.nn.functional.cross_entropy(output, self.labels, label_smoothing=0.1)
        return ssd.loss(output, self.labels, anchor, cell, classes)[0]

    def train(self):
        self.net.train()
        self.optimizer.zero_grad(set_to_none=True)
        loss = self.loss(self.net(self.images.to(memory_format=self.format)))
        loss.item()
        loss.backward()
        self.optimizer.step()

    def forward(self):
        self.net.eval()
        with torch.inference_mode():
            self.net(self.images.to(memory_format=self.format))

    def operations(self):
        """Multiplications and additions of the convolutions and linear layers of one forward pass."""
        found = []

        def count(layer, _, output):
            found.append(2 * output.numel() * layer.weight[0].numel())

        handles = [m.register_forward_hook(count) for m in self.net.modules() if isinstance(m, (torch.nn.Conv2d, torch.nn.Linear))]
        self.forward()
        for handle in handles:
            handle.remove()
        return sum(found)


sides = {}
first = sides["eager"] = Side("eager")
print("ready", torch.__version__, first.operations(), flush=True)
for line in sys.stdin:
    what, layout, count = line.split()
    if layout not in sides:
        sides[layout] = Side(layout)
    start, used = time.perf_counter(), time.process_time()
    for _ in range(int(count)):
        getattr(sides[layout], what)()
    print((time.perf_counter() - start) / int(count), (time.process_time() - used) / int(count), flush=True)
