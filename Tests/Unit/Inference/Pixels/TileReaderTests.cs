using ArcLearn.Core.Data;
using ArcLearn.Core.Inference;
using ArcLearn.Core.Models;
using ArcLearn.Core.Rasters;
using ArcLearn.Core.Rasters.Warp;

namespace ArcLearn.Tests.Unit.Inference;

/// <summary>What a model is given where a raster has no data: the same as in training.</summary>
public sealed class TileReaderTests
{
    [Theory]
    [InlineData("UInt8", 7f, 7f)]
    [InlineData("UInt16", 7f, float.NaN)]
    [InlineData("Int16", 7f, float.NaN)]
    [InlineData("Float32", 7f, float.NaN)]
    public void Nodata_is_a_value_of_8_bits_and_no_number_else(string type, float noData, float expected)
    {
        using MemoryRaster raster = new(3, 3, 2) { SampleType = Enum.Parse<SampleType>(type), NoData = noData };
        raster.Fill(new PixelWindow(0, 0, 3, 3), 5);
        raster[0, 1, 1] = raster[1, 1, 1] = noData;
        raster[0, 2, 2] = noData;
        TileReader reader = new(raster, 2);
        Tile tile = new TileGrid(3, 3, 4, 0)[0];
        float[] chip = new float[2 * 16];

        Assert.True(reader.Read(tile, chip));
        Assert.Equal((5, expected, expected, 5), (chip[0], chip[5], chip[3], chip[16 + 10]));
        Assert.Equal(expected, chip[15]);
        byte[] missing = new byte[9];
        Assert.True(reader.FindMissing(tile, chip, missing));
        Assert.Equal([0, 0, 0, 0, 1, 0, 0, 0, 0], missing);

        raster.Fill(new PixelWindow(0, 0, 3, 3), noData);
        Assert.False(reader.Read(tile, chip));
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(65535.0)]
    public void Bands_of_a_stack_have_nodata_of_their_own(double second)
    {
        using MemoryRaster raster = new(6, 6, 2) { SampleType = SampleType.UInt16, NoData = 0, BandNoData = [0, second] };
        raster.Fill(new PixelWindow(0, 0, 6, 6), 5);
        (raster[0, 1, 1], raster[1, 1, 1]) = (0, (float)second);
        raster[0, 2, 2] = 0;
        raster[1, 3, 3] = (float)second;
        TileReader reader = new(raster, 2);
        Tile tile = new TileGrid(6, 6, 8, 0)[0];
        float[] chip = new float[2 * 64];
        byte[] missing = new byte[36];

        Assert.True(reader.Read(tile, chip));
        Assert.True(reader.FindMissing(tile, chip, missing));
        Assert.Equal([(1 * 6) + 1], Enumerable.Range(0, 36).Where(i => missing[i] != 0));

        for (int i = 0; i < 36; i++)
        {
            (raster[0, i % 6, i / 6], raster[1, i % 6, i / 6]) = (0, (float)second);
        }

        Assert.False(reader.Read(tile, chip));
    }

    [Theory]
    [InlineData("Bilinear", 0.0)]
    [InlineData("Bilinear", 9.0)]
    [InlineData("Cubic", 0.0)]
    [InlineData("Nearest", 9.0)]
    public void A_cell_of_another_grid_has_no_data_where_none_of_the_read_bands_has(string method, double second)
    {
        using MemoryRaster raster = new(16, 16, 3) { NoData = 0, BandNoData = [0, second, 0] };
        raster.Fill(new PixelWindow(0, 0, 16, 16), 5);
        for (int i = 0; i < 64; i++)
        {
            // The left half is missing in the first band; its upper quarter in the second, too.
            (int column, int row) = (i % 8, i / 8);
            raster[0, column, row] = raster[0, column, row + 8] = 0;
            raster[1, column, row] = (float)second;
        }

        // What is nodata in one band is a value in another.
        raster.Fill(new PixelWindow(12, 12, 4, 4), 5);
        for (int i = 0; i < 16 && second != 0; i++)
        {
            raster[1, 12 + (i % 4), 12 + (i / 4)] = 0;
        }

        using GridRaster view = new(raster, RasterGrid.Cover(RasterGrid.Of(raster).Extent, 1, raster.SpatialReference), Enum.Parse<Resampling>(method));
        Tile tile = new TileGrid(8, 8, 8, 0)[0];
        (float[] chip, byte[] missing) = (new float[3 * 64], new byte[64]);
        bool[] Missing(params int[] bands)
        {
            TileReader reader = new(view, bands.Length, bands);
            Assert.True(reader.Read(tile, chip.AsSpan(0, bands.Length * 64)));
            _ = reader.FindMissing(tile, chip.AsSpan(0, bands.Length * 64), missing);
            return [.. missing.Select(one => one != 0)];
        }

        // Beside a border a kernel finds a value in the neighbour.
        bool IsInner(int i) => i % 8 is 0 or 1 or 2 or 5 or 6 or 7 && i / 8 is 0 or 1 or 2 or 5 or 6 or 7;
        void Check(bool[] found, Func<int, int, bool> isMissing) =>
            Assert.All(Enumerable.Range(0, 64).Where(IsInner), i => Assert.True(isMissing(i % 8, i / 8) == found[i], $"{i % 8}, {i / 8}"));
        Check(Missing(0, 1), (column, row) => column < 4 && row < 4);
        Check(Missing(0), (column, _) => column < 4);
        Check(Missing(1), (column, row) => column < 4 && row < 4);
        Check(Missing(1, 2), (_, _) => false);
        Assert.Equal(second == 0 ? 5 : 0, chip[63]);
    }

    [Fact]
    public void What_is_no_number_reaches_the_network_as_the_mean()
    {
        InputScaling scaling = InputScaling.FromRaw(new Normalization(1, [10], [2], SampleType.Float32));
        float[] result = new float[4];
        scaling.Apply([12, float.NaN, float.PositiveInfinity, 8], result, 4);
        Assert.Equal([1, 0, 0, -1], result);
    }
}
