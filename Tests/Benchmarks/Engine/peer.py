#!/usr/bin/env python3
"""A straightforward search of a raster: rasterio reads windows, PyTorch runs the detector, torchvision suppresses, json writes.

python3 peer.py parity threads raster weights chip padding batch threshold overlap backbone grids classes output
Reads a line for each run from standard input and answers it with its seconds, tiles and boxes.
"""
import json
import sys

import rasterio
import torch
import torchvision

import tiles

parity, threads, path, weights, chip, padding, batch, threshold, overlap, backbone, grids, classes, output = sys.argv[1:]
sys.path.insert(0, parity)
import ssd  # noqa: E402

torch.set_num_threads(int(threads))
chip, padding, batch, classes = int(chip), int(padding), int(batch), int(classes)
threshold, overlap = float(threshold), float(overlap)
grids = [int(g) for g in grids.split(",")]
anchor, cell = ssd.anchors(grids, [0.7, 1.0, 1.3], [(1.0, 1.0), (1.0, 0.5), (0.5, 1.0)])
net = ssd.detector(backbone, chip, grids, 9, classes).eval()
net.load_state_dict(torch.load(weights, map_location="cpu"), strict=True)


def run():
    features, count = [], 0
    with rasterio.open(path) as source, torch.inference_mode():
        for part in tiles.batches(source, chip, padding, batch):
            scores, boxes = net(torch.stack([torch.from_numpy(image) for *_, image in part]).float())
            for (c, r, (left, right), (top, bottom), _), score, box in zip(part, scores, boxes):
                corners = ssd.decode(box, anchor, cell)[:, [1, 0, 3, 2]] * chip
                probability = torch.sigmoid(score[:, 1:])
                which, kind = torch.nonzero(probability > threshold, as_tuple=True)
                value = probability[which, kind]
                found = corners[which]
                for i in torchvision.ops.batched_nms(found, value, kind, overlap).tolist():
                    x0, y0, x1, y1 = (found[i] + torch.tensor([c, r, c, r])).tolist()
                    if left <= (x0 + x1) / 2 < right and top <= (y0 + y1) / 2 < bottom:
                        ring = [source.transform * p for p in ((x0, y0), (x1, y0), (x1, y1), (x0, y1), (x0, y0))]
                        features.append({"type": "Feature", "properties": {"Class": int(kind[i]), "Confidence": 100 * float(value[i])},
                                         "geometry": {"type": "Polygon", "coordinates": [ring]}})
            count += len(part)
    with open(output, "w") as target:
        json.dump({"type": "FeatureCollection", "features": features}, target)
    return count, len(features)


print("ready", torch.__version__, rasterio.__version__, flush=True)
tiles.serve(run)
