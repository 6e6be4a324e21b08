using ArcLearn.Core.Drawing;
using ArcLearn.Core.IO;
using ArcLearn.Core.Rasters;
using ArcLearn.Core.Rasters.Writing;
using ArcLearn.Tests.Unit.TestSupport;

namespace ArcLearn.Tests.Unit.Drawing;

public sealed class ClassifiedMapTests
{
    [Theory]
    [InlineData(50, true, "201 by 201 pixels, 2 of 3 classes")]
    [InlineData(50, false, "201 by 201 pixels, 1 of 3 classes in the pixels that are drawn")]
    [InlineData(201, false, "201 by 201 pixels, 2 of 3 classes")]
    public void Classes_are_counted_in_the_raster_not_in_the_picture_or_it_says_so(int side, bool hasTable, string text)
    {
        using TemporaryFolder folder = new();
        string path = folder.PathOf("map.tif");
        ClassDefinition[] classes = [new(1, "water", [0, 0, 255]), new(2, "ship", [255, 0, 0]), new(3, "ice", [255, 255, 255])];
        byte[] samples = new byte[201 * 201];
        samples.AsSpan().Fill(1);
        samples[(101 * 201) + 101] = 2;
        using (CogWriter writer = new(LocalFileSystem.Instance, path, new RasterWriteOptions(201, 201, [new RasterBand(NoData: 255)], SampleType.UInt8) { Classes = classes, IsClassified = true }))
        {
            writer.WriteRows(201, samples);
            writer.Complete();
        }

        if (hasTable)
        {
            using StagedFiles staged = new(LocalFileSystem.Instance);
            ValueTableFile.Write(staged, path, classes, [(201 * 201) - 1, 1, 0]);
            staged.Commit();
        }

        PictureItem picture = ClassifiedMap.Draw(path, folder.PathOf("map.png"), new DetectionMapOptions { MaxSide = side })!;

        Assert.Equal(text, picture.Shows);
    }
}
