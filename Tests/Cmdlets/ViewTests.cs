using System.Management.Automation;
using ArcLearn.Tests.Cmdlets.TestSupport;

namespace ArcLearn.Tests.Cmdlets;

/// <summary>Chips, a detector that two epochs have touched, and what it was saved as.</summary>
public sealed class ViewFixture : IDisposable
{
    public ViewFixture()
    {
        TestScene.Write(Folder["scene.tif"], Folder["labels.geojson"], size: 256);
        TestScene.Write(Folder["other.tif"], Folder["other.geojson"], size: 256, seed: 2);
        Host.SetLocation(Folder.Path);
        Environment.SetEnvironmentVariable("ARCLEARN_MODEL_PATH", Folder["store"]);
        Host.Run("""
            $chips = Export-TrainingData scene.tif labels.geojson chips -TileSize 96 -StrideSize 48 -MetadataFormat PASCAL_VOC_rectangles -ClassValueField class
            $data = $chips | New-LearnDataBunch -ChipSize 64 -BatchSize 4 -ValidationFraction 0.2 -Seed 7 -WarningAction SilentlyContinue
            $model = $data | New-SingleShotDetector -Backbone resnet18 -Grids 2 -Ratios '1:1' -WarningAction SilentlyContinue
            $epochs = @($model | Start-ModelTraining -Epochs 2 -NoCheckpoint)
            $package = $model | Save-LearnModel -Name squares
            $installed = $package | Install-LearnModel
            """).ThrowIfFailed();
        foreach (string image in new[] { "images/b.tif", "images/[1].tif", "images/below/c.tif" })
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Folder[image])!);
            File.Copy(Folder["other.tif"], Folder[image]);
        }

        File.WriteAllText(Folder["images/a.png"], "no picture");
        Directory.CreateDirectory(Folder["empty"]);
    }

    internal TemporaryFolder Folder { get; } = new();

    internal ModuleHost Host { get; } = new();

    public void Dispose()
    {
        Host.Run("$model.Dispose()");
        Host.Dispose();
        Folder.Dispose();
        Environment.SetEnvironmentVariable("ARCLEARN_MODEL_PATH", null);
    }
}

/// <summary>The cmdlets that show, predict and restore, and the random changes of training chips.</summary>
public sealed class ViewTests(ViewFixture job) : IClassFixture<ViewFixture>
{
    [Theory]
    [InlineData("$data | Show-LearnDataBunch -Path new.png -Rows 2 -Columns 3")]
    [InlineData("$data | Show-LearnDataBunch new.png -Raw")]
    [InlineData("Show-LearnDataBunch -Data $data -Validation -Path new.png -Seed 4")]
    [InlineData("$model | Show-ModelResult -Path new.png -Rows 2 -DetectThreshold 0.01")]
    [InlineData("Show-ModelResult -Model $model -Data $data -Path new.png -Rows 50 -thresh 0.9 -nms_overlap 0.3")]
    [InlineData("$epochs | Show-TrainingCurve -Path new.png")]
    [InlineData("Show-TrainingCurve new.png -InputObject $epochs[0]")]
    public void A_picture_is_drawn_and_described(string script)
    {
        RunResult result = job.Host.Run(script);
        PSObject item = Assert.Single(result.ThrowIfFailed().Output);

        Assert.Equal("ArcLearn.PictureItem", item.TypeNames[0]);
        Assert.Equal(job.Folder["new.png"], item.Properties["Path"].Value);
        byte[] header = File.ReadAllBytes(job.Folder["new.png"])[..24];
        Assert.Equal([0x89, 0x50, 0x4E, 0x47], header[..4]);
        Assert.Equal(item.Properties["Width"].Value, (header[18] << 8) | header[19]);
        Assert.Equal(item.Properties["Height"].Value, (header[22] << 8) | header[23]);
        File.Delete(job.Folder["new.png"]);
    }

    [Fact]
    public void Pictures_have_names_of_their_own_where_none_is_given()
    {
        RunResult result = job.Host.Run("$data | Show-LearnDataBunch; $model | Show-ModelResult; $epochs | Show-TrainingCurve").ThrowIfFailed();

        Assert.Equal(["chips.png", "squares_results.png", "training.png"], result.Output.Select(o => Path.GetFileName((string)o.Properties["Path"].Value)));
        foreach (PSObject item in result.Output)
        {
            File.Delete((string)item.Properties["Path"].Value);
        }
    }

