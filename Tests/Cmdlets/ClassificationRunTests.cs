using ArcLearn.Tests.Cmdlets.TestSupport;

namespace ArcLearn.Tests.Cmdlets;

/// <summary>A session with a pixel classifier and a detector, both untrained, and scenes to run them over.</summary>
public sealed class ClassificationFixture : SessionFixture
{
    public ClassificationFixture()
    {
        TestScene.Write(Folder["scene.tif"], Folder["labels.geojson"]);
        TestScene.Write(Folder["grey.tif"], Folder["grey.geojson"], size: 192, bands: 1);
        Host.SetLocation(Folder.Path);
        Host.Run("""
            $tiles = Export-TrainingData scene.tif labels.geojson tiles -TileSize 64 -StrideSize 128 -MetadataFormat Classified_Tiles -ClassValueField class
            $unet = $tiles | New-LearnDataBunch -ChipSize 64 -BatchSize 4 -Seed 7 -WarningAction SilentlyContinue | New-UnetClassifier -Backbone resnet18 -Background Learn -WarningAction SilentlyContinue
            $model = $unet
            $null = $unet | Save-LearnModel -Path models/fields
            $boxes = Export-TrainingData scene.tif labels.geojson boxes -TileSize 64 -StrideSize 128 -MetadataFormat PASCAL_VOC_rectangles -ClassValueField class
            $detector = $boxes | New-LearnDataBunch -ChipSize 64 -BatchSize 4 -Seed 7 -WarningAction SilentlyContinue | New-SingleShotDetector -Backbone squeezenet1_1 -Grids 2 -WarningAction SilentlyContinue
            """).ThrowIfFailed();
    }
}

/// <summary>How pixels are classified, planned, bounded, split, drawn and checked afterwards.</summary>
public sealed class ClassificationRunTests(ClassificationFixture job) : IClassFixture<ClassificationFixture>
{
    private const string Quiet = "-WarningAction Ignore";

