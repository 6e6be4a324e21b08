using System.Globalization;
using System.Runtime.InteropServices;
using ArcLearn.Core.Rasters;
using ArcLearn.Core.Rasters.Tiff;
using ArcLearn.Tests.Unit.TestSupport;

namespace ArcLearn.Tests.Unit.Rasters;

public sealed class TiffTypeTests
{
    // Writes each combination that this GDAL can write, with random samples, and the samples themselves as raw bytes.
    private const string MakeTypes =
        """
        import sys, numpy as np
        from osgeo import gdal
        gdal.UseExceptions()
        gdal.PushErrorHandler("CPLQuietErrorHandler")
        folder, rng = sys.argv[1], np.random.default_rng(5)
        types = {"Byte": np.uint8, "UInt16": np.uint16, "Int16": np.int16, "UInt32": np.uint32, "Int32": np.int32, "UInt64": np.uint64,
                 "Int64": np.int64, "Float32": np.float32, "Float64": np.float64}
        number = 0
        for name, kind in types.items():
            for codec in ["NONE", "PACKBITS", "LZW", "DEFLATE", "ZSTD"]:
                for predictor in [1, 2, 3]:
                    if predictor > 1 and codec in ("NONE", "PACKBITS") or predictor == 3 and not name.startswith("Float"):
                        continue
                    for layout in range(8):
                        bands = 1 + (number + layout) % 4
                        big = layout & 1
                        if predictor == 3 and big:
                            continue  # GDAL 3.6 does not read back what it writes
                        options = ["COMPRESS=" + codec, f"ENDIANNESS={'BIG' if big else 'LITTLE'}", f"INTERLEAVE={'BAND' if layout & 2 else 'PIXEL'}"]
                        options += [f"PREDICTOR={predictor}"] if predictor > 1 else []
                        options += ["TILED=YES", "BLOCKXSIZE=32", "BLOCKYSIZE=16"] if layout & 4 else ["BLOCKYSIZE=7"]
                        options += ["BIGTIFF=YES"] if number % 3 == 0 else []
                        values = rng.integers(0, 255, (bands, 41, 53, np.dtype(kind).itemsize), dtype=np.uint8).view(kind)[..., 0]
                        ds = gdal.GetDriverByName("GTiff").Create(f"{folder}/{number}.tif", 53, 41, bands, gdal.GetDataTypeByName(name), options)
                        for b in range(bands):
                            ds.GetRasterBand(b + 1).WriteArray(values[b])
                        ds = None
                        back = gdal.Open(f"{folder}/{number}.tif").ReadAsArray().reshape(values.shape)
                        assert np.array_equal(back.view(np.uint8), values.view(np.uint8)), (name, options)
                        values.tofile(f"{folder}/{number}.raw")
                        print(number, name, " ".join(options))
                        number += 1
        """;

    [GdalFact]
    public void Every_type_in_every_layout_has_the_samples_that_GDAL_wrote()
    {
        using TemporaryFolder folder = new();
        string[] lines = Gdal.Run(MakeTypes, folder.Root).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        List<string> faults = [];
        foreach (string line in lines)
        {
            string number = line.Split(' ')[0];
            using IRaster raster = RasterFile.Open(folder.PathOf(number + ".tif"));
            byte[] expected = File.ReadAllBytes(folder.PathOf(number + ".raw"));
            if (!Raw(raster).AsSpan().SequenceEqual(expected))
            {
                faults.Add(line);
            }
        }

        Assert.True(faults.Count == 0, string.Join('\n', faults));
        Assert.True(lines.Length > 500, $"{lines.Length} files were compared");
    }

    [Theory]
    [InlineData(0x000000, 0f)]
    [InlineData(0x3F0000, 1f)]
    [InlineData(0xBF8000, -1.5f)]
    [InlineData(0x400000, 2f)]
    [InlineData(0x7EFFFF, 1.8446603e19f)]
    [InlineData(0x7F0000, float.PositiveInfinity)]
    [InlineData(0x000001, 3.3087225e-24f)]
    public void Floats_of_24_bits_keep_their_values(int bits, float expected)
    {
        byte[] stored = [(byte)bits, (byte)(bits >> 8), (byte)(bits >> 16)];
        float[] value = new float[1];
        TiffSamples.WidenFloats(stored, MemoryMarshal.AsBytes(value.AsSpan()), 24);

        Assert.Equal(expected, value[0]);
    }