    [Fact]
    public void A_transform_is_what_was_asked_for_and_reaches_the_data()
    {
        RunResult result = job.Host.Run("""
            $default = New-LearnTransform
            $turning = New-LearnTransform -Rotation -15, 15 -RotationProbability 0.5 -Zoom 1.0, 1.3 -Flip Horizontal -MinimumBoxShare 0.5
            $only = New-LearnTransform -None -Contrast 0.8, 1.2
            "$default"; "$turning"; "$only"; "$(New-LearnTransform -None)"; "$(New-LearnTransform -RotationProbability 0.25)"
            "$((New-LearnDataBunch chips -Transform $turning -WarningAction SilentlyContinue).Transform)"
            "$((New-LearnDataBunch chips -Transforms (New-LearnTransform -None) -WarningAction SilentlyContinue).Transform)"
            $turning.MinimumBoxShare
            $turning | Out-Default
            """).ThrowIfFailed();

        Assert.Equal(
            [
                "Crop, Dihedral, Brightness 0.25 to 0.75, Contrast 0.75 to 1.5",
                "Crop, Horizontal, Zoom 1 to 1.3, Rotation -15 to 15 (p 0.5), Brightness 0.25 to 0.75, Contrast 0.75 to 1.5",
                "Contrast 0.8 to 1.2",
                "None",
                "Crop, Dihedral, Rotation -30 to 30 (p 0.25), Brightness 0.25 to 0.75, Contrast 0.75 to 1.5",
                "Crop, Horizontal, Zoom 1 to 1.3, Rotation -15 to 15 (p 0.5), Brightness 0.25 to 0.75, Contrast 0.75 to 1.5",
                "None",
                "0.5",
            ],
            result.Output.Select(o => Convert.ToString(o.BaseObject, System.Globalization.CultureInfo.InvariantCulture)));
        Assert.Matches(@"Rotation\s+: -15 to 15 \(p 0\.5\)", result.Text);
    }

    [Fact]
    public void Augmented_chips_differ_and_raw_ones_are_equal()
    {
        RunResult result = job.Host.Run("""
            $plain = New-LearnDataBunch chips -ChipSize 64 -Transform (New-LearnTransform -None) -Seed 7 -WarningAction SilentlyContinue
            $null = $plain | Show-LearnDataBunch -Path x1.png -Raw
            $null = $plain | Show-LearnDataBunch -Path x2.png -Raw
            $null = $data | Show-LearnDataBunch -Path x3.png
            """).ThrowIfFailed();
        byte[][] pictures = [.. new[] { "x1.png", "x2.png", "x3.png" }.Select(name => File.ReadAllBytes(job.Folder[name]))];

        Assert.Empty(result.Output);
        Assert.Equal(pictures[0], pictures[1]);
        Assert.NotEqual(pictures[0], pictures[2]);
        foreach (string name in new[] { "x1.png", "x2.png", "x3.png" })
        {
            File.Delete(job.Folder[name]);
        }
    }

    [Theory]
    [InlineData("Invoke-ModelPrediction images $model", 2, 1)]
    [InlineData("Invoke-ModelPrediction images $model -Recurse", 3, 1)]
    [InlineData("Invoke-ModelPrediction images/*.tif squares", 2, 0)]
    [InlineData("Invoke-ModelPrediction -LiteralPath 'images/[1].tif' -Model $installed", 1, 0)]
    [InlineData("'images/b.tif', 'images/a.png', 'images/below' | Invoke-ModelPrediction -Model chips/models/squares", 2, 1)]
    [InlineData("[IO.FileInfo] \"$pwd/images/[1].tif\", [IO.DirectoryInfo] \"$pwd/images/below\" | Invoke-ModelPrediction -Model $package.EmdPath", 2, 0)]
    [InlineData("Invoke-ModelPrediction images/missing.tif, images/b.tif $model", 1, 1)]
    public void Files_folders_wildcards_and_the_pipeline_give_a_prediction_for_each_image(string script, int predictions, int errors)
    {
        RunResult result = job.Host.Run(script);

        Assert.Null(result.Failure);
        Assert.Equal(errors, result.Errors.Count);
        Assert.Equal(predictions, result.Output.Count);
        Assert.All(result.Output, o => Assert.Equal("ArcLearn.Prediction", o.TypeNames[0]));
        Assert.All(result.Errors, e => Assert.Contains(e.FullyQualifiedErrorId.Split(',')[0], new[] { "InvalidFormat", "PathNotFound" }));
    }

