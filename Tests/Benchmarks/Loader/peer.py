#!/usr/bin/env python3
"""The other side of the loader measurement: torchvision's image folder and torch's DataLoader on the same chips, run on demand.

python3 peer.py folder chip batch workers
Reads lines and answers each with the seconds of an epoch and the number of its batches. The transforms are what the module's defaults are:
a random crop, flips and quarter turns, brightness and contrast, normalisation with ImageNet's statistics.
"""
import random
import sys
import time

import torch
from torchvision import datasets, transforms

folder, chip, batch, workers = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])


def quarter_turn(image):
    return image.rotate(90 * random.randrange(4))


def main():
    data = datasets.ImageFolder(folder, transforms.Compose([
        transforms.RandomCrop(chip, pad_if_needed=True),
        transforms.RandomHorizontalFlip(),
        transforms.Lambda(quarter_turn),
        transforms.ColorJitter(brightness=0.5, contrast=0.3),
        transforms.ToTensor(),
        transforms.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]),
    ]))
    torch.manual_seed(0)
    loader = torch.utils.data.DataLoader(data, batch, shuffle=True, drop_last=True, num_workers=workers, persistent_workers=True)
    print("ready", torch.__version__, flush=True)
    for _ in sys.stdin:
        start = time.perf_counter()
        count = sum(1 for _ in loader)
        print(time.perf_counter() - start, count, flush=True)


if __name__ == "__main__":
    main()
