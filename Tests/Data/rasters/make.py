#!/usr/bin/python3
"""Makes the raster fixtures with GDAL (not with ArcLearn), and expected.csv with GDAL's own view of each.

Run with Debian's python3 with GDAL 3.6:  python3 make.py
"""
import csv
import os
import re

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

# Every sample type, and what only some of them can have.
def numbers(kind, bits=None):
    """Values over the whole range of a type, signs and extremes included; floats with fractions."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    ramp = (x * 31 + y * 17 + x * y) % 997
    if np.issubdtype(kind, np.floating):
        return ((ramp - 400) / 8.0 * (2.0 ** ((x + y) % 5))).astype(kind)
    low, high = (0, 2 ** bits - 1) if bits else (np.iinfo(kind).min, np.iinfo(kind).max)
    span = int(high) - int(low)
    values = np.array([[int(low) + int(v) * span // 996 for v in row] for row in ramp], dtype=object)
    values[0, 0], values[0, 1] = int(low), int(high)
    return values.astype(kind)


TYPES = {
    "s8": np.int8, "s16": np.int16, "u32": np.uint32, "s32": np.int32, "u64": np.uint64, "s64": np.int64,
    "f16": np.float32, "f32": np.float32, "f64": np.float64, "bits": np.uint8,
}
GDAL_TYPES = {
    np.int8: gdal.GDT_Byte, np.int16: gdal.GDT_Int16, np.uint32: gdal.GDT_UInt32, np.int32: gdal.GDT_Int32, np.uint64: gdal.GDT_UInt64,
    np.int64: gdal.GDT_Int64, np.float32: gdal.GDT_Float32, np.float64: gdal.GDT_Float64, np.uint8: gdal.GDT_Byte, np.uint16: gdal.GDT_UInt16,
}
BIG, PLANAR = ["ENDIANNESS=BIG"], ["INTERLEAVE=BAND"]


def packed(codec, predictor=1):
    return ["COMPRESS=" + codec, f"PREDICTOR={predictor}"]


TYPED = [
    ("s8_strips", 1, []), ("s8_deflate_predictor", 2, TILED + packed("DEFLATE", 2)),
    ("s16_tiles", 2, TILED), ("s16_bigendian_predictor_zstd", 3, TILED + packed("ZSTD", 2) + BIG),
    ("u32_strips", 1, []), ("u32_predictor_lzw", 3, TILED + packed("LZW", 2)), ("u32_bigendian_predictor", 1, packed("DEFLATE", 2) + BIG),
    ("s32_planar", 2, TILED + PLANAR + packed("DEFLATE")), ("s32_predictor", 1, packed("ZSTD", 2)),
    ("u64_tiles", 1, TILED), ("u64_predictor", 2, packed("DEFLATE", 2)), ("s64_bigendian_bigtiff", 1, BIG + ["BIGTIFF=YES"]),
    ("f16_strips", 1, ["NBITS=16"]), ("f16_bigendian_deflate", 2, ["NBITS=16"] + packed("DEFLATE") + BIG),
    ("f16_predictor", 1, ["NBITS=16"] + packed("DEFLATE", 3)),
    ("f32_tiles", 2, TILED), ("f32_predictor2", 1, packed("DEFLATE", 2)), ("f32_predictor3", 3, TILED + packed("DEFLATE", 3)),
    ("f32_lzw_predictor3", 2, packed("LZW", 3)), ("f32_planar_zstd", 2, TILED + PLANAR + packed("ZSTD", 3)),
    ("f64_strips", 1, []), ("f64_predictor3", 2, TILED + packed("ZSTD", 3)),
    ("u8_zstd_predictor", 3, TILED + packed("ZSTD", 2)), ("u16_zstd", 4, TILED + packed("ZSTD", 2)),
    ("u8_webp_lossless", 3, TILED + ["COMPRESS=WEBP", "WEBP_LOSSLESS=YES"]), ("u8_webp_lossless_opacity", 4, TILED + ["COMPRESS=WEBP", "WEBP_LOSSLESS=YES"]),
    ("u8_webp_lossy", 3, ["TILED=YES", "BLOCKXSIZE=32", "BLOCKYSIZE=32", "COMPRESS=WEBP", "WEBP_LEVEL=90"]),
]
for bits in (1, 2, 3, 5, 7, 9, 11, 13, 15, 17, 20, 24, 27, 31):
    TYPED.append((f"bits{bits}_deflate", 1 + bits % 3, [f"NBITS={bits}", "COMPRESS=DEFLATE"]))

for name, bands, options in TYPED:
    bits = int(re.match(r"bits(\d+)", name).group(1)) if name.startswith("bits") else None
    stem = name.split("_")[0]
    kind = np.uint8 if stem == "u8" or (bits and bits <= 8) else np.uint16 if stem == "u16" or (bits and bits <= 16) else np.uint32 if bits else TYPES[stem]
    ds = gdal.GetDriverByName("MEM").Create("", WIDTH, HEIGHT, bands, GDAL_TYPES[kind])
    for band in range(bands):
        values = np.roll(numbers(kind, bits), 5 * band, axis=1)
        if "webp" in name:
            values = pixels(bands, np.uint8, 9)[band]
            if band == 3:
                values = np.maximum(values, 1)  # colours under full transparency are not kept
        ds.GetRasterBand(band + 1).WriteArray(values.view(np.uint8) if kind == np.int8 else values)
        if kind == np.int8:
            ds.GetRasterBand(band + 1).SetMetadataItem("PIXELTYPE", "SIGNEDBYTE", "IMAGE_STRUCTURE")
    gdal.GetDriverByName("GTiff").CreateCopy(name + ".tif", ds, options=options + (["PIXELTYPE=SIGNEDBYTE"] if kind == np.int8 else []))
    files.append(name + ".tif")

# What is refused: codecs and numbers that are not read.
for name, kind, options in [
    ("refused_complex.tif", gdal.GDT_CFloat32, []), ("refused_lerc.tif", gdal.GDT_Float32, ["COMPRESS=LERC"]), ("refused_lzma.tif", gdal.GDT_Byte, ["COMPRESS=LZMA"]),
]:
    gdal.Translate(name, memory(1, U8, 6), outputType=kind, creationOptions=options)

# Overviews, masks, colours, names: what stands beside the samples.
ds = memory(3, U8, 7)
for band, (text, scale, offset) in enumerate([("red", 0.5, 10), ("green & blue", 1, 0), ("\u00e9t\u00e9", 2, -1)]):
    ds.GetRasterBand(band + 1).SetDescription(text)
    if scale != 1:
        ds.GetRasterBand(band + 1).SetScale(scale)
        ds.GetRasterBand(band + 1).SetOffset(offset)
ds.GetRasterBand(1).SetUnitType("m")
gdal.GetDriverByName("GTiff").CreateCopy("extra_names.tif", ds)
colours = gdal.ColorTable()
for value, colour in enumerate([(1, 2, 3), (250, 128, 7), (9, 90, 200)]):
    colours.SetColorEntry(value, colour)
ds = memory(1, U8, 7)
ds.GetRasterBand(1).SetColorTable(colours)
gdal.GetDriverByName("GTiff").CreateCopy("extra_colours.tif", ds)
for name, config, options in [("extra_internal.tif", "YES", []), ("extra_external.tif", "NO", [])]:
    gdal.SetConfigOption("GDAL_TIFF_INTERNAL_MASK", config)
    gdal.SetConfigOption("GDAL_TIFF_OVR_BLOCKSIZE", "64")
    ds = gdal.GetDriverByName("GTiff").CreateCopy(name, memory(3, U8, 8), options=TILED + ["COMPRESS=DEFLATE"])
    ds.CreateMaskBand(gdal.GMF_PER_DATASET)
    mask = np.full((HEIGHT, WIDTH), 255, np.uint8)
    mask[:20, 10:40] = 0
    ds.GetRasterBand(1).GetMaskBand().WriteArray(mask)
    ds = None
    ds = gdal.Open(name, gdal.GA_Update if config == "YES" else gdal.GA_ReadOnly)
    ds.BuildOverviews("NEAREST", [2, 4])
    ds = None
for name, nodata in [("extra_nan.tif", float("nan")), ("extra_lowest.tif", -3.4028234663852886e38)]:
    ds = gdal.GetDriverByName("MEM").Create("", WIDTH, HEIGHT, 1, gdal.GDT_Float32)
    values = numbers(np.float32)
    values[:5] = nodata
    ds.WriteArray(values)
    ds.GetRasterBand(1).SetNoDataValue(nodata)
    gdal.GetDriverByName("GTiff").CreateCopy(name, ds)
for name, text in [
    ("crs_albers.tif", "+proj=aea +lat_0=23 +lon_0=-96 +lat_1=29.5 +lat_2=45.5 +x_0=0 +y_0=0 +datum=NAD83 +units=m"),
    ("crs_lambert_feet.tif", "+proj=lcc +lat_0=40 +lon_0=-77 +lat_1=41 +lat_2=42 +x_0=600000 +y_0=0 +datum=NAD83 +units=us-ft"),
    ("crs_tm.tif", "+proj=tmerc +lat_0=49 +lon_0=-2.5 +k=0.9996 +x_0=400000 +y_0=-100000 +ellps=airy"),
    ("crs_laea.tif", "+proj=laea +lat_0=10 +lon_0=20 +x_0=5 +y_0=6 +datum=WGS84"),
    ("crs_sinusoidal.tif", "+proj=sinu +lon_0=0 +x_0=0 +y_0=0 +R=6371007.181 +units=m"),
    ("crs_stere.tif", "+proj=stere +lat_0=90 +lat_ts=70 +lon_0=-45 +datum=WGS84"),
]:
    ds = memory(1, U8, 4, epsg=None)
    srs = osr.SpatialReference()
    srs.ImportFromProj4(text)
    ds.SetProjection(srs.ExportToWkt())
    gdal.GetDriverByName("GTiff").CreateCopy(name, ds)

with open("expected.csv", "w", newline="\n") as out:
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(["file", "width", "height", "bands", "type", "lossy", "transform", "epsg", "nodata", "checksums", "samples"])
    for name in files:
        ds = gdal.Open(name)
        values = ds.ReadAsArray()
        values = (values.view(np.int8) if name.startswith("s8") else values).reshape(ds.RasterCount, HEIGHT, WIDTH)
        srs = ds.GetSpatialRef()
        transform = ds.GetGeoTransform(can_return_null=True)
        nodata = ds.GetRasterBand(1).GetNoDataValue()
        rows.writerow([
            name, ds.RasterXSize, ds.RasterYSize, ds.RasterCount, "Int8" if name.startswith("s8") else gdal.GetDataTypeName(ds.GetRasterBand(1).DataType),
            "yes" if "jpeg" in name or "lossy" in name or name.endswith("jpg") else "no",
            " ".join(repr(v) for v in transform) if transform else "",
            srs.GetAuthorityCode(None) or "" if srs else "",
            "" if nodata is None else repr(nodata),
            " ".join(str(ds.GetRasterBand(b + 1).Checksum()) for b in range(ds.RasterCount)),
            " ".join(str(values[b, y, x]) for b in range(ds.RasterCount) for y, x in [(0, 0), (17, 40), (HEIGHT - 1, WIDTH - 1)]),
        ])