    [Fact]
    public void A_prediction_holds_boxes_in_pixels_and_does_not_depend_on_its_neighbours()
    {
        RunResult result = job.Host.Run("""
            $all = @(Invoke-ModelPrediction scene.tif, other.tif $model -DetectThreshold 0.01 -BatchSize 16)
            $one = Invoke-ModelPrediction other.tif $model -DetectThreshold 0.01 -BatchSize 2
            $all[1].Objects.Count
            $one.Objects.Count
            $all[1].Objects
            """).ThrowIfFailed();
        int count = (int)result.Output[0].BaseObject;
        PSObject[] objects = [.. result.Output.Skip(2)];

        Assert.True(count > 0, "nothing was found at a threshold of 0.01");
        Assert.Equal(count, (int)result.Output[1].BaseObject);
        Assert.Equal(count, objects.Length);
        Assert.All(objects, o =>
        {
            Assert.InRange(Number(o, "XMin"), 0, 256);
            Assert.InRange(Number(o, "XMin") + Number(o, "Width"), 0, 256);
            Assert.InRange(Number(o, "YMin") + Number(o, "Height"), 0, 256);
            Assert.InRange(Number(o, "Score"), 0.01, 1);
            Assert.Contains((string)o.Properties["Class"].Value, new[] { "pool", "roof" });
        });
        Assert.Equal(objects.Select(o => Number(o, "Score")).OrderDescending(), objects.Select(o => Number(o, "Score")));

        static double Number(PSObject one, string property) => (double)one.Properties[property].Value;
    }

    [Fact]
    public void Pictures_of_predictions_go_into_a_folder_under_names_of_their_own()
    {
        RunResult result = job.Host.Run("""
            $first = @(Invoke-ModelPrediction images/b.tif, scene.tif, other.tif, images/b.tif $model -DetectThreshold 0.01 -PicturePath found)
            $first.PicturePath | ForEach-Object { [IO.Path]::GetFileName($_) }
            """).ThrowIfFailed();

        Assert.Equal(["b.png", "scene.png", "other.png", "b_2.png"], result.Output.Select(o => (string)o.BaseObject));
        Assert.Equal(4, Directory.GetFiles(job.Folder["found"]).Length);

        RunResult again = job.Host.Run("Invoke-ModelPrediction scene.tif $model -PicturePath found");
        Assert.Equal("OutputExists", again.ErrorId);
        Assert.Empty(again.Output);
        Assert.Single(job.Host.Run("Invoke-ModelPrediction scene.tif $model -PicturePath found -Force").ThrowIfFailed().Output);
        Directory.Delete(job.Folder["found"], recursive: true);
    }

    [Fact]
    public void The_first_prediction_comes_before_the_next_image_is_opened()
    {
        RunResult result = job.Host.Run("foreach ($once in 1) { 'images/b.tif', 'images/a.png' | Invoke-ModelPrediction -Model $model | ForEach-Object { $_; break } }");

        Assert.Single(result.Output);
        Assert.Empty(result.AllErrors);
    }

    [Fact]
    public void Precision_at_several_thresholds_has_records_of_each_and_points_on_request()
    {
        RunResult result = job.Host.Run("""
            $many = @($model | Measure-AveragePrecision -DetectThreshold 0.01 -IouThreshold 0.1, 0.5, 0.1 -NmsOverlap 0.3 -CurvePoint)
            "$($many.Class)"; "$($many.IouThreshold)"
            $alone = @($model | Measure-AveragePrecision -DetectThreshold 0.01 -IouThreshold 0.5 -NmsOverlap 0.3)
            "$($many[3..5].Value)" -ceq "$($alone.Value)"
            $many[0].Curve.Count -gt 0
            $null -eq $alone[0].Curve
            "$([Management.Automation.CommandCompletion]::CompleteInput('Measure-AveragePrecision -IouThreshold 0.', 41, $null).CompletionMatches.CompletionText)"
            """).ThrowIfFailed();

        Assert.Equal(
            ["pool roof (mean) pool roof (mean)", "0.1 0.1 0.1 0.5 0.5 0.5", "True", "True", "True", "0.1 0.3 0.4 0.5 0.75 0.9"],
            result.Output.Select(o => o.ToString()));
    }

    [Fact]
    public void Restored_weights_are_those_that_were_saved()
    {
        RunResult result = job.Host.Run("""
            $fresh = $data | New-SingleShotDetector -Backbone resnet18 -Grids 2 -Ratios '1:1' -Seed 99 -WarningAction SilentlyContinue
            $expected = "$((Invoke-ModelPrediction scene.tif $model -DetectThreshold 0.01).Objects.Score)"
            "$((Invoke-ModelPrediction scene.tif $fresh -DetectThreshold 0.01).Objects.Score)" -ceq $expected
            foreach ($from in 'chips/models/squares', $package.EmdPath, $package.WeightsPath, $package.Path) {
                $null = $fresh | Restore-LearnModel -Path $from
                "$((Invoke-ModelPrediction scene.tif $fresh -DetectThreshold 0.01).Objects.Score)" -ceq $expected
            }
            ($fresh | Restore-LearnModel -Name squares -PassThru).GetType().Name
            $fresh.Dispose()
            """).ThrowIfFailed();

        Assert.Equal(["False", "True", "True", "True", "True", "SingleShotDetector"], result.Output.Select(o => o.ToString()));
    }