    [Theory]
    [InlineData(5, SampleType.Int8, new byte[] { 0b10000_011, 0b11_00001_0 }, new[] { -16d, 15, 1 })]
    [InlineData(12, SampleType.Int16, new byte[] { 0x80, 0x07, 0xFF }, new[] { -2048d, 2047 })]
    [InlineData(33, SampleType.UInt64, new byte[] { 0x80, 0, 0, 0, 0x80 }, new[] { 4294967297d })]
    [InlineData(33, SampleType.Int64, new byte[] { 0xFF, 0xFF, 0xFF, 0xFF, 0x00 }, new[] { -2d })]
    public void Samples_of_odd_widths_keep_their_sign(int bits, SampleType type, byte[] packed, double[] expected)
    {
        byte[] output = new byte[expected.Length * type.Bytes()];
        TiffSamples.Unpack(packed, output, bits, type, expected.Length, 1);

        for (int i = 0; i < expected.Length; i++)
        {
            ReadOnlySpan<byte> sample = output.AsSpan(i * type.Bytes());
            double actual = type switch
            {
                SampleType.Int8 => (sbyte)sample[0],
                SampleType.Int16 => MemoryMarshal.Read<short>(sample),
                SampleType.Int64 => MemoryMarshal.Read<long>(sample),
                _ => MemoryMarshal.Read<ulong>(sample),
            };
            Assert.Equal(expected[i], actual);
        }
    }

    [Fact]
    public void Samples_go_only_into_types_that_keep_them()
    {
        using IRaster raster = RasterFile.Open(RasterFixture.PathOf("s16_tiles.tif"));
        PixelWindow pixel = new(0, 0, 1, 1);

        Assert.Throws<ArgumentException>(() => raster.Read<ushort>(pixel, [0], new ushort[1], 0));
        Assert.Throws<ArgumentException>(() => raster.Read<byte>(pixel, [0], new byte[1], 0));
        int[] wide = new int[1];
        raster.Read<int>(pixel, [0], wide, 0);
        Assert.Equal(short.MinValue, wide[0]);
    }

    [Theory]
    [InlineData(SampleType.UInt8, SampleType.UInt16, SampleType.UInt16)]
    [InlineData(SampleType.UInt8, SampleType.Int8, SampleType.Int16)]
    [InlineData(SampleType.UInt16, SampleType.Int16, SampleType.Int32)]
    [InlineData(SampleType.UInt16, SampleType.Float32, SampleType.Float32)]
    [InlineData(SampleType.Int32, SampleType.Float32, SampleType.Float64)]
    [InlineData(SampleType.UInt64, SampleType.Int8, SampleType.Float64)]
    public void The_common_type_keeps_the_values_of_both(SampleType first, SampleType second, SampleType expected)
    {
        Assert.Equal(expected, SampleTypes.Common(first, second));
        Assert.Equal(expected, SampleTypes.Common(second, first));
    }

    [Theory]
    [InlineData("extra_nan.tif", double.NaN)]
    [InlineData("extra_lowest.tif", -3.4028234663852886e38)]
    public void Nodata_of_floats_is_the_stored_value(string name, double expected)
    {
        using IRaster raster = RasterFile.Open(RasterFixture.PathOf(name));
        double[] samples = RasterFixture.ReadAll(raster);

        Assert.Equal(expected, raster.NoData);
        Assert.Equal(expected, samples[0]);
        Assert.NotEqual(expected, samples[^1]);
    }

    [Fact]
    public void Names_scales_offsets_and_units_are_those_of_the_file()
    {
        using IRaster raster = RasterFile.Open(RasterFixture.PathOf("extra_names.tif"));

        Assert.Equal(
            [new("red", null, 0.5, 10, "m"), new("green & blue"), new("été", null, 2, -1)],
            raster.BandInfo);
    }

    [Fact]
    public void A_colour_table_has_its_colours()
    {
        using IRaster raster = RasterFile.Open(RasterFixture.PathOf("extra_colours.tif"));

        Assert.Equal(256, raster.ColorTable.Count);
        Assert.Equal([new(1, 2, 3), new(250, 128, 7), new(9, 90, 200), new(0, 0, 0)], raster.ColorTable.Take(4));
    }

