#!/usr/bin/env python3
"""A straightforward classification of a raster: rasterio reads windows and writes the map, PyTorch runs the U-Net.

python3 peer_unet.py parity threads raster weights chip padding batch backbone classes output
Reads a line for each run from standard input and answers it with its seconds and tiles.
"""
import sys
import time

import numpy as np
import rasterio
import torch
from rasterio.windows import Window

parity, threads, path, weights, chip, padding, batch, backbone, classes, output = sys.argv[1:]
sys.path.insert(0, parity)
import unet  # noqa: E402

torch.set_num_threads(int(threads))
chip, padding, batch, classes = int(chip), int(padding), int(batch), int(classes)
with rasterio.open(path) as opened:
    bands = opened.count
net = unet.Unet(backbone, chip, classes, bands).eval()
net.load_state_dict(torch.load(weights, map_location="cpu"), strict=True)


def places(length):
    stride = chip - 2 * padding
    return [0] if length <= chip else list(range(0, length - chip + stride, stride))


def core(place, all_places, length):
    """From where on and up to where a tile decides, within the raster."""
    first = 0 if place == 0 else place + padding
    return first, length if place == all_places[-1] else place + chip - padding


def run():
    tiles = 0
    with rasterio.open(path) as source, torch.inference_mode():
        profile = dict(driver="GTiff", width=source.width, height=source.height, count=1, dtype="uint8", crs=source.crs, transform=source.transform,
                       tiled=True, compress="deflate")
        columns, rows = places(source.width), places(source.height)
        windows = [(c, r) for r in rows for c in columns]
        with rasterio.open(output, "w", **profile) as target:
            for first in range(0, len(windows), batch):
                part = windows[first:first + batch]
                chips = []
                for c, r in part:
                    image = source.read(window=Window(c, r, min(chip, source.width - c), min(chip, source.height - r))).astype(np.float32)
                    if image.shape[1:] != (chip, chip):
                        image = np.pad(image, ((0, 0), (0, chip - image.shape[1]), (0, chip - image.shape[2])))
                    chips.append(torch.from_numpy(image))
                found = net(torch.stack(chips)).argmax(1).byte().numpy()
                for (c, r), classes_of in zip(part, found):
                    (left, right), (top, bottom) = core(c, columns, source.width), core(r, rows, source.height)
                    target.write(classes_of[top - r:bottom - r, left - c:right - c], 1, window=Window(left, top, right - left, bottom - top))
                tiles += len(part)
    return tiles


print("ready", torch.__version__, rasterio.__version__, flush=True)
for line in sys.stdin:
    start = time.perf_counter()
    tiles = run()
    print(time.perf_counter() - start, tiles, flush=True)
