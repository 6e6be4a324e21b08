using System.Management.Automation;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.RegularExpressions;
using ArcLearn.Tests.Cmdlets.TestSupport;
using ArcLearn.Tests.Unit.TestSupport;

namespace ArcLearn.Tests.Cmdlets;

/// <summary>A model that finds something everywhere, and a scene of 300 map units below (500000, 4500000).</summary>
public sealed class DetectionOptionFixture : SessionFixture
{
    public DetectionOptionFixture()
    {
        TestScene.Write(Folder["scene.tif"], Folder["labels.geojson"], size: 600);
        TestScene.Write(Folder["four.tif"], Folder["four.geojson"], size: 300, bands: 4);
        TestScene.Write(Folder["grey.tif"], Folder["grey.geojson"], size: 192, bands: 1);
        Mask("mask.geojson", "[500040.3,4499900.2],[500140.7,4499930.1],[500110.9,4499780.4],[500040.3,4499900.2]");
        Mask("beside.geojson", "[400000,4400000],[400010,4400000],[400010,4400010],[400000,4400000]");
        Host.SetLocation(Folder.Path);
        Host.Run("""
            $chips = Export-TrainingData scene.tif labels.geojson chips -TileSize 64 -MetadataFormat PASCAL_VOC_rectangles -ClassValueField class
            $model = $chips | New-LearnDataBunch -ChipSize 64 -BatchSize 4 -WarningAction Ignore | New-SingleShotDetector -Backbone squeezenet1_1 -Grids 2 -Ratios '1:1' -WarningAction Ignore
            $null = $model | Save-LearnModel -Path models/squares
            """).ThrowIfFailed();
    }

    private void Mask(string name, string ring) => File.WriteAllText(Folder[name], $$"""
        { "type": "FeatureCollection", "crs": { "type": "name", "properties": { "name": "urn:ogc:def:crs:EPSG::32618" } },
        "features": [{ "type": "Feature", "properties": {}, "geometry": { "type": "Polygon", "coordinates": [[{{ring}}]] } }] }
        """);
}

/// <summary>What a detection looks at and accepts, as a user asks for it.</summary>
public sealed partial class DetectionOptionTests(DetectionOptionFixture job) : IClassFixture<DetectionOptionFixture>
{
    private const string Find = "Invoke-DetectObjects -Model $model -ModelArguments @{ threshold = 0.01; nms_overlap = 0.4 } -WarningAction Ignore ";

    [Theory]
    [InlineData("scene.tif -Context @{ %; cellSize = 0.41 } -AllowMismatch CellSize")]
    [InlineData("scene.tif -Context @{ %; outSR = 3857 }")]
    [InlineData("scene.tif -Context @{ %; cellSize = 0.52, 0.48; outSR = @{ wkid = 32618 } } -InputMaskPolygons mask.geojson")]
    [InlineData("four.tif -Context @{ % } -Band 4, 2, 1")]
    public void The_bytes_do_not_depend_on_how_many_work_at_it(string arguments)
    {
        string[] hashes = [.. new[] { 1, 2, 5 }.Select(workers =>
        {
            job.Host.Run($"$null = {Find}{arguments.Replace("%", $"parallelProcessingFactor = {workers}", StringComparison.Ordinal)} workers.gpkg -Force").ThrowIfFailed();
            return Hash("workers.gpkg");
        })];

        Assert.Single(hashes.Distinct());
    }

    [Fact]
    public void Nor_do_they_where_each_chip_is_seen_in_eight_turns()
    {
        string[] hashes = [.. new[] { 1, 4 }.Select(workers =>
        {
            job.Host.Run($$"""
                $null = Invoke-DetectObjects four.tif $model turned.gpkg -ModelArguments @{ threshold = 0.01; test_time_augmentation = 'True' } -Context @{ parallelProcessingFactor = {{workers}} } -Force -WarningAction Ignore
                """).ThrowIfFailed();
            return Hash("turned.gpkg");
        })];
        Assert.Single(hashes.Distinct());
        job.Host.Run("$null = Invoke-DetectObjects four.tif $model turned.gpkg -ModelArguments @{ threshold = 0.01 } -Force -WarningAction Ignore").ThrowIfFailed();
        Assert.NotEqual(hashes[0], Hash("turned.gpkg"));
    }

