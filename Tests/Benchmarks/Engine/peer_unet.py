#!/usr/bin/env python3
"""A straightforward classification of a raster: rasterio reads windows and writes the map, PyTorch runs the U-Net.

python3 peer_unet.py parity threads raster weights chip padding batch backbone classes output
Reads a line for each run from standard input and answers it with its seconds and tiles.
"""
import sys

import numpy as np
import rasterio
import torch
from rasterio.windows import Window

import tiles

parity, threads, path, weights, chip, padding, batch, backbone, classes, output = sys.argv[1:]
sys.path.insert(0, parity)
import unet  # noqa: E402

torch.set_num_threads(int(threads))
chip, padding, batch, classes = int(chip), int(padding), int(batch), int(classes)
with rasterio.open(path) as opened:
    bands = opened.count
net = unet.Unet(backbone, chip, classes, bands).eval()
net.load_state_dict(torch.load(weights, map_location="cpu"), strict=True)


def run():
    count = 0
    with rasterio.open(path) as source, torch.inference_mode():
        profile = dict(driver="GTiff", width=source.width, height=source.height, count=1, dtype="uint8", crs=source.crs, transform=source.transform,
                       tiled=True, compress="deflate")
        with rasterio.open(output, "w", **profile) as target:
            for part in tiles.batches(source, chip, padding, batch):
                found = net(torch.stack([torch.from_numpy(image.astype(np.float32)) for *_, image in part])).argmax(1).byte().numpy()
                for (c, r, (left, right), (top, bottom), _), classes_of in zip(part, found):
                    target.write(classes_of[top - r:bottom - r, left - c:right - c], 1, window=Window(left, top, right - left, bottom - top))
                count += len(part)
    return count,


print("ready", torch.__version__, rasterio.__version__, flush=True)
tiles.serve(run)