    [Fact]
    public void A_map_is_written_described_drawn_and_verified()
    {
        RunResult result = job.Host.Run($$"""
            $map = Invoke-ClassifyPixels scene.tif $unet -Probabilities -MergePolicy Mean {{Quiet}}
            $map
            $map | Show-LearnOutput -Path map.png
            $map | Test-LearnOutput -Model $unet
            Test-LearnOutput $map.ProbabilityPath -InputRaster grey.tif
            Get-LearnRaster $map.Path
            """).ThrowIfFailed();

        dynamic[] found = [.. result.Output.Select(item => item.BaseObject)];
        Assert.Equal((job.Folder["scene_fields.tif"], 384, 384, "UInt8"), ((string)found[0].Path, (int)found[0].Width, (int)found[0].Height, found[0].SampleType.ToString()));
        Assert.Equal(["Background", "pool", "roof"], Names((object)found[0].Classes).Order());
        Assert.Equal(384 * 384, Sum((object)found[0].Classes));
        Assert.True((TimeSpan)found[0].Duration > TimeSpan.Zero && (int)found[0].Tiles > 4);
        Assert.True(File.Exists(job.Folder["map.png"]));
        Assert.True((bool)found[2].IsVerified);
        Assert.False((bool)found[3].IsVerified);
        Assert.Equal("32618", found[4].SpatialReference.Epsg.ToString());
        Assert.True(File.Exists(job.Folder["scene_fields_probabilities.tif"]));
        Assert.DoesNotContain(job.Folder.Content, path => path.Contains(".journal", StringComparison.Ordinal) || path.Contains(".partial", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("None")]
    [InlineData("Mean")]
    public void Shards_merge_to_the_bytes_of_the_whole(string merge)
    {
        Directory.CreateDirectory(job.Folder[$"whole{merge}"]);
        Directory.CreateDirectory(job.Folder[$"split{merge}"]);
        RunResult result = job.Host.Run($$"""
            Invoke-ClassifyPixels scene.tif models/fields/ whole{{merge}}/map.tif -MergePolicy {{merge}} {{Quiet}}
            3, 1, 2 | ForEach-Object { Invoke-ClassifyPixels scene.tif models/fields/ split{{merge}}/map.tif -MergePolicy {{merge}} -Shard "$_/3" {{Quiet}} } | Merge-LearnShard -RemoveShard
            """).ThrowIfFailed();

        Assert.Equal(["ImageryLayerItem", "ImageryLayerItem"], result.Output.Select(item => item.BaseObject.GetType().Name));
        string[] files = Directory.GetFiles(job.Folder[$"whole{merge}"]);
        Assert.Equal(4, files.Length);
        Assert.Equal(files.Select(Path.GetFileName).Order(), Directory.GetFiles(job.Folder[$"split{merge}"]).Select(Path.GetFileName).Order());
        Assert.All(files, file => Assert.Equal(File.ReadAllBytes(file), File.ReadAllBytes(job.Folder[$"split{merge}/{Path.GetFileName(file)}"])));
    }

    [Fact]
    public void Any_memory_limit_and_number_of_models_give_the_same_bytes()
    {
        job.Host.Run($$"""
            $null = Invoke-ClassifyPixels scene.tif $unet plenty.tif -MemoryLimit 4GB -Context @{ parallelProcessingFactor = 3 } {{Quiet}}
            $null = Invoke-ClassifyPixels scene.tif $unet little.tif -MemoryLimit 300MB -Context @{ parallelProcessingFactor = 1 } {{Quiet}}
            """).ThrowIfFailed();
        Assert.Equal(File.ReadAllBytes(job.Folder["plenty.tif"]), File.ReadAllBytes(job.Folder["little.tif"]));
        Assert.Equal("MemoryLimitTooSmall", job.Host.Run($"Invoke-ClassifyPixels scene.tif $unet none.tif -MemoryLimit 8MB {Quiet}").ErrorId);
    }

    [Fact]
    public void A_plan_tells_what_the_run_then_does_and_WhatIf_the_same()
    {
        string[] before = job.Folder.Content;
        dynamic plan = job.Host.Run($"Get-InferencePlan scene.tif $unet -MergePolicy Mean {Quiet}").ThrowIfFailed().SingleOutput;
        RunResult asked = job.Host.Run($"Invoke-ClassifyPixels scene.tif $unet planned.tif {Quiet} -WhatIf").ThrowIfFailed();
        Assert.Equal(before, job.Folder.Content);
        dynamic map = job.Host.Run($"Invoke-ClassifyPixels scene.tif $unet planned.tif {Quiet}").ThrowIfFailed().SingleOutput;

        Assert.Equal(((int)map.Tiles, 64, 16, 0L), ((int)plan.Tiles, (int)plan.ChipSize, (int)plan.Padding, (long)plan.Detections));
        Assert.True((TimeSpan)plan.Duration > TimeSpan.Zero && (long)plan.DiskBytes > 0);
        Assert.Contains("What if:", asked.Text, StringComparison.Ordinal);
        Assert.Empty(asked.Output);
    }

    [Fact]
    public void A_part_another_tile_and_all_turns_are_classified()
    {
        RunResult result = job.Host.Run($$"""
            Invoke-ClassifyPixels scene.tif $unet part.tif -Context @{ extent = 500020, 4499900, 500100, 4499980 } {{Quiet}}
            Invoke-ClassifyPixels scene.tif $unet wide.tif -ModelArguments @{ tile_size = 128; padding = 20; test_time_augmentation = $true; predict_background = $false } {{Quiet}}
            Invoke-ClassifyPixels scene.tif $unet masked.tif -InputMaskPolygons labels.geojson {{Quiet}}
            Invoke-ClassifyPixels scene.tif $unet coarse.tif -Context @{ cellSize = 1 } -AllowMismatch CellSize {{Quiet}}
            """).ThrowIfFailed();
        dynamic[] maps = [.. result.Output.Select(item => item.BaseObject)];
        Assert.Equal([(160, 160), (384, 384), (384, 384), (192, 192)], maps.Select(map => ((int)map.Width, (int)map.Height)));
        Assert.Equal(["pool", "roof"], Names((object)maps[1].Classes).Order());
        Assert.InRange((long)maps[2].NoDataPixels, 384 * 384 / 3, 384 * 384 - 1000);
    }

    [Theory]
    [InlineData("Invoke-ClassifyPixels grey.tif $unet new.tif", "BandMismatch")]
    [InlineData("Invoke-ClassifyPixels scene.tif $detector new.tif", "ModelType")]
    [InlineData("Invoke-DetectObjects scene.tif $unet new.gpkg", "ModelType")]
    [InlineData("Invoke-DetectObjects scene.tif models/fields/ new.gpkg", "ModelType")]
    [InlineData("Invoke-ClassifyPixels scene.tif $unet new.gpkg", "InvalidArgument")]
    [InlineData("Invoke-ClassifyPixels scene.tif $unet scene.tif", "OutputExists")]
    [InlineData("Invoke-ClassifyPixels scene.tif $unet scene.tif -Force", "InvalidArgument")]
    [InlineData("Invoke-ClassifyPixels scene.tif, grey.tif $unet one.tif", "InvalidParameterMix")]
    [InlineData("Invoke-ClassifyPixels scene.tif $unet nowhere/new.tif", "PathNotFound")]
    [InlineData("Invoke-ClassifyPixels absent.tif $unet new.tif", "PathNotFound")]
    [InlineData("Invoke-ClassifyPixels scene.tif $unet new.tif -ModelArguments @{ tile_size = 100 }", "InvalidArgument")]
    [InlineData("Invoke-ClassifyPixels scene.tif $unet new.tif -ModelArguments @{ threshold = 0.5 }", "InvalidArgument")]
    [InlineData("Invoke-ClassifyPixels scene.tif $unet new.tif -Context @{ extent = 1, 2, 3, 4 }", "ExtentOutside")]
    [InlineData("Show-LearnOutput grey.tif -Path new.png", "NotClassified")]
    public void What_cannot_be_is_an_error_with_an_id_and_leaves_nothing(string command, string id)
    {
        string[] before = job.Folder.Content;
        Assert.Equal(id, job.Host.Run($"{command} {Quiet}").ErrorId);
        Assert.Equal(before, job.Folder.Content);
    }

    [Fact]
    public void Another_run_does_not_take_over_an_interrupted_ones_journal()
    {
        File.WriteAllText(job.Folder["other.tif.journal"], "no journal");
        RunResult refused = job.Host.Run($"Invoke-ClassifyPixels scene.tif $unet other.tif {Quiet}");
        Assert.Equal("JournalDamaged", refused.ErrorId);
        job.Host.Run($"Invoke-ClassifyPixels scene.tif $unet other.tif -Force {Quiet}").ThrowIfFailed();
        Assert.False(File.Exists(job.Folder["other.tif.journal"]));
    }

    [Fact]
    public void Progress_names_the_tiles_and_ends()
    {
        RunResult result = job.Host.Run($"$null = Invoke-ClassifyPixels scene.tif $unet shown.tif {Quiet}").ThrowIfFailed();
        Assert.Contains(result.Progress, record => record.Activity == "Classifying pixels" && record.StatusDescription.Contains(" of ", StringComparison.Ordinal));
    }

    private static string[] Names(object classes) => [.. ((System.Collections.IEnumerable)classes).Cast<object>().Select(one => one.ToString()!)];

    private static long Sum(object classes)
    {
        long sum = 0;
        foreach (dynamic one in (System.Collections.IEnumerable)classes)
        {
            sum += (long)one.Pixels;
        }

        return sum;
    }
}