    [Theory]
    [InlineData("-InputMaskPolygons mask.geojson")]
    [InlineData("-Context @{ outSR = 3857 } -InputMaskPolygons mask.geojson")]
    [InlineData("-Context @{ cellSize = 0.45; extent = 500060, 4499800, 500220, 4499970 } -AllowMismatch CellSize -RunNms -MaxOverlapRatio 0.2")]
    public void Shards_of_such_a_run_merge_to_the_bytes_of_the_whole(string arguments)
    {
        Directory.CreateDirectory(job.Folder["whole"]);
        job.Host.Run($$"""
            $null = {{Find}} scene.tif whole/split.gpkg {{arguments}} -Force
            $null = 1..3 | ForEach-Object { {{Find}} scene.tif split.gpkg {{arguments}} -Shard "$_/3" -Force } | Merge-LearnShard -RemoveShard -Force
            """).ThrowIfFailed();

        Assert.Equal(Hash("whole/split.gpkg"), Hash("split.gpkg"));
    }

    [Theory]
    [InlineData("", "", "-InputMaskPolygons mask.geojson")]
    [InlineData("cellSize = 0.45", "-AllowMismatch CellSize", "-InputMaskPolygons mask.geojson")]
    [InlineData("cellSize = 0.45", "-AllowMismatch CellSize", "-Context @{ cellSize = 0.45; extent = 500060, 4499800, 500120.3, 4499870 } -AllowMismatch CellSize")]
    public void A_part_holds_what_the_whole_has_there(string context, string allowed, string part)
    {
        string partContext = part.Contains("-Context", StringComparison.Ordinal) ? part : $"{part} -Context @{{ {context} }} {allowed}";
        job.Host.Run($$"""
            $null = {{Find}} scene.tif whole.geojson -Context @{ {{context}} } {{allowed}} -Force
            $part = {{Find}} scene.tif part.geojson {{partContext}} -Force
            """).ThrowIfFailed();
        bool hasMask = part.Contains("mask", StringComparison.Ordinal);
        string[] expected = [.. Features("whole.geojson").Where(f => hasMask ? InMask(f.X, f.Y) : f is { X: >= 500060 and < 500120.3, Y: >= 4499800 and < 4499870 }).Select(f => f.Text)];

        Assert.NotEmpty(expected);
        Assert.Equal(expected, Features("part.geojson").Select(f => f.Text));
        if (hasMask)
        {
            Assert.True((int)job.Host.Run("$part.MaskedTiles").SingleOutput > 0);
        }
    }

    [Fact]
    public void An_extent_in_degrees_is_the_rectangle_around_it()
    {
        job.Host.Run($$"""
            $null = {{Find}} scene.tif degrees.geojson -Context @{ extent = @{ xmin = -74.9995; ymin = 40.6490; xmax = -74.9985; ymax = 40.6500; spatialReference = @{ wkid = 4326 } } } -Force
            $null = {{Find}} scene.tif whole.geojson -Force
            """).ThrowIfFailed();
        string[] found = [.. Features("degrees.geojson").Select(f => f.Text)];

        Assert.NotEmpty(found);
        Assert.Empty(found.Except(Features("whole.geojson").Select(f => f.Text)));
    }

    [Fact]
    public void A_layer_is_written_in_the_system_asked_for()
    {
        RunResult result = job.Host.Run($"({Find} scene.tif degrees.gpkg -Context @{{ outSR = 'EPSG:3857' }} -Force).SpatialReference.Epsg");

        result.ThrowIfFailed();
        Assert.Equal(3857, result.SingleOutput);
    }

