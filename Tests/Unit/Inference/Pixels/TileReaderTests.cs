using ArcLearn.Core.Data;
using ArcLearn.Core.Inference;
using ArcLearn.Core.Models;
using ArcLearn.Core.Rasters;

namespace ArcLearn.Tests.Unit.Inference;

/// <summary>What a model is given where a raster has no data: the same as in training.</summary>
public sealed class TileReaderTests
{
    [Theory]
    [InlineData("UInt8", 7f, 7f)]
    [InlineData("UInt16", 7f, 7f)]
    [InlineData("Int16", 7f, float.NaN)]
    [InlineData("Float32", 7f, float.NaN)]
    public void Nodata_is_a_value_of_8_and_16_bits_without_sign_and_no_number_else(string type, float noData, float expected)
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

    [Fact]
    public void What_is_no_number_reaches_the_network_as_the_mean()
    {
        InputScaling scaling = InputScaling.FromRaw(new Normalization(1, [10], [2], SampleType.Float32));
        float[] result = new float[4];
        scaling.Apply([12, float.NaN, float.PositiveInfinity, 8], result, 4);
        Assert.Equal([1, 0, 0, -1], result);
    }
}
