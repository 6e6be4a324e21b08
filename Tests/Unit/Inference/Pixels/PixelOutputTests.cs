using ArcLearn.Core.Inference;
using ArcLearn.Core.IO;
using ArcLearn.Core.Rasters;
using ArcLearn.Core.Rasters.Writing;
using ArcLearn.Tests.Unit.TestSupport;
using NetTopologySuite.Geometries;
using NetTopologySuite.IO;
using static ArcLearn.Tests.Unit.Inference.PixelScene;

namespace ArcLearn.Tests.Unit.Inference;

public sealed class PixelOutputTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(new[] { 1, 2, 3 }, "UInt8", 255)]
    [InlineData(new[] { 255, 254 }, "UInt8", 253)]
    [InlineData(new[] { 1, 300 }, "UInt16", 65535)]
    [InlineData(new[] { 65535 }, "UInt16", 65534)]
    [InlineData(new[] { 1, 70000 }, "UInt32", 4294967295)]
    [InlineData(new[] { 0, 5 }, "UInt8", 255)]
    public void The_type_is_the_smallest_that_holds_all_values_and_one_for_nodata(int[] values, string type, long noData)
    {
        ClassCodes codes = new([.. values.Select(value => new ClassDefinition(value, $"c{value}", [1, 2, 3]))], hasBackground: true);
        Assert.Equal((type, noData), (codes.SampleType.ToString(), codes.NoData));
        Assert.Equal(values.Length + (values.Contains(0) ? 0 : 1), codes.Classes.Count);
    }

    [Fact]
    public void All_values_of_a_byte_take_sixteen_bits()
    {
        ClassDefinition[] classes = [.. Enumerable.Range(1, 255).Select(value => new ClassDefinition(value, $"c{value}", [1, 2, 3]))];
        Assert.Equal((SampleType.UInt8, 255u), (new ClassCodes(classes[..254], true).SampleType, new ClassCodes(classes[..254], true).NoData));
        Assert.Equal(SampleType.UInt16, new ClassCodes(classes, true).SampleType);
        Assert.Equal("ClassValueRange", Assert.Throws<LearnDataException>(() => new ClassCodes([new(-4, "below", [])], true)).Id);
    }

    [Theory]
    [InlineData(1, 7, 40)]
    [InlineData(1, 700, 40_000)]
    [InlineData(1, 700, 400_000)]
    public void Values_names_and_colours_come_back(int first, int second, int third)
    {
        using MemoryRaster raster = Make(700, 90, seed: 1, noData: 10);
        raster.Fill(new PixelWindow(20, 20, 40, 40), 10);
        using FormulaBackend backend = new(Chip) { Edge = 0, Classes = [new(first, "water", [0, 0, 255]), new(second, "forêt & bois", [0, 160, 0]), new(third, "town", [-1, -1, -1])] };
        ImageryLayerItem map = Run(new PixelRunOptions(), raster, backend, _folder.PathOf("map.tif"));

        using IRaster found = RasterFile.Open(map.Path);
        ClassCodes codes = new(backend.Classes, hasBackground: true);
        Assert.Equal(Expected(raster, codes), Values(map.Path));
        Assert.Equal((codes.SampleType, (double?)codes.NoData), (found.SampleType, found.NoData));
        Assert.Equal(codes.Classes.Select(known => (known.Value, known.Name, string.Join(' ', known.Color))), found.Classes.Select(known => (known.Value, known.Name, string.Join(' ', known.Color))));
        IReadOnlyList<ClassDefinition> table = ValueTableFile.Find(LocalFileSystem.Instance, map.Path);
        Assert.Equal(found.Classes.Select(known => (known.Value, known.Name, string.Join(' ', known.Color))), table.Select(known => (known.Value, known.Name, string.Join(' ', known.Color))));
        Assert.Equal([(350, 45), (175, 23)], found.Overviews.Take(2).Select(level => (level.Width, level.Height)));
        double[] whole = Values(map.Path);
        double[] overview = new double[350 * 45];
        found.Overviews[0].Read(new PixelWindow(0, 0, 350, 45), [0], overview.AsSpan(), -1);
        Assert.Equal(Enumerable.Range(0, overview.Length).Select(i => whole[(i / 350 * 2 * 700) + (i % 350 * 2)]), overview);
        if (codes.SampleType != SampleType.UInt32)
        {
            Assert.Equal(new RasterColor(0, 0, 255), found.ColorTable[first]);
            Assert.Equal(new RasterColor(0, 160, 0), found.ColorTable[second]);
            Assert.NotEqual(new RasterColor(0, 0, 0), found.ColorTable[third]);
        }
    }

    [GdalFact]
    public void GDAL_reads_a_cloud_optimised_map_with_its_legend()
    {
        using MemoryRaster raster = Make(900, 700, seed: 2, noData: 10);
        using FormulaBackend backend = new(Chip) { Edge = 0 };
        ImageryLayerItem map = Run(new PixelRunOptions { HasProbabilities = true }, raster, backend, _folder.PathOf("map.tif"));
        string output = Gdal.Run(
            """
            import sys, json
            from osgeo import gdal
            gdal.UseExceptions()
            for path in sys.argv[1:3]:
                try:
                    from osgeo_utils.samples import validate_cloud_optimized_geotiff as cog
                except ImportError:
                    print("[] []")
                else:
                    warnings, errors, details = cog.validate(path, full_check=True)
                    print(warnings, errors)
            ds = gdal.Open(sys.argv[1])
            band = ds.GetRasterBand(1)
            rat = band.GetDefaultRAT()
            usages = [rat.GetUsageOfCol(i) for i in range(rat.GetColumnCount())]
            print([rat.GetNameOfCol(i) for i in range(rat.GetColumnCount())])
            print([[rat.GetValueAsString(row, column) for column in range(rat.GetColumnCount())] for row in range(rat.GetRowCount())])
            print(band.GetColorTable().GetColorEntry(7), band.GetNoDataValue(), band.GetOverviewCount(), ds.GetSpatialRef().GetAuthorityCode(None))
            stored, computed = band.GetStatistics(False, False), band.ComputeStatistics(False)
            print(all(abs(a - c) < 1e-6 * max(1, abs(c)) for a, c in zip(stored, computed)))
            print(json.loads(ds.GetMetadataItem("ARCLEARN_PROVENANCE"))["model"])
            shares = gdal.Open(sys.argv[2])
            print([shares.GetRasterBand(i + 1).GetDescription() for i in range(shares.RasterCount)], shares.GetRasterBand(1).GetUnitType(), shares.GetRasterBand(1).GetNoDataValue())
            """,
            map.Path, map.ProbabilityPath!);

        string[] rows = [.. map.Classes.Select(known => $"['{known.Value}', '{known.Pixels}', '{known.Name}', '{known.Color[0]}', '{known.Color[1]}', '{known.Color[2]}']")];
        Assert.Equal(
            $"""
            [] []
            [] []
            ['Value', 'Count', 'Class', 'Red', 'Green', 'Blue']
            [{string.Join(", ", rows)}]
            (0, 160, 0, 255) 255.0 2 32618
            True
            formula
            ['Background', 'water', 'forest', 'town'] % 255.0

            """,
            output.ReplaceLineEndings("\n"));
    }

    [Fact]
    public void An_output_is_verified_and_a_changed_one_is_not()
    {
        using MemoryRaster raster = Make(300, 200, seed: 3);
        using FormulaBackend backend = new(Chip);
        ImageryLayerItem map = Run(new PixelRunOptions { HasProbabilities = true }, raster, backend, _folder.PathOf("map.tif"));
        foreach (string path in new[] { map.Path, map.ProbabilityPath! })
        {
            OutputReport report = OutputVerification.RunRaster(path, null, [], () => "of no use", CancellationToken.None);
            Assert.Equal(["Provenance: Passed", "Content: Passed", "Raster: NotChecked", "Model: Failed"], report.Checks.Select(check => check.ToString()));
            Assert.Equal((map.Tiles, "formula", "memory.tif"), (report.Tiles, report.Model, report.Source));
        }

        // Another map whose file takes this one's provenance along is found, and so is a file without any.
        byte[] bytes = File.ReadAllBytes(map.Path);
        using IRaster open = RasterFile.Open(map.Path);
        raster[0, 150, 100] += 1;
        Run(new PixelRunOptions(), raster, backend, _folder.PathOf("other.tif"));
        byte[] other = File.ReadAllBytes(_folder.PathOf("other.tif"));
        string digest = OutputProvenance.Parse(open.Metadata[PixelOutput.ProvenanceItem])!.Content;
        using IRaster second = RasterFile.Open(_folder.PathOf("other.tif"));
        string forged = OutputProvenance.Parse(second.Metadata[PixelOutput.ProvenanceItem])!.Content;
        Assert.NotEqual(digest, forged);
        int at = other.AsSpan().IndexOf(System.Text.Encoding.ASCII.GetBytes(forged));
        System.Text.Encoding.ASCII.GetBytes(digest).CopyTo(other, at);
        File.WriteAllBytes(_folder.PathOf("forged.tif"), other);
        Assert.Equal(OutputCheckResult.Failed, OutputVerification.RunRaster(_folder.PathOf("forged.tif"), null, [], null, CancellationToken.None).Checks[1].Result);
        Assert.NotEqual(bytes, other);
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(3, true)]
    [InlineData(4, false)]
    [InlineData(5, false)]
    [InlineData(1, true)]
    [InlineData(5, true)]
    public void A_run_that_is_killed_while_its_files_get_their_names_is_repeated_without_Force(int move, bool isMerge)
    {
        using MemoryRaster raster = Make(300, 200, seed: 4);
        using FormulaBackend backend = new(Chip);
        PixelRunOptions options = new() { HasProbabilities = true };
        Directory.CreateDirectory(_folder.PathOf("whole"));
        Run(options, raster, backend, _folder.PathOf("whole", "map.tif"));
        string[] shards = isMerge ? [.. Enumerable.Range(1, 2).Select(index => RunShard(options with { Shard = new ShardNumber(index, 2) }, raster, backend, _folder.PathOf("map.tif")))] : [];
        void Finish(IFileSystem files)
        {
            PixelOutput output = new(_folder.PathOf("map.tif"), force: false, files, hasProbabilities: true);
            output.Check(makesFolder: false);
            if (isMerge)
            {
                _ = ShardMerge.Run(new ShardMergeRequest { Shards = shards }, warn: null, CancellationToken.None, files);
                return;
            }

            using PixelRun run = Begin(options, raster, backend, output);
            _ = run.Finish(output, run.Search(null, CancellationToken.None), CancellationToken.None);
        }

        Assert.Equal("Killed.", Assert.Throws<IOException>(() => Finish(new FaultyFileSystem { KillingMove = move })).Message);
        string[] outputs = [.. Directory.GetFiles(_folder.PathOf("whole")).Select(path => Path.GetFileName(path)!).Order()];
        string[] found = [.. outputs.Where(name => File.Exists(_folder.PathOf(name)))];
        Assert.Equal(move, found.Length);

        // The map comes last: where it is, all is.
        Assert.Equal(move == 5, found.Contains("map.tif"));
        Assert.Equal(move < 5, Directory.GetFiles(_folder.Root, "*.partial").Length > 0);
        Finish(LocalFileSystem.Instance);

        Assert.All(outputs, name => Assert.Equal(File.ReadAllBytes(_folder.PathOf("whole", name)), Bytes(_folder, name)));
        Assert.Equal(outputs.Concat(shards.Select(path => Path.GetFileName(path)!)).Order(), Directory.GetFiles(_folder.Root).Select(path => Path.GetFileName(path)!).Order());
    }

    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    public void Files_of_which_one_cannot_get_its_name_are_not_there(int move)
    {
        using MemoryRaster raster = Make(200, 100, seed: 5);
        using FormulaBackend backend = new(Chip);
        PixelRunOptions options = new() { HasProbabilities = true };
        PixelOutput output = new(_folder.PathOf("map.tif"), force: false, new FaultyFileSystem { FailingMove = move }, hasProbabilities: true);
        using (PixelRun run = Begin(options, raster, backend, output))
        {
            JournaledResult result = run.Search(null, CancellationToken.None);
            Assert.Throws<UnauthorizedAccessException>(() => run.Finish(output, result, CancellationToken.None));
        }

        Assert.Equal([output.Journal], Directory.GetFiles(_folder.Root));
        ImageryLayerItem map = Run(options, raster, backend, output.Path);
        Assert.Equal(map.Tiles, map.ResumedTiles);
    }

    [Fact]
    public void What_a_killed_process_left_of_the_same_output_goes()
    {
        using MemoryRaster raster = Make(200, 100, seed: 6);
        using FormulaBackend backend = new(Chip);
        _folder.Write(".map.tif.0123abcd.partial", "");
        _folder.Write(".map.tif.aux.xml.0123abcd.partial", "");
        _folder.Write(".map.tiff.0123abcd.partial", "");
        _folder.Write(".map.tif.of.mine.partial", "");

        Run(new PixelRunOptions(), raster, backend, _folder.PathOf("map.tif"));

        Assert.Equal([".map.tif.of.mine.partial", ".map.tiff.0123abcd.partial"], Directory.GetFiles(_folder.Root, "*.partial").Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_map_that_is_replaced_takes_its_probabilities_along()
    {
        using MemoryRaster raster = Make(200, 100, seed: 7);
        using FormulaBackend backend = new(Chip);
        ImageryLayerItem first = Run(new PixelRunOptions { HasProbabilities = true }, raster, backend, _folder.PathOf("map.tif"));
        Run(new PixelRunOptions { Merge = MergePolicy.Mean }, raster, backend, first.Path, force: true);
        Assert.False(File.Exists(first.ProbabilityPath));

        // A file of that name that no classification made is the user's.
        File.WriteAllText(first.ProbabilityPath!, "mine");
        Run(new PixelRunOptions(), raster, backend, first.Path, force: true);
        Assert.Equal("mine", File.ReadAllText(first.ProbabilityPath!));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5_000)]
    public void Rows_may_be_brought_together_a_few_at_a_time(int mostBytes)
    {
        using MemoryRaster raster = Make(300, 280, seed: 8);
        using FormulaBackend backend = new(Chip);
        (double x, double y) = raster.Transform.ToMap(20.2, 10.2);
        (double right, double bottom) = raster.Transform.ToMap(150.3, 160.3);
        Geometry triangle = new WKTReader().Read(FormattableString.Invariant($"POLYGON (({x} {y}, {right} {y}, {x} {bottom}, {x} {y}))"));
        PixelOutput place = new(_folder.PathOf("map.tif"), force: false, LocalFileSystem.Instance, hasProbabilities: true);
        using (PixelRun run = Begin(new PixelRunOptions { HasProbabilities = true, Mask = new SearchMask(triangle, "mask.geojson") }, raster, backend, place))
        {
            _ = run.Search(null, CancellationToken.None);
        }

        using PixelJournal journal = PixelJournal.Open(place.Journal, LocalFileSystem.Instance);
        PixelContent Finish(PixelFinish finish)
        {
            PixelWindow window = journal.Run.ToWindow();
            RasterWriteOptions options = new(window.Width, window.Height, [RasterBand.Plain], SampleType.UInt8);
            using CogWriter classes = new(LocalFileSystem.Instance, _folder.PathOf("classes.tif"), options);
            using CogWriter shares = new(LocalFileSystem.Instance, _folder.PathOf("shares.tif"), options with { Bands = [.. Enumerable.Repeat(RasterBand.Plain, 4)] });
            using (finish)
            {
                return finish.Write(classes, shares, CancellationToken.None);
            }
        }

        PixelContent whole = Finish(new PixelFinish(journal));
        PixelContent parts = Finish(new PixelFinish(journal, mostBytes));
        Assert.Equal((whole.Content, whole.ShareContent), (parts.Content, parts.ShareContent));
        Assert.Equal(whole.Classes.Select(known => known.Pixels), parts.Classes.Select(known => known.Pixels));
    }

    [Theory]
    [InlineData("map.gpkg", "InvalidArgument")]
    [InlineData("map", "InvalidArgument")]
    public void Only_a_TIFF_is_written(string name, string id) => Assert.Equal(
        id, Assert.Throws<LearnArgumentException>(() => new PixelOutput(_folder.PathOf(name), false, LocalFileSystem.Instance, false).Check(makesFolder: false)).Id);

    [Fact]
    public void What_is_there_or_has_no_folder_is_refused()
    {
        Assert.Throws<DirectoryNotFoundException>(() => new PixelOutput(_folder.PathOf("no", "map.tif"), false, LocalFileSystem.Instance, false).Check(makesFolder: false));
        new PixelOutput(_folder.PathOf("no", "map.tif"), false, LocalFileSystem.Instance, false).Check(makesFolder: true);
        _folder.Write("map_probabilities.tif", "");
        new PixelOutput(_folder.PathOf("map.tif"), false, LocalFileSystem.Instance, hasProbabilities: false).Check(makesFolder: false);
        Assert.Equal(_folder.PathOf("map_probabilities.tif"), Assert.Throws<OutputExistsException>(() => new PixelOutput(_folder.PathOf("map.tif"), false, LocalFileSystem.Instance, hasProbabilities: true).Check(makesFolder: false)).Path);
    }
}
