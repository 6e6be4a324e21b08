using ArcLearn.Core.Rasters;

namespace ArcLearn.Tests.Unit.Rasters;

public sealed class ConversionAdviceTests
{
    [Fact]
    public void Samples_that_are_not_read_are_never_to_be_stretched_to_their_own_range()
    {
        LearnFormatException error = Assert.Throws<LearnFormatException>(() => RasterFile.Open(RasterFixture.PathOf("float32.tif")));

        Assert.Contains("one fixed rule", error.Message, StringComparison.Ordinal);
        Assert.Contains("'gdal_translate -ot UInt16'", error.Message, StringComparison.Ordinal);
        Assert.Contains("-scale 0 1 0 10000", error.Message, StringComparison.Ordinal);
    }
}
