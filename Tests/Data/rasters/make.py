#!/usr/bin/python3
"""Makes the raster fixtures with GDAL (not with ArcLearn), and expected.csv with GDAL's own view of each.

Run with Debian's python3 with GDAL 3.6:  python3 make.py
"""
import csv
import os

import numpy as np
from osgeo import gdal, osr

gdal.UseExceptions()
gdal.SetConfigOption("GDAL_PAM_ENABLED", "NO")
os.chdir(os.path.dirname(os.path.abspath(__file__)))
WIDTH, HEIGHT = 75, 53


def pixels(bands, dtype, seed):
    """A smooth ramp plus noise: compressible, no two rows equal."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    top = 255 if dtype == np.uint8 else 65535
    planes = [((x * (b + 2) + y * 3) * top // 700 + rng.integers(0, 4, (HEIGHT, WIDTH))) % (top + 1) for b in range(bands)]
    return np.stack(planes).astype(dtype)


def memory(bands, dtype, seed, transform=(500000, 0.5, 0, 4100000, 0, -0.5), epsg=32618, nodata=None):
    kind = gdal.GDT_Byte if dtype == np.uint8 else gdal.GDT_UInt16
    ds = gdal.GetDriverByName("MEM").Create("", WIDTH, HEIGHT, bands, kind)
    ds.WriteArray(pixels(bands, dtype, seed))
    if transform:
        ds.SetGeoTransform(transform)
    if epsg:
        srs = osr.SpatialReference()
        srs.ImportFromEPSG(epsg)
        ds.SetProjection(srs.ExportToWkt())
    if nodata is not None:
        for b in range(bands):
            ds.GetRasterBand(b + 1).SetNoDataValue(nodata)
    return ds


U8, U16 = np.uint8, np.uint16
TILED = ["TILED=YES", "BLOCKXSIZE=32", "BLOCKYSIZE=16"]
CASES = [
    ("u8_none_strips", 3, U8, ["BLOCKYSIZE=7"], {}),
    ("u8_none_one_strip_planar", 3, U8, ["BLOCKYSIZE=53", "INTERLEAVE=BAND"], {}),
    ("u8_none_tiles", 1, U8, TILED, {}),
    ("u8_deflate_tiles", 3, U8, TILED + ["COMPRESS=DEFLATE"], {"nodata": 7}),
    ("u8_deflate_predictor_tiles", 4, U8, TILED + ["COMPRESS=DEFLATE", "PREDICTOR=2"], {}),
    ("u8_deflate_planar_tiles", 5, U8, TILED + ["COMPRESS=DEFLATE", "INTERLEAVE=BAND"], {}),
    ("u8_lzw_strips", 3, U8, ["COMPRESS=LZW", "BLOCKYSIZE=11"], {"epsg": 4326, "transform": (-74.5, 0.001, 0, 40.25, 0, -0.001)}),
    ("u8_lzw_predictor_tiles", 3, U8, TILED + ["COMPRESS=LZW", "PREDICTOR=2"], {"epsg": 3857}),
    ("u8_packbits_strips", 2, U8, ["COMPRESS=PACKBITS", "BLOCKYSIZE=16"], {"transform": None, "epsg": None}),
    ("u8_bigtiff_deflate", 3, U8, TILED + ["COMPRESS=DEFLATE", "BIGTIFF=YES"], {}),
    ("u8_bigendian_lzw", 3, U8, ["COMPRESS=LZW", "ENDIANNESS=BIG", "BLOCKYSIZE=9"], {}),
    ("u8_jpeg_ycbcr_tiles", 3, U8, ["TILED=YES", "BLOCKXSIZE=32", "BLOCKYSIZE=32", "COMPRESS=JPEG", "PHOTOMETRIC=YCBCR", "JPEG_QUALITY=90"], {}),
    ("u8_jpeg_ycbcr_strips", 3, U8, ["BLOCKYSIZE=16", "COMPRESS=JPEG", "PHOTOMETRIC=YCBCR", "JPEG_QUALITY=90"], {}),
    ("u8_jpeg_rgb_tiles", 3, U8, ["TILED=YES", "BLOCKXSIZE=32", "BLOCKYSIZE=32", "COMPRESS=JPEG", "PHOTOMETRIC=RGB"], {}),
    ("u8_jpeg_grey_tiles", 1, U8, ["TILED=YES", "BLOCKXSIZE=32", "BLOCKYSIZE=32", "COMPRESS=JPEG"], {}),
    ("u8_jpeg_four_bands", 4, U8, ["TILED=YES", "BLOCKXSIZE=32", "BLOCKYSIZE=32", "COMPRESS=JPEG"], {}),
    ("u8_jpeg_planar", 3, U8, ["TILED=YES", "BLOCKXSIZE=32", "BLOCKYSIZE=32", "COMPRESS=JPEG", "INTERLEAVE=BAND"], {}),
    ("u8_sparse_tiles", 1, U8, TILED + ["COMPRESS=DEFLATE", "SPARSE_OK=TRUE"], {"sparse": True, "nodata": 9}),
    ("u8_one_bit_fax4", 1, U8, ["COMPRESS=CCITTFAX4", "NBITS=1"], {"bits": 1}),
    ("u8_four_bits", 3, U8, ["NBITS=4", "COMPRESS=DEFLATE"], {"bits": 4}),
    ("u16_none_strips", 2, U16, ["BLOCKYSIZE=8"], {"nodata": 65535}),
    ("u16_deflate_predictor_tiles", 4, U16, TILED + ["COMPRESS=DEFLATE", "PREDICTOR=2"], {"epsg": 26914}),
    ("u16_lzw_predictor_planar", 3, U16, ["COMPRESS=LZW", "PREDICTOR=2", "INTERLEAVE=BAND", "BLOCKYSIZE=20"], {}),
    ("u16_bigendian_predictor", 3, U16, TILED + ["COMPRESS=DEFLATE", "PREDICTOR=2", "ENDIANNESS=BIG"], {}),
    ("u16_bigendian_bigtiff_none", 2, U16, ["ENDIANNESS=BIG", "BIGTIFF=YES"], {}),
    ("u16_twelve_bits", 1, U16, ["NBITS=12", "COMPRESS=LZW"], {"bits": 12}),
    ("u8_pixel_is_point", 1, U8, [], {"point": True}),
    ("u8_rotated", 1, U8, [], {"transform": (500000, 0.4, 0.3, 4100000, 0.3, -0.4)}),
    ("u8_epsg_2154", 1, U8, [], {"epsg": 2154}),
]


def make(name, bands, dtype, options, extra):
    ds = memory(bands, dtype, len(name), extra.get("transform", (500000, 0.5, 0, 4100000, 0, -0.5)), extra.get("epsg", 32618), extra.get("nodata"))
    if "bits" in extra:
        ds.WriteArray((pixels(bands, dtype, 1) % (1 << extra["bits"])).astype(dtype))
    if extra.get("point"):
        ds.SetMetadataItem("AREA_OR_POINT", "Point")
    if extra.get("sparse"):
        out = gdal.GetDriverByName("GTiff").Create(name + ".tif", WIDTH, HEIGHT, bands, gdal.GDT_Byte, options)
        out.SetGeoTransform(ds.GetGeoTransform())
        out.GetRasterBand(1).SetNoDataValue(extra["nodata"])
        out.GetRasterBand(1).WriteArray(pixels(1, dtype, 3)[0][:16, :32], 32, 16)
        out = None
    else:
        gdal.GetDriverByName("GTiff").CreateCopy(name + ".tif", ds, options=options)
    return name + ".tif"


files = [make(*case) for case in CASES]

for name, driver, bands, options in [
    ("rgb.png", "PNG", 3, []), ("grey.png", "PNG", 1, []), ("rgba.png", "PNG", 4, []),
    ("rgb.jpg", "JPEG", 3, ["QUALITY=92"]), ("grey.jpg", "JPEG", 1, []),
]:
    gdal.GetDriverByName(driver).CreateCopy(name, memory(bands, U8, 5, None, None), options=options)
    files.append(name)
gdal.GetDriverByName("PNG").CreateCopy("grey16.png", memory(1, U16, 5, None, None))
gdal.GetDriverByName("PNG").CreateCopy("rgb16.png", memory(3, U16, 5, None, None))
files += ["grey16.png", "rgb16.png"]
for name, kind in [("float32.tif", gdal.GDT_Float32), ("int16.tif", gdal.GDT_Int16)]:
    gdal.Translate(name, memory(1, U8, 6), outputType=kind)
gdal.Translate("zstd.tif", memory(1, U8, 6), creationOptions=["COMPRESS=ZSTD"])

with open("expected.csv", "w", newline="\n") as out:
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(["file", "width", "height", "bands", "type", "lossy", "transform", "epsg", "nodata", "checksums", "samples"])
    for name in files:
        ds = gdal.Open(name)
        values = ds.ReadAsArray().reshape(ds.RasterCount, HEIGHT, WIDTH)
        srs = ds.GetSpatialRef()
        transform = ds.GetGeoTransform(can_return_null=True)
        nodata = ds.GetRasterBand(1).GetNoDataValue()
        rows.writerow([
            name, ds.RasterXSize, ds.RasterYSize, ds.RasterCount, gdal.GetDataTypeName(ds.GetRasterBand(1).DataType),
            "yes" if "jpeg" in name or name.endswith("jpg") else "no",
            " ".join(repr(v) for v in transform) if transform else "",
            srs.GetAuthorityCode(None) or "" if srs else "",
            "" if nodata is None else repr(nodata),
            " ".join(str(ds.GetRasterBand(b + 1).Checksum()) for b in range(ds.RasterCount)),
            " ".join(str(values[b, y, x]) for b in range(ds.RasterCount) for y, x in [(0, 0), (17, 40), (HEIGHT - 1, WIDTH - 1)]),
        ])