    [Theory]
    [InlineData("extra_internal.tif")]
    [InlineData("extra_external.tif")]
    public void Overviews_and_masks_are_found_inside_and_beside_the_file(string name)
    {
        using IRaster raster = RasterFile.Open(RasterFixture.PathOf(name));
        Assert.Equal([(38, 27), (19, 14)], raster.Overviews.Select(o => (o.Width, o.Height)));
        Assert.True(raster.HasMask);
        CheckMask(raster, 1);
        CheckMask(raster.Overviews[0], 2);

        double[] whole = RasterFixture.ReadAll(raster);
        double[] half = RasterFixture.ReadAll(raster.Overviews[0]);
        Assert.Equal(whole[(8 * raster.Width) + 12], half[(4 * 38) + 6]); // made by nearest neighbour
        Assert.Equal(raster.Transform.PixelWidth * 75 / 38, raster.Overviews[0].Transform.PixelWidth);
    }

    private static void CheckMask(IRaster raster, int factor)
    {
        byte[] mask = new byte[raster.Width * raster.Height];
        raster.ReadMask(new PixelWindow(0, 0, raster.Width, raster.Height), mask);
        Assert.True(raster.HasMask);
        Assert.Equal(0, mask[(10 / factor * raster.Width) + (20 / factor)]);
        Assert.Equal(255, mask[0]);
        Assert.Equal(255, mask[^1]);
        byte[] beyond = new byte[4];
        raster.ReadMask(new PixelWindow(-1, 0, 2, 2), beyond);
        Assert.Equal([0, 255, 0, 255], beyond);
    }

    [Theory]
    [InlineData("crs_albers.tif", "Albers_Conic_Equal_Area", "standard_parallel_2", 45.5)]
    [InlineData("crs_lambert_feet.tif", "Lambert_Conformal_Conic_2SP", "standard_parallel_1", 41)]
    [InlineData("crs_tm.tif", "Transverse_Mercator", "false_northing", -100000)]
    [InlineData("crs_laea.tif", "Lambert_Azimuthal_Equal_Area", "longitude_of_center", 20)]
    [InlineData("crs_sinusoidal.tif", "Sinusoidal", "longitude_of_center", 0)]
    public void Systems_that_are_given_by_parameters_become_well_known_text(string name, string method, string parameter, double value)
    {
        using IRaster raster = RasterFile.Open(RasterFixture.PathOf(name));
        string wkt = raster.SpatialReference!.Wkt!;

        Assert.StartsWith("PROJCS[", wkt, StringComparison.Ordinal);
        Assert.Contains($"PROJECTION[\"{method}\"]", wkt, StringComparison.Ordinal);
        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"PARAMETER[\"{parameter}\",{value}]"), wkt, StringComparison.Ordinal);
    }

    [GdalTheory]
    [InlineData("crs_albers.tif")]
    [InlineData("crs_lambert_feet.tif")]
    [InlineData("crs_tm.tif")]
    [InlineData("crs_laea.tif")]
    [InlineData("crs_sinusoidal.tif")]
    [InlineData("crs_stere.tif")]
    public void Their_text_places_points_where_GDAL_places_them(string name)
    {
        using IRaster raster = RasterFile.Open(RasterFixture.PathOf(name));
        string output = Gdal.Run(
            """
            import sys
            from osgeo import gdal, osr
            theirs = gdal.Open(sys.argv[1]).GetSpatialRef()
            ours = osr.SpatialReference(sys.argv[2])
            for srs in (theirs, ours):
                srs.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
            back = osr.CoordinateTransformation(ours, theirs)
            print(max(abs(a - b) for p in [(5e5, 4.1e6), (0, 1e5), (-3e5, 2e5)] for a, b in zip(back.TransformPoint(*p), p)))
            """,
            raster.Path, raster.SpatialReference!.Wkt!);

        Assert.InRange(double.Parse(output, CultureInfo.InvariantCulture), 0, 1e-6);
    }

    /// <summary>All samples as they lie in memory, band after band.</summary>
    internal static byte[] Raw(IRaster raster)
    {
        int count = raster.Width * raster.Height * raster.Bands;
        return raster.SampleType switch
        {
            SampleType.UInt8 => As<byte>(),
            SampleType.Int8 => As<sbyte>(),
            SampleType.UInt16 => As<ushort>(),
            SampleType.Int16 => As<short>(),
            SampleType.UInt32 => As<uint>(),
            SampleType.Int32 => As<int>(),
            SampleType.UInt64 => As<ulong>(),
            SampleType.Int64 => As<long>(),
            SampleType.Float32 => As<float>(),
            _ => As<double>(),
        };

        byte[] As<T>()
            where T : unmanaged
        {
            T[] samples = new T[count];
            raster.Read(new PixelWindow(0, 0, raster.Width, raster.Height), [.. Enumerable.Range(0, raster.Bands)], samples, default);
            return MemoryMarshal.AsBytes(samples.AsSpan()).ToArray();
        }
    }
}
