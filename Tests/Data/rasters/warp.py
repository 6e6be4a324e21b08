#!/usr/bin/python3
"""Makes warps.csv: what gdalwarp gives for some of the fixtures on other grids, so that it is checked where no GDAL is installed.

Run with Debian's python3 with GDAL 3.6:  python3 warp.py
"""
import csv
import math
import os

import numpy as np
from osgeo import gdal, osr

gdal.UseExceptions()
gdal.SetConfigOption("GDAL_PAM_ENABLED", "NO")
os.chdir(os.path.dirname(os.path.abspath(__file__)))

# File, method, cell size in pixels of the file, EPSG code of another system or 0.
CASES = [
    ("u8_none_strips.tif", "near", 0.7, 0), ("u8_none_strips.tif", "near", 3.3, 0), ("u8_none_strips.tif", "near", 2.1, 4326),
    ("u8_lzw_strips.tif", "near", 1.7, 3857), ("s16_tiles.tif", "near", 1.3, 0), ("extra_nan.tif", "near", 1.2, 0),
    ("u8_none_strips.tif", "bilinear", 0.42, 0), ("u8_none_strips.tif", "bilinear", 2.6, 0), ("u8_none_strips.tif", "bilinear", 1.4, 3857),
    ("s16_tiles.tif", "bilinear", 1.6, 0), ("f32_tiles.tif", "bilinear", 0.8, 0), ("u16_deflate_predictor_tiles.tif", "bilinear", 1.8, 4326),
    ("u8_none_strips.tif", "cubic", 0.6, 0), ("u8_none_strips.tif", "cubic", 3.4, 0), ("u8_none_strips.tif", "cubic", 1.3, 32617), ("f32_tiles.tif", "cubic", 1.6, 0),
    ("u8_none_strips.tif", "average", 2.5, 0), ("u8_none_strips.tif", "average", 4, 0), ("f32_tiles.tif", "average", 3.6, 0), ("s16_tiles.tif", "average", 3, 0),
    ("u8_four_bits.tif", "mode", 2, 0), ("u8_four_bits.tif", "mode", 3, 0), ("u8_four_bits.tif", "mode", 4, 0),
    ("extra_internal.tif", "average", 4, 0), ("extra_internal.tif", "near", 2.2, 0),
]
COLUMNS, ROWS = 14, 11


def grid(source, cell, epsg):
    """Cells around the middle of the file, off its pixels' borders but for means and majorities of whole pixels."""
    left, width, _, top, _, height = source.GetGeoTransform()
    x, y = left + source.RasterXSize / 2 * width, top + source.RasterYSize / 2 * height
    size = cell * abs(width)
    if epsg:
        there = osr.SpatialReference()
        there.ImportFromEPSG(epsg)
        there.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
        here = source.GetSpatialRef()
        here.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
        way = osr.CoordinateTransformation(here, there)
        (x0, y0, _), (x1, y1, _) = way.TransformPoint(x, y), way.TransformPoint(x + size, y)
        x, y, size = x0, y0, math.hypot(x1 - x0, y1 - y0)
    elif cell == int(cell):
        x, y = left + (source.RasterXSize // 2) * width, top + (source.RasterYSize // 2) * height
    else:
        x, y = x + 0.13 * size, y - 0.07 * size
    left, top = x - COLUMNS // 2 * size, y + ROWS // 2 * size
    return left, top, size


with open("warps.csv", "w", newline="") as file:
    out = csv.writer(file, lineterminator="\n")
    out.writerow(["file", "method", "epsg", "left", "top", "cell", "columns", "rows", "values"])
    for name, method, cell, epsg in CASES:
        source = gdal.Open(name)
        if source.GetGeoTransform(can_return_null=True) is None:
            source = gdal.Translate("", source, format="VRT")
            source.SetGeoTransform([0, 1, 0, 0, 0, -1])
        left, top, size = grid(source, cell, epsg)
        ds = gdal.Warp("", source, format="MEM", dstSRS=f"EPSG:{epsg}" if epsg else None, resampleAlg=method, errorThreshold=0, overviewLevel="AUTO",
                       outputBounds=[left, top - ROWS * size, left + COLUMNS * size, top], width=COLUMNS, height=ROWS)
        values = ds.GetRasterBand(1).ReadAsArray().astype(np.float64).ravel()
        assert len(set(values.tolist())) > 4, (name, method)
        out.writerow([name, method, epsg or "", repr(left), repr(top), repr(size), COLUMNS, ROWS, " ".join(f"{v:.9g}" for v in values)])
