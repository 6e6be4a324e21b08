using System.Management.Automation;
using System.Text.Json;
using ArcLearn.Tests.Cmdlets.TestSupport;
using ArcLearn.Tests.Unit.TestSupport;

namespace ArcLearn.Tests.Cmdlets;

/// <summary>One small job, run once as a user types it; the tests look at what came of it.</summary>
public sealed class WorkflowFixture : IDisposable
{
    private readonly ModuleHost _host = new();

    public WorkflowFixture()
    {
        Folder = new TemporaryFolder();
        TestScene.Write(Folder["scene.tif"], Folder["labels.geojson"], seed: 1);
        TestScene.Write(Folder["other.tif"], Folder["other.geojson"], seed: 2);
        Environment.SetEnvironmentVariable("ARCLEARN_MODEL_PATH", Folder["store"]);
        _host.SetLocation(Folder.Path);
        Results = _host.Run("""
            $chips = Export-TrainingData -InputRaster scene.tif -InputClassData labels.geojson -OutputLocation chips -ChipFormat TIFF -TileSize 96 -StrideSize 48 -MetadataFormat PASCAL_VOC_rectangles -ClassValueField class
            $data = $chips | New-LearnDataBunch -ChipSize 96 -BatchSize 8 -ValidationFraction 0.2 -Seed 7
            $model = $data | New-SingleShotDetector -Backbone resnet18 -Grids 3 -Zooms 0.7, 1.0, 1.3 -Ratios '1:1'
            $epochs = @($model | Start-ModelTraining -Epochs 8 -LearningRate 1e-4, 3e-3)
            $precision = @($model | Measure-AveragePrecision -IouThreshold 0.5)
            $installed = $model | Save-LearnModel -Path models/squares | Install-LearnModel
            $listed = @(Get-LearnModel sq*)
            $layer = Invoke-DetectObjects -InputRaster other.tif -Model squares -OutputName squares.gpkg -RunNms -MaxOverlapRatio 0.1 -ModelArguments @{ threshold = 0.4 }
            $picture = $layer | Show-LearnOutput -Path squares.png
            @{ chips = $chips; data = $data; model = $model; epochs = $epochs; precision = $precision; installed = $installed; listed = $listed; layer = $layer; picture = $picture }
            """);
        Results.ThrowIfFailed();
        Objects = (System.Collections.Hashtable)Results.Output.Single().BaseObject;
    }

    internal TemporaryFolder Folder { get; }

    internal RunResult Results { get; }

    internal System.Collections.Hashtable Objects { get; }

    internal ModuleHost Host => _host;

    public void Dispose()
    {
        (Unwrap("model") as IDisposable)?.Dispose();
        _host.Dispose();
        Folder.Dispose();
        Environment.SetEnvironmentVariable("ARCLEARN_MODEL_PATH", null);
    }

    /// <summary>A property of a result: the public types live in the module, not in this project.</summary>
    internal dynamic? Get(string name, string property) => PSObject.AsPSObject(Unwrap(name)).Properties[property].Value;

    internal object Unwrap(string name) => Objects[name] is PSObject wrapped ? wrapped.BaseObject : Objects[name]!;
}

public sealed class WorkflowTests(WorkflowFixture job) : IClassFixture<WorkflowFixture>
{
    [Fact]
    public void Nothing_goes_wrong_on_the_way() => Assert.Empty(job.Results.Errors);

    [Fact]
    public void The_export_is_a_folder_as_arcgis_lays_it_out()
    {
        Assert.Equal(2, ((System.Collections.ICollection)job.Get("chips", "Classes")!).Count);
        Assert.True((int)job.Get("chips", "Images")! > 20);
        foreach (string name in new[] { "images", "labels", "map.txt", "stats.txt", "esri_accumulated_stats.json", "esri_model_definition.emd" })
        {
            Assert.True(Path.Exists(Path.Combine(job.Folder["chips"], name)), name);
        }
    }

    [Fact]
    public void The_split_keeps_chips_that_overlap_on_one_side()
    {
        Assert.Equal("Spatial", (string)job.Get("data", "Split")!);
        Assert.True((int)job.Get("data", "ValidationChips")! > 0);
        Assert.True((int)job.Get("data", "DroppedChips")! > 0);
    }

    [Fact]
    public void Each_epoch_gives_a_result_and_the_model_learns()
    {
        PSObject[] epochs = [.. ((object[])job.Unwrap("epochs")).Select(PSObject.AsPSObject)];
        Assert.Equal(8, epochs.Length);
        Assert.Equal(Enumerable.Range(1, 8), epochs.Select(e => (int)e.Properties["Epoch"].Value));

        // The training loss is smoothed over some fifty batches, more than there are here: it falls at every epoch, but slowly.
        double[] train = Values("TrainLoss");
        Assert.Equal(train.OrderDescending(), train);
        double[] valid = Values("ValidLoss");
        Assert.True(valid.Min() < 0.8 * valid[0], $"The validation loss went from {valid[0]} to {valid.Min()}.");
        Assert.True(Values("Metric").Max() > 0.2, $"The average precision reached {Values("Metric").Max()}.");
        Assert.Equal(valid.Min(), valid[Array.FindLastIndex(epochs, e => (bool)e.Properties["IsBest"].Value)]);
        Assert.Single(Directory.EnumerateFiles((string)epochs[^1].Properties["CheckpointPath"].Value, "*.pth"));

        double[] Values(string property) => [.. epochs.Select(e => (double)e.Properties[property].Value)];
    }

