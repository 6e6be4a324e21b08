using System.Collections;
using ArcLearn.Core.Crs;
using ArcLearn.Core.Inference;
using ArcLearn.Core.IO;
using ArcLearn.Core.Rasters;
using ArcLearn.Tests.Unit.TestSupport;
using NetTopologySuite.IO;

namespace ArcLearn.Tests.Unit.Inference;

public sealed class DetectionIdentityTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("padding", 20)]
    [InlineData("threshold", 0.4)]
    [InlineData("nms_overlap", 0.3)]
    [InlineData("exclude_pad_detections", false)]
    [InlineData("test_time_augmentation", true)]
    public void Another_model_argument_is_another_run_by_name(string name, object value) =>
        Assert.StartsWith(name + ": ", Of(new Hashtable { [name] = value }).Difference(Of()), StringComparison.Ordinal);

    [Fact]
    public void So_is_another_option_that_changes_what_is_found()
    {
        SearchMask mask = new(new WKTReader().Read("POLYGON ((0 0, 1 0, 1 1, 0 0))"), "mask.gpkg");
        foreach ((string name, DetectionRunOptions options) in new[]
        {
            ("extent", new DetectionRunOptions { Extent = new GeoExtent(0, 0, 1, 1) }),
            ("InputMaskPolygons", new DetectionRunOptions { Mask = mask }),
            ("Band", new DetectionRunOptions { Bands = [2, 1, 0] }),
            ("RunNms", new DetectionRunOptions { RunNms = true }),
        })
        {
            Assert.StartsWith(name + ": ", Of(options: options).Difference(Of()), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Options_that_do_not_change_what_is_found_are_no_other_run()
    {
        DetectionRunOptions options = new() { Workers = 4, Readers = 3, Buffers = 1, ListBadTiles = true, AllowOtherSampleType = true, MaxOverlapRatio = 0.3 };

        Assert.Null(Of(options: options).Difference(Of()));
    }

    [Theory]
    [InlineData(".msk", false, true)]
    [InlineData(".msk", true, true)]
    [InlineData(".ovr", false, false)]
    [InlineData(".ovr", true, true)]
    [InlineData(".txt", true, false)]
    public void Files_beside_the_raster_count_where_the_run_reads_them(string extension, bool readsOverviews, bool counts)
    {
        _ = Of();
        string path = _folder.PathOf("a.tif");
        using IRaster raster = RasterFile.Open(path);
        string before = RasterIdentity.Of(raster, LocalFileSystem.Instance, readsOverviews);

        File.WriteAllText(path + extension, "of another program");

        Assert.Equal(counts, before != RasterIdentity.Of(raster, LocalFileSystem.Instance, readsOverviews));
    }

    private RunIdentity Of(IDictionary? arguments = null, DetectionRunOptions? options = null)
    {
        string path = _folder.PathOf("a.tif");
        if (!File.Exists(path))
        {
            ImageWriter.Write(LocalFileSystem.Instance, path, ChipFormat.TIFF, new RasterImage(10, 10, 3, SampleType.UInt8, new byte[300]), new GeoTransform(0, 10, 1, -1), CoordinateSystems.FromEpsg(32618), null);
        }

        using IRaster raster = RasterFile.Open(path);
        return DetectionIdentity.Of(raster, "model", "Cpu", ModelArguments.Parse(arguments, 64), options ?? new DetectionRunOptions(), 8, LearnPrecision.Float32, LocalFileSystem.Instance);
    }
}
