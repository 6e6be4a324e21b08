using ArcLearn.Core.Chips;
using ArcLearn.Core.Vectors;

namespace ArcLearn.Tests.Unit.Chips;

/// <summary>Exports that were killed, and folders that are added to.</summary>
public sealed class ExportResumeTests : IDisposable
{
    private readonly ExportFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    private string Incomplete => _fixture.Output + ".incomplete";

    private LabelObject[] Objects { get; } =
        [.. Enumerable.Range(0, 30).Select(i => new ExportFixture().Shape(i % 2 == 0 ? 1 : 3, i, (3 * i, 2 * i), ((3 * i) + 8, (2 * i) + 1), ((3 * i) + 2, (2 * i) + 9)))];

    /// <summary>What a kill at the given read leaves: the incomplete folder as it was then.</summary>
    private void LeaveBehind(ExportOptions options, int read)
    {
        int reads = 0;
        MemoryRaster raster = new(100, 80, 3, (band, row, column) => (band * 50) + ((row + column) % 50) + 1)
        {
            BeforeRead = _ =>
            {
                if (Interlocked.Increment(ref reads) == read)
                {
                    Copy(Incomplete, _fixture.Output + ".copy");
                    throw new InvalidOperationException("killed");
                }
            },
        };
        Assert.Throws<InvalidOperationException>(() => _fixture.Export(options with { Sources = [options.Sources[0] with { Raster = raster }] }));
        Assert.False(Directory.Exists(Incomplete));
        Directory.Move(_fixture.Output + ".copy", Incomplete);
    }

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);

        // The journal first: what it tells of is there by then.
        foreach (string file in Directory.EnumerateFiles(from))
        {
            // The note is locked while a run holds the folder.
            string target = Path.Combine(to, Path.GetFileName(file));
            File.WriteAllBytes(target, Path.GetFileName(file) == "INCOMPLETE.txt" ? [] : File.ReadAllBytes(file));
        }

        foreach (string folder in Directory.EnumerateDirectories(from))
        {
            Copy(folder, Path.Combine(to, Path.GetFileName(folder)));
        }
    }

    [Theory]
    [InlineData("PASCAL_VOC_rectangles", 9)]
    [InlineData("Classified_Tiles", 3)]
    [InlineData("COCO", 7)]
    [InlineData("Imagenet", 15)]
    public void An_export_that_was_killed_goes_on_to_the_same_bytes(string format, int read)
    {
        ExportOptions options = _fixture.Options(Objects) with { StrideX = 16, StrideY = 16, MetadataFormat = format, Workers = 2 };
        TrainingDataInfo whole = _fixture.Export(options);
        SortedDictionary<string, string> expected = _fixture.Snapshot();
        Directory.Delete(_fixture.Output, recursive: true);
        LeaveBehind(options, read);
        string journal = Path.Combine(Incomplete, "export.0000.journal");
        int done = File.ReadAllLines(journal).Length;
        Assert.InRange(done, 1, whole.Images - 1);
        File.AppendAllText(journal, "{\"Tile\":7,\"Num");            // the line that was being written

        List<int> told = [];
        TrainingDataInfo info = TrainingDataExporter.Export(
            options with { Workers = 1 },
            new ExportContext { Inform = text => { if (text.Contains("are there already", StringComparison.Ordinal)) { told.Add(int.Parse(text.Split(' ')[0], null)); } } },
            default)!;

        Assert.Equal([done], told);
        Assert.Equal((whole.Images, whole.Features), (info.Images, info.Features));
        Assert.Equal(expected, _fixture.Snapshot());
        Assert.False(Directory.Exists(Incomplete));
    }

    [Fact]
    public void Chips_that_are_there_are_not_cut_again()
    {
        ExportOptions options = _fixture.Options(Objects) with { Workers = 1 };
        LeaveBehind(options, 4);
        int reads = 0;
        MemoryRaster raster = new(100, 80, 3, (band, row, column) => (band * 50) + ((row + column) % 50) + 1) { BeforeRead = _ => reads++ };
        TrainingDataInfo info = _fixture.Export(options with { Sources = [options.Sources[0] with { Raster = raster }] });

        Assert.Equal(info.Images - 3, reads);
    }

    [Fact]
    public void Another_export_does_not_go_on_where_one_was_killed_unless_forced()
    {
        ExportOptions options = _fixture.Options(Objects) with { Workers = 1 };
        LeaveBehind(options, 4);

        LearnDataException error = Assert.Throws<LearnDataException>(() => _fixture.Export(options with { StrideX = 8, StrideY = 8 }));
        Assert.Equal("ResumeMismatch", error.Id);
        Assert.Contains("StrideSize changed", error.Message, StringComparison.Ordinal);
        Assert.True(Directory.Exists(Incomplete));
        Assert.Contains("InputClassData changed", Assert.Throws<LearnDataException>(() => _fixture.Export(_fixture.Options(Objects[1..]))).Message, StringComparison.Ordinal);

        int forced = _fixture.Export(options with { StrideX = 8, StrideY = 8, Force = true }).Images;
        Assert.Equal(forced, _fixture.Names("labels").Length);
        Assert.False(Directory.Exists(Incomplete));
    }

    [Fact]
    public void A_folder_in_the_way_of_the_incomplete_one_is_left_alone()
    {
        Directory.CreateDirectory(Incomplete);
        File.WriteAllText(Path.Combine(Incomplete, "notes.txt"), "mine");

        Assert.Equal("OutputLocation", Assert.Throws<LearnArgumentException>(() => _fixture.Export(_fixture.Options(Objects))).Parameter);
        Assert.Equal("mine", File.ReadAllText(Path.Combine(Incomplete, "notes.txt")));
    }

    [Fact]
    public void Two_exports_do_not_write_to_one_folder()
    {
        Directory.CreateDirectory(Incomplete);
        using FileStream held = new(Path.Combine(Incomplete, "INCOMPLETE.txt"), FileMode.Create, FileAccess.ReadWrite, FileShare.None);
        File.WriteAllText(Path.Combine(Incomplete, "export.inputs.json"), "{");

        LearnDataException error = Assert.Throws<LearnDataException>(() => _fixture.Export(_fixture.Options(Objects)));
        Assert.True(error.Id is "OutputBusy" or "ResumeMismatch", error.Id);
        Assert.True(File.Exists(Path.Combine(Incomplete, "INCOMPLETE.txt")));
    }

    [Fact]
    public void Appended_chips_follow_and_the_reports_tell_of_all()
    {
        // The same tiles once in one run over both rasters, once in two runs.
        MemoryRaster second = new(64, 64, 3, (_, row, _) => 60 + row) { Transform = new GeoTransform(600_000, 4_000_000, 0.5, -0.5), Path = "second.tif" };
        LabelObject there = new(NetTopologySuite.Geometries.GeometryFactory.Default.ToGeometry(new NetTopologySuite.Geometries.Envelope(600_001, 600_005, 3_999_990, 3_999_995)), 3, 9);
        foreach (string format in MetadataFormats.All.Where(f => f != MetadataFormats.CycleGan))
        {
            using ExportFixture fixture = new();
            ExportOptions first = fixture.Options(Objects) with { MetadataFormat = format };
            ExportSource other = new(second, [there]);
            fixture.Export(first with { Sources = [first.Sources[0], other] });
            SortedDictionary<string, string> expected = fixture.Snapshot();
            Directory.Delete(fixture.Output, recursive: true);

            fixture.Export(first);
            File.WriteAllText(Path.Combine(fixture.Output, "notes.txt"), "mine");
            TrainingDataInfo info = fixture.Export(first with { Sources = [other], Append = true });

            Assert.Equal("mine", File.ReadAllText(Path.Combine(fixture.Output, "notes.txt")));
            File.Delete(Path.Combine(fixture.Output, "notes.txt"));
            SortedDictionary<string, string> actual = fixture.Snapshot();
            Assert.Equal(expected.Keys, actual.Keys);

            // The two JSON files differ in the rasters of a run, and in the last bits of sums.
            string[] different = [.. expected.Keys.Where(name => expected[name] != actual[name])];
            Assert.All(different, name => Assert.EndsWith(name.Contains("stats", StringComparison.Ordinal) ? ".json" : ".emd", name, StringComparison.Ordinal));
            Assert.Equal(expected.Keys.Count(name => name.StartsWith("images", StringComparison.Ordinal) && name.EndsWith(".tif", StringComparison.Ordinal)), info.Images);
        }
    }

    [Fact]
    public void What_is_unlike_the_folder_is_not_added()
    {
        ExportOptions options = _fixture.Options(Objects);
        _fixture.Export(options);
        SortedDictionary<string, string> before = _fixture.Snapshot();
        ExportOptions more = options with { Append = true };
        (string What, ExportOptions Options)[] bad =
        [
            ("tile size", more with { TileWidth = 16, TileHeight = 16 }),
            ("metadata format", more with { MetadataFormat = MetadataFormats.Yolo }),
            ("chip format", more with { Format = ChipFormat.PNG }),
            ("number of bands", more with { Sources = [more.Sources[0] with { Raster = new MemoryRaster(100, 80, 4, (_, _, _) => 1) }] }),
        ];
        foreach ((string what, ExportOptions wrong) in bad)
        {
            LearnDataException error = Assert.Throws<LearnDataException>(() => _fixture.Export(wrong));
            Assert.Equal("OutputMismatch", error.Id);
            Assert.Contains($"another {what}", error.Message, StringComparison.Ordinal);
        }

        Assert.Equal("ClassConflict", Assert.Throws<LearnDataException>(() => _fixture.Export(more with { Classes = [new(1, "Oak", [0, 0, 0]), new(3, "Pool", [0, 0, 0])] })).Id);
        File.Delete(Path.Combine(_fixture.Output, "map.txt"));
        Assert.Equal("OutputLocation", Assert.Throws<LearnArgumentException>(() => _fixture.Export(more)).Parameter);
        before.Remove("map.txt");
        Assert.Equal(before, _fixture.Snapshot());
    }
}