    [Fact]
    public void A_raster_without_georeference_is_searched_in_its_pixels_with_one_warning()
    {
        // Without its last three tags: scale, tie point and GeoKeys. No directory follows.
        byte[] bare = File.ReadAllBytes(job.Folder["scene.tif"]);
        int tags = BitConverter.ToUInt16(bare, 8) - 3;
        BitConverter.GetBytes((ushort)tags).CopyTo(bare, 8);
        bare.AsSpan(10 + (12 * tags), 4).Clear();
        File.WriteAllBytes(job.Folder["nogeo.tif"], bare);
        RunResult result = job.Host.Run("$bare = Invoke-DetectObjects nogeo.tif $model bare.geojson -ModelArguments @{ threshold = 0.01 }; $bare");

        result.ThrowIfFailed();
        Assert.Single(result.Warnings, warning => warning.Contains("no georeference", StringComparison.Ordinal));
        Assert.Null(result.Output[0].Properties["SpatialReference"].Value);
        Assert.All(Features("bare.geojson"), f => Assert.True(f.X is >= 0 and <= 600 && f.Y is <= 0 and >= -600));
    }

    [Theory]
    [InlineData("InvalidArgument", "InvalidArgument", "has no area", "scene.tif new.gpkg -Context @{ extent = 500010, 4499900, 500010, 4499950 }")]
    [InlineData("ExtentOutside", "InvalidData", "lies outside", "scene.tif new.gpkg -Context @{ extent = 1, 2, 3, 4 }")]
    [InlineData("UnknownCrs", "InvalidData", "EPSG:5514", "scene.tif new.gpkg -Context @{ extent = @{ xmin = 1; ymin = 2; xmax = 3; ymax = 4; spatialReference = 5514 } }")]
    [InlineData("UnknownCrs", "InvalidData", "EPSG:5514", "scene.tif new.gpkg -Context @{ outSR = 5514 }")]
    [InlineData("InvalidArgument", "InvalidArgument", "EPSG code", "scene.tif new.gpkg -Context @{ outSR = 'Lambert' }")]
    [InlineData("InvalidArgument", "InvalidArgument", "cellSize", "scene.tif new.gpkg -Context @{ cellSize = -1 }")]
    [InlineData("InvalidArgument", "InvalidArgument", "cellSize", "scene.tif new.gpkg -Context @{ cellSize = 1e-6 } -AllowMismatch CellSize")]
    [InlineData("CellSizeMismatch", "InvalidData", "-Context @{ cellSize = 0.5 }", "scene.tif new.gpkg -Context @{ cellSize = 2 }")]
    [InlineData("PathNotFound", "ObjectNotFound", "missing.tif", "scene.tif new.gpkg -Context @{ snapRaster = 'missing.tif' }")]
    [InlineData("PathNotFound", "ObjectNotFound", "missing.geojson", "scene.tif new.gpkg -InputMaskPolygons missing.geojson")]
    [InlineData("MaskOutside", "InvalidData", "beside.geojson", "scene.tif new.gpkg -InputMaskPolygons beside.geojson")]
    [InlineData("InvalidFormat", "InvalidData", "neither GeoJSON", "scene.tif new.gpkg -InputMaskPolygons scene.tif")]
    [InlineData("InvalidArgument", "InvalidArgument", "those from 1 to 4", "four.tif new.gpkg -Band 1, 2, 5")]
    [InlineData("InvalidArgument", "InvalidArgument", "reads 3 band(s)", "four.tif new.gpkg -Band 1, 2")]
    [InlineData("BandMismatch", "InvalidData", "1 band", "grey.tif new.gpkg")]
    public void A_detection_that_cannot_be_is_told_before_it_begins(string id, string category, string message, string arguments)
    {
        string[] before = job.Folder.Content;
        RunResult result = job.Host.Run("Invoke-DetectObjects -Model $model " + arguments);

        Assert.Equal(id, result.ErrorId);
        Assert.Equal(category, result.SingleError.CategoryInfo.Category.ToString());
        Assert.Contains(message, result.SingleError.ToString(), StringComparison.Ordinal);
        Assert.Equal(before, job.Folder.Content);
        Assert.Equal(2, job.Host.Run("1 + 1").SingleOutput);
    }