    [Theory]
    [InlineData("PathNotFound", "$data | Show-LearnDataBunch -Path none/a.png")]
    [InlineData("InvalidArgument", "$data | Show-LearnDataBunch -Path a.jpg")]
    [InlineData("InvalidArgument", "$data | Show-LearnDataBunch -Path empty.png/")]
    [InlineData("OutputExists", "[IO.File]::WriteAllText(\"$pwd/chips/there.png\", ''); $data | Show-LearnDataBunch -Path chips/there.png")]
    [InlineData("NoChips", "New-LearnDataBunch chips -ValidationFraction 0 -WarningAction SilentlyContinue | Show-LearnDataBunch -Validation -Path a.png")]
    [InlineData("NoChips", "New-LearnDataBunch chips -ValidationFraction 1 -WarningAction SilentlyContinue | Show-LearnDataBunch -Path a.png")]
    [InlineData("ValidationMissing", "$none = New-LearnDataBunch chips -ChipSize 64 -ValidationFraction 0 -WarningAction SilentlyContinue; Import-LearnModel chips/models/squares -Data $none | Show-ModelResult -Path a.png")]
    [InlineData("DataMissing", "Import-LearnModel chips/models/squares | Show-ModelResult -Path a.png")]
    [InlineData("ClassMismatch", "$model | Show-ModelResult -Data (New-LearnDataBunch chips -ChipSize 64 -ClassMapping @{ pool = 'pool'; roof = 'shed' } -WarningAction SilentlyContinue) -Path a.png")]
    [InlineData("ChipSizeMismatch", "$model | Show-ModelResult -Data (New-LearnDataBunch chips -ChipSize 48 -WarningAction SilentlyContinue) -Path a.png")]
    [InlineData("NoImages", "Invoke-ModelPrediction empty $model")]
    [InlineData("ModelNotInstalled", "Invoke-ModelPrediction scene.tif, other.tif nobody")]
    [InlineData("PathNotFound", "Invoke-ModelPrediction scene.tif ./nobody")]
    [InlineData("PathNotFound", "Invoke-ModelPrediction scene.tif $model -PicturePath scene.tif/found")]
    [InlineData("InvalidArgument", "New-LearnTransform -Zoom 0, 1")]
    [InlineData("InvalidArgument", "New-LearnTransform -Rotation 30, -30")]
    [InlineData("InvalidArgument", "New-LearnTransform -Brightness 0.4, 1.6")]
    [InlineData("PathNotFound", "$model | Restore-LearnModel nobody")]
    [InlineData("InvalidArgument", "$model | Restore-LearnModel -Name a/b")]
    [InlineData("DefinitionMismatch", "$data | New-SingleShotDetector -Backbone resnet18 -Grids 1 -WarningAction SilentlyContinue | Restore-LearnModel -Path chips/models/squares")]
    [InlineData("ClassMismatch", "New-LearnDataBunch chips -ChipSize 64 -ClassMapping @{ pool = 'pool' } -WarningAction SilentlyContinue | New-SingleShotDetector -Backbone resnet18 -Grids 2 -Ratios '1:1' -WarningAction SilentlyContinue | Restore-LearnModel -Path chips/models/squares")]
    [InlineData("InvalidFormat", "$model | Restore-LearnModel -Path labels.geojson")]
    public void A_mistake_is_one_named_error_and_leaves_nothing_behind(string id, string script)
    {
        string[] before = [.. job.Folder.Content.Where(name => !name.EndsWith("there.png", StringComparison.Ordinal))];
        RunResult result = job.Host.Run(script);

        Assert.Equal(id, result.ErrorId);
        Assert.NotEqual(ErrorCategory.NotSpecified, result.SingleError.CategoryInfo.Category);
        Assert.Empty(result.Output);
        Assert.Equal(before, job.Folder.Content.Where(name => !name.EndsWith("there.png", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("$data | Show-LearnDataBunch -Path new.png -WhatIf")]
    [InlineData("$model | Show-ModelResult -Path new.png -WhatIf")]
    [InlineData("$epochs | Show-TrainingCurve -Path new.png -WhatIf")]
    [InlineData("Invoke-ModelPrediction scene.tif nobody -PicturePath new -WhatIf")]
    public void WhatIf_says_what_would_be_done_and_does_nothing(string script)
    {
        string[] before = job.Folder.Content;
        RunResult result = job.Host.Run(script).ThrowIfFailed();

        Assert.Empty(result.Output);
        Assert.Contains("What if:", result.Text, StringComparison.Ordinal);
        Assert.Equal(before, job.Folder.Content);
    }
}
