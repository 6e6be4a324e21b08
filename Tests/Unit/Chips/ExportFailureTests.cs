using ArcLearn.Core.Chips;
using ArcLearn.Core.IO;
using ArcLearn.Core.Vectors;
using ArcLearn.Tests.Unit.TestSupport;

namespace ArcLearn.Tests.Unit.Chips;

public sealed class ExportFailureTests : IDisposable
{
    private readonly ExportFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Theory]
    [InlineData(500)]                           // within the first chip
    [InlineData(9000)]                          // some chips on
    public void A_full_disk_leaves_nothing(long room)
    {
        IOException error = Assert.Throws<IOException>(() =>
            _fixture.Export(_fixture.Options(_fixture.Box(0, 0, 100, 80)), new FaultyFileSystem { Room = room }));

        Assert.Contains("space", error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_fixture.Root));
    }

    [Fact]
    public void A_full_disk_leaves_the_folder_that_was_there()
    {
        _fixture.Export(_fixture.Options(_fixture.Box(4, 4, 10, 12)));
        SortedDictionary<string, string> before = _fixture.Snapshot();

        Assert.Throws<IOException>(() =>
            _fixture.Export(_fixture.Options(_fixture.Box(0, 0, 100, 80)) with { Force = true }, new FaultyFileSystem { Room = 9000 }));

        Assert.Equal(before, _fixture.Snapshot());
        Assert.Single(Directory.GetFileSystemEntries(_fixture.Root));
    }

    [Fact]
    public void A_folder_that_cannot_be_moved_into_place_leaves_the_old_one()
    {
        _fixture.Export(_fixture.Options(_fixture.Box(4, 4, 10, 12)));
        Directory.CreateDirectory(Path.Combine(_fixture.Output, "models", "palms"));
        SortedDictionary<string, string> before = _fixture.Snapshot();
        int moves = 0;
        FaultyFileSystem files = new()
        {
            BeforeMoveDirectory = (_, to) =>
            {
                if (to == _fixture.Output && moves++ == 0)
                {
                    throw new IOException($"{to} cannot be written.");
                }
            },
        };

        Assert.Throws<IOException>(() => _fixture.Export(_fixture.Options(_fixture.Box(0, 0, 100, 80)) with { Force = true }, files));

        Assert.Equal(before, _fixture.Snapshot());
        Assert.True(Directory.Exists(Path.Combine(_fixture.Output, "models", "palms")));
        Assert.Single(Directory.GetFileSystemEntries(_fixture.Root));
    }

    [Fact]
    public void Cancelling_leaves_nothing()
    {
        using CancellationTokenSource stop = new();
        using ExportFixture fixture = new() { Raster = new MemoryRaster(320, 320, 1, (_, _, _) => 1) { BeforeRead = w => { if (w.Row >= 96) { stop.Cancel(); } } } };

        Assert.ThrowsAny<OperationCanceledException>(() => fixture.Export(fixture.Options(fixture.Box(0, 0, 320, 320)), cancel: stop.Token));

        Assert.Empty(Directory.GetFileSystemEntries(fixture.Root));
    }

    [Fact]
    public void A_damaged_raster_leaves_nothing_and_names_the_block()
    {
        using ExportFixture fixture = new() { Raster = new MemoryRaster(100, 80, 1, (_, _, _) => 1) { FailingRow = 70 } };

        LearnFormatException error = Assert.Throws<LearnFormatException>(() => fixture.Export(fixture.Options(fixture.Box(0, 0, 100, 80))));

        Assert.Contains("strip 7", error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(fixture.Root));
    }

    [Fact]
    public void A_folder_that_holds_something_is_not_touched_without_force()
    {
        Directory.CreateDirectory(_fixture.Output);
        File.WriteAllText(Path.Combine(_fixture.Output, "notes.txt"), "mine");

        OutputExistsException error = Assert.Throws<OutputExistsException>(() => _fixture.Export(_fixture.Options(_fixture.Box(4, 4, 10, 12))));

        Assert.Equal(_fixture.Output, error.Path);
        Assert.Equal(["notes.txt"], _fixture.Names("."));
    }

    [Fact]
    public void An_empty_folder_is_filled()
    {
        Directory.CreateDirectory(_fixture.Output);

        Assert.Equal(1, _fixture.Export(_fixture.Options(_fixture.Box(4, 4, 10, 12))).Images);
    }

    [Fact]
    public void Force_replaces_the_chips_and_keeps_what_others_put_there()
    {
        _fixture.Export(_fixture.Options(_fixture.Box(0, 0, 100, 80)));
        Assert.Equal(24, _fixture.Names("images").Length);
        string model = Path.Combine(_fixture.Output, "models", "palms", "palms.emd");
        Directory.CreateDirectory(Path.GetDirectoryName(model)!);
        File.WriteAllText(model, "{}");

        _fixture.Export(_fixture.Options(_fixture.Box(4, 4, 10, 12)) with { Force = true });

        Assert.Equal(2, _fixture.Names("images").Length);
        Assert.Equal("{}", File.ReadAllText(model));
        Assert.Single(Directory.GetFileSystemEntries(_fixture.Root));
    }

    [Fact]
    public void Labels_elsewhere_are_an_error_that_tells_both_extents()
    {
        LearnDataException error = Assert.Throws<LearnDataException>(() => _fixture.Export(_fixture.Options(_fixture.Box(400, 4, 410, 12))));

        Assert.Equal("LabelsOutside", error.Id);
        Assert.Contains("(500200, 3999994, 500205, 3999998)", error.Message, StringComparison.Ordinal);
        Assert.Contains("(500000, 3999960, 500050, 4000000)", error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_fixture.Root));
    }

    [Fact]
    public void No_labels_are_an_error_unless_all_tiles_are_asked_for()
    {
        Assert.Equal("NoLabels", Assert.Throws<LearnDataException>(() => _fixture.Export(_fixture.Options())).Id);
        Assert.Equal(12, _fixture.Export(_fixture.Options() with { ExportAllTiles = true }).Images);
    }

    [Fact]
    public void Objects_on_nodata_alone_are_an_error()
    {
        using ExportFixture fixture = new() { Raster = new MemoryRaster(64, 64, 1, (_, _, _) => 0) { NoData = 0 } };

        Assert.Equal("NoChips", Assert.Throws<LearnDataException>(() => fixture.Export(fixture.Options(fixture.Box(4, 4, 10, 12)))).Id);
        Assert.Empty(Directory.GetFileSystemEntries(fixture.Root));
    }

    [Theory]
    [InlineData(ChipFormat.PNG, 4, SampleType.UInt8)]
    [InlineData(ChipFormat.JPEG, 3, SampleType.UInt16)]
    [InlineData(ChipFormat.JPEG, 2, SampleType.UInt8)]
    public void A_format_that_cannot_hold_the_raster_is_refused_before_any_work(ChipFormat format, int bands, SampleType type)
    {
        using ExportFixture fixture = new()
        {
            Raster = new MemoryRaster(64, 64, bands, (_, _, _) => 1) { SampleType = type, BeforeRead = _ => Assert.Fail("The raster was read.") },
        };

        LearnArgumentException error = Assert.Throws<LearnArgumentException>(() => fixture.Export(fixture.Options(fixture.Box(4, 4, 10, 12)) with { Format = format }));

        Assert.Equal("ChipFormat", error.Parameter);
        Assert.Contains("TIFF", error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(fixture.Root));
    }

    [Fact]
    public void Options_without_sense_are_refused_by_name()
    {
        ExportOptions good = _fixture.Options(_fixture.Box(4, 4, 10, 12));
        (string Parameter, ExportOptions Options)[] bad =
        [
            ("TileSize", good with { TileWidth = 0 }),
            ("StrideSize", good with { StrideY = -1 }),
            ("StartIndex", good with { StartIndex = -1 }),
            ("StrideSize", good with { StartIndex = 999_999_995 }),
            ("MinPolygonOverlapRatio", good with { MinPolygonOverlapRatio = 1.1 }),
            ("MinPolygonOverlapRatio", good with { MinPolygonOverlapRatio = double.NaN }),
            ("MetadataFormat", good with { MetadataFormat = "kitti" }),
            ("InputRaster", good with { Sources = [] }),
            ("RotationAngle", good with { RotationAngle = 360 }),
            ("Append", good with { Append = true, Force = true }),
            ("BlackenAroundFeature", good with { BlackenAroundFeature = true }),
            ("CropMode", good with { CropMode = CropMode.BoundingBox }),
            ("AdditionalInputRaster", good with { MetadataFormat = MetadataFormats.CycleGan }),
            ("Context", good with { MetadataFormat = MetadataFormats.Imagenet, ExportAllTiles = true }),
            ("MinPolygonOverlapRatio", good with { Sources = [good.Sources[0] with { ClassRaster = _fixture.Raster }], MinPolygonOverlapRatio = 0.5 }),
        ];

        foreach ((string parameter, ExportOptions options) in bad)
        {
            Assert.Equal(parameter, Assert.Throws<LearnArgumentException>(() => _fixture.Export(options)).Parameter);
        }

        Assert.Empty(Directory.GetFileSystemEntries(_fixture.Root));
    }

    [Fact]
    public void Rasters_that_are_not_alike_and_values_without_a_class_are_refused()
    {
        ExportOptions good = _fixture.Options(_fixture.Box(4, 4, 10, 12));
        ExportSource grey = new(new MemoryRaster(64, 64, 1, (_, _, _) => 1), []);

        Assert.Equal("MixedRasters", Assert.Throws<LearnDataException>(() => _fixture.Export(good with { Sources = [.. good.Sources, grey] })).Id);
        Assert.Equal("UnknownClass", Assert.Throws<LearnDataException>(() => _fixture.Export(_fixture.Options(_fixture.Box(4, 4, 10, 12, value: 2)))).Id);
    }

    [Fact]
    public void A_callback_that_throws_ends_the_export_cleanly()
    {
        // A slow raster, so that a report comes before the end.
        using ExportFixture fixture = new() { Raster = new MemoryRaster(320, 320, 1, (_, _, _) => 1) { BeforeRead = _ => Thread.Sleep(20) } };
        ExportContext context = new() { Files = LocalFileSystem.Instance, Progress = (_, _) => throw new InvalidOperationException("stopped by the host") };

        Assert.Throws<InvalidOperationException>(() => TrainingDataExporter.Export(fixture.Options(fixture.Box(0, 0, 320, 320)), context, CancellationToken.None));
        Assert.Empty(Directory.GetFileSystemEntries(fixture.Root));
    }
}