    [Fact]
    public void Precision_comes_by_class_name_and_in_the_mean()
    {
        string[] names = [.. ((object[])job.Unwrap("precision")).Select(p => (string)PSObject.AsPSObject(p).Properties["Class"].Value)];
        Assert.Equal(["pool", "roof", "(mean)"], names);
    }

    [Fact]
    public void The_model_is_installed_under_its_name_with_all_its_files()
    {
        Assert.Equal("squares", (string)job.Get("installed", "Name")!);
        Assert.Single((object[])job.Unwrap("listed"));
        Assert.Equal(
            ["model_metrics.html", "squares.dlpk", "squares.emd", "squares.pth"],
            Directory.EnumerateFiles(job.Folder["models/squares"]).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_layer_holds_objects_in_the_rasters_coordinates()
    {
        Assert.True((int)job.Get("layer", "Features")! > 0);
        Assert.Equal("EPSG:32618", job.Get("layer", "SpatialReference")!.ToString());
        Assert.True(File.Exists(job.Folder["squares.gpkg"]));
    }

    [Fact]
    public void The_picture_is_a_png() =>
        Assert.Equal([0x89, 0x50, 0x4E, 0x47], File.ReadAllBytes(job.Folder["squares.png"])[..4]);

    [Fact]
    public void Progress_is_shown_and_taken_away()
    {
        Assert.Contains(job.Results.Progress, p => p.Activity == "Training" && p.RecordType == ProgressRecordType.Processing);
        Assert.Contains(job.Results.Progress, p => p.Activity == "Training" && p.RecordType == ProgressRecordType.Completed);
    }

    [Theory]
    [InlineData("$chips", "Images Features Tile Classes Path", @"\d+ +\d+ +96 x 96 pool, roof +/")]
    [InlineData("$data", "Training Validation Chip x Batch Classes Path", @"\d+ +\d+ +96 x 8 +pool, roof +/")]
    [InlineData("$model", "Name Backbone ChipSize Anchors Classes", @"resnet18 +96 +27 pool, roof$")]
    [InlineData("$epochs[0]", "Epoch TrainLoss ValidLoss Metric Time", @"1/8\* +\d+\.\d{4} +\d+\.\d{4} +AveragePrecision \d\.\d{4} +\d+\.\d s$")]
    [InlineData("$precision[2]", "Class IoU AP Truth Correct", @"\(mean\) +0\.5 +\d\.\d{4} +\d+ +\d+ of \d+$")]
    [InlineData("$installed", "Name ModelType Backbone ChipSize Classes", @"squares +ObjectDetection +resnet18 +96 pool, roof$")]
    [InlineData("$layer", "Features Tiles Time Model Path", @"\d+ +\d+ +\d+\.\d s squares +/")]
    [InlineData("$picture", "Size Shows Path", @"\d+ x \d+ .*/")]
    public void Every_result_is_a_row_of_its_table_within_100_columns(string result, string columns, string row)
    {
        string[] lines = job.Host.Run($"{result} | Out-Default").ThrowIfFailed().Text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        Assert.Equal(3, lines.Length);
        Assert.Equal(columns.Split(' '), lines[0].Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Matches(row, lines[2]);
        Assert.All(lines, line => Assert.InRange(line.Length, 1, 100));
    }

    [Theory]
    [InlineData("OutputExists", "Export-TrainingData scene.tif labels.geojson chips -MetadataFormat PASCAL_VOC_rectangles -ClassValueField class")]
    [InlineData("OutputExists", "$model | Save-LearnModel -Path models/squares")]
    [InlineData("ModelExists", "Install-LearnModel models/squares/squares.dlpk")]
    [InlineData("OutputExists", "Invoke-DetectObjects other.tif squares squares.gpkg")]
    [InlineData("OutputExists", "$layer | Show-LearnOutput -Path squares.png")]
    [InlineData("ModelNotInstalled", "Invoke-DetectObjects other.tif nobody x.gpkg")]
    [InlineData("ModelNotInstalled", "Get-LearnModel nobody")]
    [InlineData("ModelNotInstalled", "Uninstall-LearnModel nobody")]
    [InlineData("PathNotFound", "Invoke-DetectObjects missing.tif squares x.gpkg")]
    [InlineData("PathNotFound", "Export-TrainingData missing.tif labels.geojson x -MetadataFormat PASCAL_VOC_rectangles")]
    [InlineData("PathNotFound", "Export-TrainingData scene.tif missing.geojson x -MetadataFormat PASCAL_VOC_rectangles")]
    [InlineData("ClassFieldMissing", "Export-TrainingData scene.tif labels.geojson x -MetadataFormat PASCAL_VOC_rectangles -ClassValueField kind")]
    [InlineData("InvalidArgument", "Export-TrainingData scene.tif labels.geojson x -MetadataFormat PASCAL_VOC_rectangles -Context @{ extend = 1, 2, 3, 4 }")]
    [InlineData("ExtentOutside", "Export-TrainingData scene.tif labels.geojson x -MetadataFormat PASCAL_VOC_rectangles -Context @{ extent = 1, 2, 3, 4 }")]
    [InlineData("InvalidArgument", "Export-TrainingData scene.tif labels.geojson x -MetadataFormat PASCAL_VOC_rectangles -Context @{ extent = $neverSet }")]
    [InlineData("InvalidArgument", "Invoke-DetectObjects other.tif squares x.gpkg -Context @{ extent = $neverSet }")]
    [InlineData("InvalidArgument", "Invoke-DetectObjects other.tif squares x.gpkg -ModelArguments @{ treshold = 0.4 }")]
    [InlineData("InvalidArgument", "Invoke-DetectObjects other.tif squares x.gpkg -ModelArguments @{ padding = 48 }")]
    [InlineData("InvalidParameterMix", "Invoke-DetectObjects other.tif squares x.gpkg -RunNms -ConfidenceScoreField Score")]
    [InlineData("InvalidParameterMix", "Invoke-DetectObjects other.tif squares x.gpkg -RunNms -ClassValueField Confidence")]
    [InlineData("InvalidArgument", "Invoke-DetectObjects other.tif squares x.kml")]
    [InlineData("InvalidArgument", "Invoke-DetectObjects other.tif squares postgresql://me:word@127.0.0.1:1/x?table=t")]
    [InlineData("DatabaseUnavailable", "Invoke-DetectObjects other.tif squares postgresql://me@127.0.0.1:1/x?table=t")]
    [InlineData("InvalidParameterMix", "Invoke-DetectObjects *.tif squares x.gpkg")]
    [InlineData("InvalidArgument", "$data | New-SingleShotDetector -Backbone resnet18 -Grids 20")]
    [InlineData("InvalidArgument", "$data | New-SingleShotDetector -Backbone vgg99")]
    [InlineData("InvalidArgument", "$data | New-SingleShotDetector -LocationLossFactor 1")]
    [InlineData("InvalidArgument", "New-LearnDataBunch chips -ChipSize 96 -BatchSize 4000")]
    [InlineData("UnknownDataset", "New-LearnDataBunch models")]
    [InlineData("WeightsMismatch", "$data | New-SingleShotDetector -Backbone resnet18 -Grids 3 -BackboneWeights models/squares/squares.pth")]
    [InlineData("InvalidFormat", "$data | New-SingleShotDetector -Backbone resnet18 -Grids 3 -BackboneWeights labels.geojson")]
    [InlineData("OutputExists", "$model | Start-ModelTraining -Epochs 1 -CheckpointPath $epochs[0].CheckpointPath")]
    public void A_mistake_is_one_named_error_and_leaves_nothing_behind(string id, string script)
    {
        string[] before = job.Folder.Content;
        RunResult result = job.Host.Run(script);
        ErrorRecord error = Assert.Single(result.AllErrors);
        Assert.Equal(id, error.FullyQualifiedErrorId.Split(',')[0]);
        Assert.NotEqual(ErrorCategory.NotSpecified, error.CategoryInfo.Category);
        Assert.Equal(before, job.Folder.Content);
    }

    [Theory]
    [InlineData("shp", "Shapefile")]
    [InlineData("geojson", "GeoJSON")]
    [InlineData("geojsonl", "GeoJSON sequence")]
    [InlineData("gpkg", "GeoPackage")]
    public void Every_kind_of_layer_is_written_drawn_and_taken_as_labels(string extension, string format)
    {
        RunResult result = job.Host.Run($$"""
            $found = Invoke-DetectObjects other.tif squares kinds_{{extension}}/ -ModelArguments @{ threshold = 0.4 }
            $kind = Invoke-DetectObjects other.tif squares kinds_{{extension}}/found.{{extension}} -ModelArguments @{ threshold = 0.4 }
            "$($kind.Format) $($kind.Features -eq $found.Features)"
            $picture = $kind | Show-LearnOutput -Path kinds_{{extension}}/found.png
            "$($picture.Shows)"
            $again = Export-TrainingData other.tif $kind kinds_{{extension}}/chips -TileSize 96 -MetadataFormat PASCAL_VOC_rectangles -ClassValueField Class
            "$($again.Classes.Name)"
            $file = Export-TrainingData other.tif ([IO.FileInfo]$kind.Path) kinds_{{extension}}/more -TileSize 96 -MetadataFormat PASCAL_VOC_rectangles -ClassValueField Class
            "$($file.Features -eq $again.Features)"
            """).ThrowIfFailed();

        string[] lines = [.. result.Output.Select(line => line.ToString()!)];
        Assert.Equal($"{format} True", lines[0]);
        Assert.Contains("objects over other.tif", lines[1], StringComparison.Ordinal);
        Assert.Equal("pool roof", lines[2]);
        Assert.Equal("True", lines[3]);
    }

    /// <summary>The other scene as four files and as a virtual raster of those: chips, labels and objects are those of the one file.</summary>
    [Theory]
    [InlineData("quarters", "mosaic of 4 GeoTIFF")]
    [InlineData("quarters.vrt", "VRT")]
    public void Several_files_as_one_raster_give_what_the_one_file_gives(string name, string format)
    {
        string folder = job.Folder["parts_" + name.Length];
        TestScene.WriteQuarters(Path.Combine(folder, "quarters"), seed: 2);
        File.WriteAllText(Path.Combine(folder, "quarters.vrt"), Vrt("quarters/"));
        RunResult result = job.Host.Run("""
            param($folder, $name)
            $raster = Get-LearnRaster "$folder/$name"
            "$($raster.Format)|$($raster.Width) x $($raster.Height)|$($raster.Bands.Count)|$($raster.IsColor)|$($raster.SpatialReference.Epsg)"
            $one = Export-TrainingData other.tif other.geojson "$folder/one" -TileSize 96 -StrideSize 96 -ChipFormat TIFF -MetadataFormat PASCAL_VOC_rectangles -ClassValueField class
            $many = Export-TrainingData "$folder/$name" other.geojson "$folder/many" -TileSize 96 -StrideSize 96 -ChipFormat TIFF -MetadataFormat PASCAL_VOC_rectangles -ClassValueField class
            "$($many.Images)|$($many.Features)"
            $found = Invoke-DetectObjects other.tif squares "$folder/one.geojson" -ModelArguments @{ threshold = 0.4 }
            $again = Invoke-DetectObjects "$folder/$name" squares "$folder/many.geojson" -ModelArguments @{ threshold = 0.4 }
            "$($found.Features)|$($again.Features)"
            """, folder, name).ThrowIfFailed();
        Assert.Empty(result.Errors);
        string[] lines = [.. result.Output.Select(line => line.ToString()!)];
        Assert.Equal(format, lines[0].Split('|')[0]);
        Assert.EndsWith("|384 x 384|3|True|32618", lines[0], StringComparison.Ordinal);
        Assert.Matches("^[1-9][0-9]*\\|[1-9][0-9]*$", lines[1]);
        Assert.Equal(lines[2].Split('|')[0], lines[2].Split('|')[1]);
        Assert.NotEqual("0", lines[2].Split('|')[0]);
        foreach (string part in new[] { "images", "labels" })
        {
            string[] files = [.. Directory.EnumerateFiles(Path.Combine(folder, "one", part)).Select(Path.GetFileName).Order(StringComparer.Ordinal)!];
            Assert.NotEmpty(files);
            Assert.Equal(files, Directory.EnumerateFiles(Path.Combine(folder, "many", part)).Select(Path.GetFileName).Order(StringComparer.Ordinal));
            Assert.All(files, file => Assert.Equal(File.ReadAllBytes(Path.Combine(folder, "one", part, file)), File.ReadAllBytes(Path.Combine(folder, "many", part, file))));
        }

        Assert.Equal(Features(Path.Combine(folder, "one.geojson")), Features(Path.Combine(folder, "many.geojson")));
        string model = File.ReadAllText(Path.Combine(folder, "many", "esri_model_definition.emd"));
        Assert.Matches("\"BandNames\"\\s*:\\s*\\[\\s*\"Red\",\\s*\"Green\",\\s*\"Blue\"", model);
    }

    /// <summary>The other scene, as GDAL writes it without loss: chips and objects are those of the first file.</summary>
    [GdalTheory]
    [InlineData("big.tif", "-co", "BIGTIFF=YES")]
    [InlineData("order.tif", "-co", "ENDIANNESS=BIG", "-co", "COMPRESS=PACKBITS")]
    [InlineData("planes.tif", "-co", "INTERLEAVE=BAND", "-co", "COMPRESS=DEFLATE")]
    [InlineData("strips.tif", "-co", "COMPRESS=LZW", "-co", "PREDICTOR=2")]
    [InlineData("tiles.tif", "-co", "TILED=YES", "-co", "COMPRESS=ZSTD")]
    [InlineData("pictures.tif", "-co", "TILED=YES", "-co", "COMPRESS=WEBP", "-co", "WEBP_LOSSLESS=YES")]
    [InlineData("cloud.tif", "-of", "COG")]
    [InlineData("picture.png", "-of", "PNG", "-co", "WORLDFILE=YES")]
    [InlineData("picture.bmp", "-of", "BMP", "-co", "WORLDFILE=YES")]
    [InlineData("virtual.vrt", "-of", "VRT")]
    public void Every_kind_of_raster_gives_what_the_first_one_gives(string name, params string[] options)
    {
        string folder = Directory.CreateDirectory(job.Folder["kind_" + name]).FullName;
        Programs.Run(Programs.Find("gdal_translate")!, [.. options, job.Folder["other.tif"], Path.Combine(folder, name)]);

        RunResult result = job.Host.Run("""
            param($folder, $name)
            foreach ($raster in [IO.FileInfo]"$folder/../other.tif", [IO.FileInfo]"$folder/$name") {
                $cut = $raster | Export-TrainingData -InputClassData other.geojson -OutputLocation "$folder/chips_$($raster.Name)" -TileSize 96 -StrideSize 96 -ChipFormat TIFF -MetadataFormat PASCAL_VOC_rectangles -ClassValueField class
                $found = $raster | Invoke-DetectObjects -Model squares -OutputName "$folder/$($raster.Name).geojson" -ModelArguments @{ threshold = 0.4 }
                "$($cut.Images)|$($cut.Features)|$($found.Features)"
            }
            """, folder, name).ThrowIfFailed();

        Assert.Empty(result.Errors);
        string[] lines = [.. result.Output.Select(line => line.ToString()!)];
        Assert.Matches("^[1-9][0-9]*\\|[1-9][0-9]*\\|[1-9][0-9]*$", lines[0]);
        Assert.Equal(lines[0], lines[1]);
        Assert.Equal(Features(Path.Combine(folder, "other.tif.geojson")), Features(Path.Combine(folder, name + ".geojson")));
        string[] images = [.. Directory.EnumerateFiles(Path.Combine(folder, "chips_other.tif", "images"), "*.tif").Order(StringComparer.Ordinal)];
        Assert.NotEmpty(images);
        Assert.All(images, image => Assert.Equal(File.ReadAllBytes(image), File.ReadAllBytes(Path.Combine(folder, "chips_" + name, "images", Path.GetFileName(image)))));
    }

    /// <summary>Cells that are resampled as they are read are those of gdalwarp, to a step of the samples: the same objects are found.</summary>
    [GdalTheory]
    [InlineData("shifted", "@{ snapRaster = \"$folder/warped.tif\" }", "-te", "499999.8", "4499807.9", "500192.3", "4500000.4", "-tr", "0.5", "0.5")]
    [InlineData("coarser", "@{ cellSize = 0.54 }", "-tr", "0.54", "0.54")]
    [InlineData("mercator", "@{ outSR = 3857; cellSize = 0.66; snapRaster = \"$folder/warped.tif\" }", "-t_srs", "EPSG:3857", "-tr", "0.66", "0.66")]
    public void Objects_in_other_cells_are_those_in_the_raster_that_gdalwarp_makes(string name, string context, params string[] grid)
    {
        string folder = Directory.CreateDirectory(job.Folder["warp_" + name]).FullName;
        Programs.Run(Programs.Find("gdalwarp")!, ["-q", "-r", "bilinear", .. grid, job.Folder["other.tif"], Path.Combine(folder, "warped.tif")]);
        job.Host.Run($$"""
            param($folder)
            $null = Invoke-DetectObjects other.tif squares "$folder/read.geojson" -RunNms -MaxOverlapRatio 0.1 -ModelArguments @{ threshold = 0.4 } -Context {{context}}
            $null = Invoke-DetectObjects "$folder/warped.tif" squares "$folder/made.geojson" -RunNms -MaxOverlapRatio 0.1 -ModelArguments @{ threshold = 0.4 }
            """, folder).ThrowIfFailed();
        (double[] Box, double Score)[] read = Boxes(Path.Combine(folder, "read.geojson"));
        (double[] Box, double Score)[] made = Boxes(Path.Combine(folder, "made.geojson"));

        Assert.True(made.Length > 10, $"{made.Length} objects");

        // What scores near the threshold may be in one alone.
        Assert.All(made.Where(one => one.Score > 45), one => Assert.Contains(read, other => Overlap(one.Box, other.Box) > 0.85 && Math.Abs(one.Score - other.Score) < 5));
        Assert.All(read.Where(one => one.Score > 45), one => Assert.Contains(made, other => Overlap(one.Box, other.Box) > 0.85));
    }

    [GdalFact]
    public void Files_of_one_band_are_searched_as_one_raster_and_a_stack_is_never_taken_for_its_first_file()
    {
        string folder = Directory.CreateDirectory(job.Folder["bands"]).FullName;
        for (int band = 1; band <= 3; band++)
        {
            Programs.Run(Programs.Find("gdal_translate")!, "-b", $"{band}", job.Folder["other.tif"], Path.Combine(folder, $"b{band}.tif"));
        }

        RunResult result = job.Host.Run("""
            param($folder)
            $threshold = @{ threshold = 0.4 }
            $null = Invoke-DetectObjects other.tif squares "$folder/one.geojson" -ModelArguments $threshold
            $null = Invoke-DetectObjects "$folder/b1.tif", "$folder/b2.tif", "$folder/b3.tif" squares "$folder/files.geojson" -StackBands -ModelArguments $threshold
            $stack = Get-LearnRaster "$folder/b?.tif" -StackBands
            $null = $stack | Invoke-DetectObjects -Model squares -OutputName "$folder/stack.geojson" -StackBands -ModelArguments $threshold
            $stack | Invoke-DetectObjects -Model squares -OutputName "$folder/none.geojson"
            """, folder);

        ErrorRecord error = Assert.Single(result.AllErrors);
        Assert.Equal(("InvalidParameterMix", ErrorCategory.InvalidArgument), (error.FullyQualifiedErrorId.Split(',')[0], error.CategoryInfo.Category));
        Assert.Contains("2 more file(s) are a stack of bands; with -StackBands", error.Exception.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(folder, "none.geojson")));
        string expected = Features(Path.Combine(folder, "one.geojson"));
        Assert.Contains("Polygon", expected, StringComparison.Ordinal);
        Assert.Equal(expected, Features(Path.Combine(folder, "files.geojson")));
        Assert.Equal(expected, Features(Path.Combine(folder, "stack.geojson")));
    }

    private static (double[] Box, double Score)[] Boxes(string path)
    {
        using JsonDocument layer = JsonDocument.Parse(File.ReadAllText(path));
        return [.. layer.RootElement.GetProperty("features").EnumerateArray().Select(feature =>
        {
            (double X, double Y)[] ring = [.. feature.GetProperty("geometry").GetProperty("coordinates")[0].EnumerateArray().Select(point => (point[0].GetDouble(), point[1].GetDouble()))];
            return (new[] { ring.Min(p => p.X), ring.Min(p => p.Y), ring.Max(p => p.X), ring.Max(p => p.Y) }, feature.GetProperty("properties").GetProperty("Confidence").GetDouble());
        })];
    }

    private static double Overlap(double[] a, double[] b)
    {
        double shared = Math.Max(0, Math.Min(a[2], b[2]) - Math.Max(a[0], b[0])) * Math.Max(0, Math.Min(a[3], b[3]) - Math.Max(a[1], b[1]));
        return shared / (((a[2] - a[0]) * (a[3] - a[1])) + ((b[2] - b[0]) * (b[3] - b[1])) - shared);
    }

    private static string Features(string path)
    {
        string text = File.ReadAllText(path);
        return text[text.IndexOf("\"features\"", StringComparison.Ordinal)..text.IndexOf("\"provenance\"", StringComparison.Ordinal)];
    }

    [Theory]
    [InlineData("TileFailed", "Invoke-DetectObjects lost/quarters.vrt squares lost/found.gpkg")]
    [InlineData("InvalidFormat", "Export-TrainingData lost/quarters.vrt other.geojson lost/chips -TileSize 96 -MetadataFormat PASCAL_VOC_rectangles -ClassValueField class")]
    public void A_file_of_a_virtual_raster_that_is_lost_ends_the_run_and_leaves_nothing(string id, string script)
    {
        TestScene.WriteQuarters(job.Folder["lost/quarters"], seed: 2);
        File.WriteAllText(job.Folder["lost/quarters.vrt"], Vrt("quarters/"));
        File.Delete(job.Folder["lost/quarters/2.tif"]);
        string[] before = job.Folder.Content;
        RunResult result = job.Host.Run(script);
        ErrorRecord error = Assert.Single(result.AllErrors);

        Assert.Equal((id, ErrorCategory.InvalidData), (error.FullyQualifiedErrorId.Split(',')[0], error.CategoryInfo.Category));
        Assert.Contains("2.tif, which is not there", error.Exception.Message, StringComparison.Ordinal);
        Assert.Equal(before, job.Folder.Content);
        Assert.Single(job.Host.Run("Get-LearnRaster lost/quarters.vrt").ThrowIfFailed().Output);
    }

    private static string Vrt(string folder)
    {
        string Sources(int band) => string.Concat(Enumerable.Range(0, 4).Select(i =>
            $"""<SimpleSource><SourceFilename relativeToVRT="1">{folder}{i}.tif</SourceFilename><SourceBand>{band}</SourceBand><SrcRect xOff="0" yOff="0" xSize="192" ySize="192"/><DstRect xOff="{i % 2 * 192}" yOff="{i / 2 * 192}" xSize="192" ySize="192"/></SimpleSource>"""));
        string[] colors = ["Red", "Green", "Blue"];
        return $"""
            <VRTDataset rasterXSize="384" rasterYSize="384"><SRS>EPSG:32618</SRS><GeoTransform>500000, 0.5, 0, 4500000, 0, -0.5</GeoTransform>
            {string.Concat(colors.Select((color, i) => $"<VRTRasterBand dataType=\"Byte\" band=\"{i + 1}\"><ColorInterp>{color}</ColorInterp>{Sources(i + 1)}</VRTRasterBand>"))}
            </VRTDataset>
            """;
    }

    [Fact]
    public void A_detector_that_starts_from_chance_is_told_so_once_it_is_made()
    {
        Assert.Contains("starts from chance", Assert.Single(job.Host.Run("$data | New-SingleShotDetector -Backbone resnet18 -Grids 3").ThrowIfFailed().Warnings), StringComparison.Ordinal);
        Assert.Empty(job.Host.Run("$data | New-SingleShotDetector -Backbone vgg99").Warnings);
    }

    [Theory]
    [InlineData("Export-TrainingData scene.tif labels.geojson new -MetadataFormat PASCAL_VOC_rectangles -ClassValueField class -WhatIf")]
    [InlineData("$model | Start-ModelTraining -WhatIf")]
    [InlineData("$model | Save-LearnModel -Path new -WhatIf")]
    [InlineData("Install-LearnModel models/squares/squares.dlpk -Force -WhatIf")]
    [InlineData("Uninstall-LearnModel squares -WhatIf")]
    [InlineData("Invoke-DetectObjects other.tif squares new.gpkg -WhatIf")]
    [InlineData("$layer | Show-LearnOutput -Path new.png -WhatIf")]
    public void WhatIf_says_what_would_be_done_and_does_nothing(string script)
    {
        string[] before = job.Folder.Content;
        RunResult result = job.Host.Run(script);
        result.ThrowIfFailed();
        Assert.Empty(result.Errors);
        Assert.Empty(result.Output);
        Assert.Contains("What if:", result.Text, StringComparison.Ordinal);
        Assert.Equal(before, job.Folder.Content);
    }

    [Fact]
    public void An_extent_run_finds_what_the_whole_run_finds_there()
    {
        RunResult result = job.Host.Run("""
            $whole = Invoke-DetectObjects other.tif $model whole.geojson
            $left = Invoke-DetectObjects other.tif $model left.geojson -Context @{ extent = 499000, 4499000, 500100, 4501000 }
            $right = Invoke-DetectObjects other.tif $model right.geojson -Context @{ extent = '500100, 4499000, 501000, 4501000' }
            $whole.Features
            $left.Features + $right.Features
            """);
        result.ThrowIfFailed();
        Assert.Equal((int)result.Output[0].BaseObject, (int)result.Output[1].BaseObject);
        Assert.True((int)result.Output[0].BaseObject > 0);
    }

    [Fact]
    public void Files_from_the_pipeline_get_a_layer_each_named_by_a_script_block()
    {
        RunResult result = job.Host.Run("""
            $files = [IO.FileInfo] "$pwd/scene.tif", [IO.FileInfo] "$pwd/other.tif"
            $files | Invoke-DetectObjects -Model $model -OutputName { 'found_' + [IO.Path]::GetFileNameWithoutExtension($_) + '.geojson' }
            """);
        result.ThrowIfFailed();
        Assert.Equal(["found_scene.geojson", "found_other.geojson"], result.Output.Select(o => Path.GetFileName((string)o.Properties["Path"].Value)));
    }

    [Fact]
    public void A_pipeline_that_takes_the_first_epoch_ends_the_training()
    {
        RunResult result = job.Host.Run("""
            $second = $data | New-SingleShotDetector -Backbone resnet18 -Grids 3
            foreach ($epoch in 1) { $second | Start-ModelTraining -Epochs 50 -NoCheckpoint | ForEach-Object { $_; break } }
            """);
        Assert.Equal(1, Assert.Single(result.Output).Properties["Epoch"].Value);
    }

    [Fact]
    public void Stopping_a_training_keeps_its_best_checkpoint_and_the_session()
    {
        using CancellationTokenSource stop = new();
        job.Host.Run("$third = $data | New-SingleShotDetector -Backbone resnet18 -Grids 3").ThrowIfFailed();
        RunResult stopped = job.Host.Run(
            "param($stop) $third | Start-ModelTraining -Epochs 5000 -CheckpointPath stopped | ForEach-Object { $_; $stop.Cancel() }", stop.Token, stop);
        Assert.IsType<PipelineStoppedException>(stopped.Failure);
        Assert.Empty(stopped.Errors);
        Assert.InRange(stopped.Output.Count, 1, 2);
        RunResult after = job.Host.Run("Import-LearnModel stopped");
        after.ThrowIfFailed();
        Assert.Equal("SingleShotDetector", after.Output.Single().BaseObject.GetType().Name);
    }

    [Fact]
    public void An_imported_model_measures_as_the_saved_one_did()
    {
        RunResult result = job.Host.Run("""
            $again = Import-LearnModel models/squares/squares.dlpk -Data $data
            ($again | Measure-AveragePrecision -IouThreshold 0.5).Value
            ($model | Measure-AveragePrecision -IouThreshold 0.5).Value
            """);
        result.ThrowIfFailed();
        double[] values = [.. result.Output.Select(o => (double)o.BaseObject)];
        Assert.Equal(values[..3], values[3..]);
    }

    [Fact]
    public void Names_complete()
    {
        RunResult result = job.Host.Run("""
            foreach ($line in 'New-SingleShotDetector -Backbone resnet1', 'Invoke-DetectObjects x -Model squ', 'Export-TrainingData -MetadataFormat PASCAL', 'Get-LearnModel s') {
                ([Management.Automation.CommandCompletion]::CompleteInput($line, $line.Length, $null)).CompletionMatches.CompletionText -join ' '
            }
            """);
        result.ThrowIfFailed();
        Assert.Equal(["resnet18 resnet101 resnet152", "squares", "PASCAL_VOC_rectangles", "squares"], result.Output.Select(o => (string)o.BaseObject));
    }

    [Fact]
    public void Uninstalling_asks_when_told_to_and_takes_the_model_away()
    {
        job.Host.Run("Install-LearnModel models/squares/squares.dlpk -Force").ThrowIfFailed();
        job.Host.Host.Answers.Enqueue(2);
        job.Host.Run("Uninstall-LearnModel squares -Confirm").ThrowIfFailed();
        Assert.Single(job.Host.Run("Get-LearnModel sq*").Output);
        Assert.NotEmpty(job.Host.Host.Questions);

        job.Host.Run("Get-LearnModel sq* | Uninstall-LearnModel").ThrowIfFailed();
        Assert.Empty(job.Host.Run("Get-LearnModel sq*").Output);
        job.Host.Run("Install-LearnModel models/squares/squares.dlpk").ThrowIfFailed();
    }

    [Fact]
    public void Lists_of_the_results_can_be_indexed()
    {
        RunResult result = job.Host.Run("$data.Path[0]; $chips.Classes[1].Name; $model.Classes[0].Color[2].GetType().Name; $model.Grids[0]; $model.Ratios[0].Height; $installed.Classes[1]");
        result.ThrowIfFailed();
        Assert.Equal([job.Folder["chips"], "roof", "Int32", "3", "1", "roof"], result.Output.Select(o => o.ToString()));
    }

    [Fact]
    public void Locking_freezes_the_backbone_and_unlocking_frees_it()
    {
        RunResult result = job.Host.Run("""
            $fifth = $data | New-SingleShotDetector -Backbone resnet18 -Grids 3 -WarningAction SilentlyContinue
            $fifth.IsFrozen
            $fifth | Lock-ModelLayer
            $fifth.IsFrozen
            ($fifth | Unlock-ModelLayer -PassThru).IsFrozen
            """);
        result.ThrowIfFailed();
        Assert.Equal([false, true, false], result.Output.Select(o => (bool)o.BaseObject));
    }

    [Fact]
    public void Force_replaces_an_export_and_never_folders_that_only_have_its_names()
    {
        using TemporaryFolder mine = new();
        Directory.CreateDirectory(mine["images"]);
        File.WriteAllText(mine["images/holiday.jpg"], "mine");
        RunResult result = job.Host.Run(
            "param($path) Export-TrainingData scene.tif labels.geojson $path -TileSize 96 -MetadataFormat PASCAL_VOC_rectangles -ClassValueField class -Force", mine.Path);
        Assert.Equal("InvalidArgument", Assert.Single(result.AllErrors).FullyQualifiedErrorId.Split(',')[0]);
        Assert.Equal(["images", Path.Combine("images", "holiday.jpg")], mine.Content);
    }

    [Fact]
    public void A_folder_for_the_layers_is_made()
    {
        RunResult result = job.Host.Run("'scene.tif', 'other.tif' | Invoke-DetectObjects -Model $model -OutputName layers/");
        result.ThrowIfFailed();
        Assert.Equal(2, Directory.GetFiles(job.Folder["layers"], "*.gpkg").Length);
    }

    [Fact]
    public void Only_the_folders_that_end_in_a_separator_are_made()
    {
        RunResult result = job.Host.Run(
            "'scene.tif', 'other.tif' | Invoke-DetectObjects -Model $model -OutputName { if ($_ -like '*scene*') { 'misspelt/scene.gpkg' } else { 'made/' } }");
        Assert.Equal("PathNotFound", Assert.Single(result.AllErrors).FullyQualifiedErrorId.Split(',')[0]);
        Assert.False(Directory.Exists(job.Folder["misspelt"]));
        Assert.Single(Directory.GetFiles(job.Folder["made"], "*.gpkg"));
    }
}