    [GdalFact]
    public void Samples_of_another_type_are_refused_and_taken_with_a_warning_where_that_is_said()
    {
        Programs.Run(Programs.Find("gdal_translate")!, "-q", "-ot", "UInt16", job.Folder["scene.tif"], job.Folder["deep.tif"]);
        RunResult refused = job.Host.Run("Invoke-DetectObjects deep.tif $model deep.gpkg");
        RunResult taken = job.Host.Run("$deep = Invoke-DetectObjects deep.tif $model deep.gpkg -AllowMismatch SampleType; $deep.Tiles");

        Assert.Equal("SampleTypeMismatch", refused.ErrorId);
        Assert.Contains("-AllowMismatch SampleType", refused.SingleError.ToString(), StringComparison.Ordinal);
        taken.ThrowIfFailed();
        Assert.Single(taken.Warnings, warning => warning.Contains("UInt16", StringComparison.Ordinal));
        Assert.True((int)taken.SingleOutput > 0);
    }

    [Fact]
    public void Damaged_weights_are_an_error_and_leave_nothing()
    {
        Directory.CreateDirectory(job.Folder["damaged"]);
        File.Copy(job.Folder["models/squares/squares.emd"], job.Folder["damaged/squares.emd"], overwrite: true);
        byte[] weights = File.ReadAllBytes(job.Folder["models/squares/squares.pth"]);
        weights.AsSpan(weights.Length / 2, 4096).Fill(0xFF);
        File.WriteAllBytes(job.Folder["damaged/squares.pth"], weights);
        string[] before = job.Folder.Content;

        RunResult result = job.Host.Run("Invoke-DetectObjects scene.tif ./damaged new.gpkg");

        Assert.True(result.ErrorId is "ModelOutput" or "InvalidFormat", result.SingleError.ToString());
        Assert.Equal(before, job.Folder.Content);
    }

