"""What both straightforward scripts do alike: cut a raster into padded tiles, and answer a line of standard input for each run."""
import sys
import time

import numpy as np
from rasterio.windows import Window


def places(length, chip, padding):
    stride = chip - 2 * padding
    return [0] if length <= chip else list(range(0, length - chip + stride, stride))


def core(place, all_places, length, chip, padding):
    """From where on and up to where a tile decides, within the raster."""
    first = 0 if place == 0 else place + padding
    return first, length if place == all_places[-1] else place + chip - padding


def batches(source, chip, padding, batch):
    """Lists of tiles: column, row, core along columns, core along rows, and the image, [bands, chip, chip], padded with zeros."""
    columns, rows = places(source.width, chip, padding), places(source.height, chip, padding)
    windows = [(c, r) for r in rows for c in columns]
    for first in range(0, len(windows), batch):
        part = []
        for c, r in windows[first:first + batch]:
            image = source.read(window=Window(c, r, min(chip, source.width - c), min(chip, source.height - r)))
            if image.shape[1:] != (chip, chip):
                image = np.pad(image, ((0, 0), (0, chip - image.shape[1]), (0, chip - image.shape[2])))
            part.append((c, r, core(c, columns, source.width, chip, padding), core(r, rows, source.height, chip, padding), image))
        yield part


def serve(run):
    """Times a run for each line; what it returns follows its seconds."""
    for line in sys.stdin:
        start = time.perf_counter()
        result = run()
        print(time.perf_counter() - start, *result, flush=True)