    [GdalFact]
    public void A_block_that_cannot_be_read_stops_the_run_or_is_listed_and_a_repeated_run_ends_with_the_same_bytes()
    {
        Programs.Run(
            Programs.Find("gdal_translate")!, "-q", "-co", "TILED=YES", "-co", "BLOCKXSIZE=64", "-co", "BLOCKYSIZE=64", "-co", "COMPRESS=DEFLATE", job.Folder["scene.tif"], job.Folder["tiled.tif"]);

        // A layer is called after its file.
        Directory.CreateDirectory(job.Folder["sound"]);
        job.Host.Run($"$null = {Find} tiled.tif sound/broken.gpkg").ThrowIfFailed();
        byte[] sound = File.ReadAllBytes(job.Folder["tiled.tif"]);
        DateTime written = File.GetLastWriteTimeUtc(job.Folder["tiled.tif"]);
        Write([.. sound[..(sound.Length / 2)], .. Enumerable.Repeat((byte)0xA5, 6000), .. sound[((sound.Length / 2) + 6000)..]]);

        RunResult stopped = job.Host.Run($"{Find} tiled.tif broken.gpkg");
        Assert.Equal("TileFailed", stopped.ErrorId);
        Assert.Matches(@"tile \d+ \(columns \d+ to \d+, rows \d+ to \d+\) cannot be read", stopped.SingleError.ToString());
        Assert.False(File.Exists(job.Folder["broken.gpkg"]));
        Assert.True(File.Exists(job.Folder["broken.gpkg.journal"]));

        // The journal is that of this run alone.
        foreach ((string name, string arguments) in new[]
        {
            ("grid", "-Context @{ cellSize = 0.52 }"), ("InputMaskPolygons", "-InputMaskPolygons mask.geojson"), ("extent", "-Context @{ extent = 500000, 4499800, 500200, 4500000 }"),
            ("Band", "-Band 3, 2, 1"), ("RunNms", "-RunNms"),
        })
        {
            RunResult other = job.Host.Run($"{Find} tiled.tif broken.gpkg {arguments}");
            Assert.Equal("JournalMismatch", other.ErrorId);
            Assert.Contains(name + ": ", other.SingleError.ToString(), StringComparison.Ordinal);
        }

        RunResult listed = job.Host.Run($"$listed = {Find.Replace("-WarningAction Ignore", "", StringComparison.Ordinal)} tiled.tif listed.gpkg -OnBadTile List; $listed");
        listed.ThrowIfFailed();
        int failed = (int)listed.Output[0].Properties["FailedTiles"].Value;
        Assert.Single(listed.Warnings, warning => warning.Contains($"{failed} of ", StringComparison.Ordinal) && warning.Contains("BadTiles", StringComparison.Ordinal));
        Assert.InRange(failed, 1, 99);
        Assert.Equal(failed, job.Host.Run("$listed.BadTiles").Output.Count);
        Assert.Matches(BadTileRow(), job.Host.Run("$listed.BadTiles[0] | Out-Default").Text);

        Write(sound);
        RunResult resumed = job.Host.Run($"$resumed = {Find} tiled.tif broken.gpkg; $resumed.ResumedTiles; ({Find} tiled.tif hole.gpkg -Context @{{ extent = $listed.BadTiles[0].Extent }}).Features");
        resumed.ThrowIfFailed();
        Assert.True((int)resumed.Output[0].BaseObject > 0);
        Assert.Equal(Hash("sound/broken.gpkg"), Hash("broken.gpkg"));
        Assert.True((int)job.Host.Run("$listed.Features").SingleOutput < (int)job.Host.Run("$resumed.Features").SingleOutput);
        Assert.True((int)resumed.Output[1].BaseObject > 0);

        // As a disk that fails and comes back: the same file of the same time.
        void Write(byte[] bytes)
        {
            File.WriteAllBytes(job.Folder["tiled.tif"], bytes);
            File.SetLastWriteTimeUtc(job.Folder["tiled.tif"], written);
        }
    }

    [GeneratedRegex(@"Index +Column +Row +Size +Reason[\s\S]+\d+ +\d+ +\d+ +\d+ x \d+ .*tiled\.tif")]
    private static partial Regex BadTileRow();

    private static bool InMask(double x, double y)
    {
        (double X, double Y)[] ring = [(500040.3, 4499900.2), (500140.7, 4499930.1), (500110.9, 4499780.4)];
        bool[] sides = [.. Enumerable.Range(0, 3).Select(i =>
        {
            ((double ax, double ay), (double bx, double by)) = (ring[i], ring[(i + 1) % 3]);
            return ((bx - ax) * (y - ay)) - ((by - ay) * (x - ax)) >= 0;
        })];
        return sides.Distinct().Count() == 1;
    }

    private string Hash(string name) => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(job.Folder[name])));

    private (double X, double Y, string Text)[] Features(string name)
    {
        using JsonDocument layer = JsonDocument.Parse(File.ReadAllText(job.Folder[name]));
        return [.. layer.RootElement.GetProperty("features").EnumerateArray().Select(feature =>
        {
            double[][] ring = [.. feature.GetProperty("geometry").GetProperty("coordinates")[0].EnumerateArray().Select(point => point.EnumerateArray().Select(value => value.GetDouble()).ToArray())];
            string text = feature.GetProperty("properties").GetRawText() + feature.GetProperty("geometry").GetRawText();
            return ((ring.Min(p => p[0]) + ring.Max(p => p[0])) / 2, (ring.Min(p => p[1]) + ring.Max(p => p[1])) / 2, text);
        })];
    }
}
