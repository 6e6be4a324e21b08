using System.Management.Automation;
using ArcLearn.Tests.Cmdlets.TestSupport;

namespace ArcLearn.Tests.Cmdlets;

/// <summary>Image classifiers from labelled tiles to predictions, as a user makes them.</summary>
public sealed class FeatureClassifierTests(FeatureClassifierTests.Job job) : IClassFixture<FeatureClassifierTests.Job>
{
    /// <summary>A trained classifier of a small scene's objects.</summary>
    public sealed class Job : IDisposable
    {
        public Job()
        {
            Host.SetLocation(Folder.Path);
            TestScene.Write(Folder["scene.tif"], Folder["labels.geojson"], size: 512, seed: 4);
            TestScene.Write(Folder["grey.tif"], Folder["grey.geojson"], size: 128, bands: 1);
            Host.Run("""
                $exported = Export-TrainingData scene.tif labels.geojson -OutputLocation objects -ClassValueField class -MetadataFormat Labeled_Tiles -TileSize 64
                $tiles = New-LearnDataBunch objects -ChipSize 64 -BatchSize 4 -ValidationFraction 0.3 -Stratified -Seed 3 -WarningAction Ignore
                $classifier = $tiles | New-FeatureClassifier -Backbone resnet18 -ClassBalancing -WarningAction Ignore
                $learnt = $classifier | Start-ModelTraining -Epochs 2 -LearningRate 2e-3 -CheckpointPath checkpoint
                $package = $classifier | Save-LearnModel -Path models/objects
                """).ThrowIfFailed();
        }

        internal TemporaryFolder Folder { get; } = new();

        internal ModuleHost Host { get; } = new();

        public void Dispose()
        {
            Host.Dispose();
            Folder.Dispose();
        }
    }

    [Fact]
    public void A_classifier_trains_measures_and_has_a_matrix_in_images()
    {
        RunResult result = job.Host.Run("""
            $learnt.ForEach({ "$($_.MetricName) $($_.Metric -ge 0)" })
            $figures = $classifier | Measure-ModelAccuracy
            "$($figures.Classes.Class) $($figures.Unit)"
            $figures.ConfusionMatrix.Total -eq $tiles.ValidationChips
            $matrix = $classifier | Show-ConfusionMatrix -Path matrix.png
            $matrix.Total -eq $figures.Count
            ($classifier | Show-ModelResult -Rows 1 -Hardest -Path hardest.png).Path
            $classifier | Out-Default
            """).ThrowIfFailed();

        Assert.Equal(
            ["Accuracy True", "Accuracy True", "pool roof images", "True", "True", job.Folder["hardest.png"]],
            result.Output.Select(o => o.ToString()));
        Assert.True(File.Exists(job.Folder["matrix.png"]));
        Assert.True(File.Exists(job.Folder["hardest.png"]));
        Assert.Contains("pool, roof", result.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Images_from_the_pipeline_and_from_folders_are_told_their_class()
    {
        RunResult result = job.Host.Run("""
            $files = [IO.Directory]::GetFiles("$PWD/objects/images", '*.tif')
            [array]::Sort($files)
            $files = $files[0..4]
            $piped = $files.ForEach({ [IO.FileInfo]$_ }) | Invoke-ModelPrediction -Model $classifier
            $named = @{}
            Invoke-ModelPrediction -Path objects/images -Model models/objects | ForEach-Object { $named[$_.Path] = $_ }
            $piped.Count
            "$($piped.Path)" -eq "$files"
            "$($piped.Class)" -eq "$($files.ForEach({ $named[$_].Class }))"
            "$($piped.Confidence)" -eq "$($files.ForEach({ $named[$_].Confidence }))"
            $piped.ForEach({ $sum = 0; $_.Probabilities.ForEach({ $sum += $_.Probability }); [Math]::Abs($sum - 1) -lt 1e-5 }) -notcontains $false
            $piped[0] | Out-Default
            $turned = $files | Invoke-ModelPrediction -Model $classifier -TestTimeAugmentation
            "$($turned.Path)" -eq "$files"
            "$($turned.Confidence)" -ne "$($piped.Confidence)"
            $turned.ForEach({ $sum = 0; $_.Probabilities.ForEach({ $sum += $_.Probability }); [Math]::Abs($sum - 1) -lt 1e-5 }) -notcontains $false
            ($classifier | Measure-ModelAccuracy -TestTimeAugmentation).Chips -eq ($classifier | Measure-ModelAccuracy).Chips
            """);

        Assert.Equal(["5", "True", "True", "True", "True", "True", "True", "True", "True"], result.ThrowIfFailed().Output.Select(o => o.ToString()));
        Assert.Contains("Confidence", result.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void An_imported_classifier_says_what_was_saved_and_is_trained_on()
    {
        RunResult result = job.Host.Run("""
            $imported = Import-LearnModel models/objects -Data $tiles
            $imported.GetType().Name
            ($imported | Measure-ModelAccuracy).Accuracy -eq ($classifier | Measure-ModelAccuracy).Accuracy
            $imported | Unlock-ModelLayer
            ($imported | Start-ModelTraining -Epochs 1 -NoCheckpoint).Epoch
            $imported.IsFrozen
            $imported.Dispose()
            """).ThrowIfFailed();

        Assert.Equal(["FeatureClassifier", "True", "1", "False"], result.Output.Where(o => o is not null).Select(o => o.ToString()));
    }

    [Fact]
    public void Layers_that_start_from_chance_learn_at_one_rate_and_trained_ones_at_lower_ones()
    {
        RunResult result = job.Host.Run("""
            $fresh = $tiles | New-FeatureClassifier -Backbone resnet18 -WarningAction Ignore
            $fresh | Start-ModelTraining -Epochs 1 -NoCheckpoint -WhatIf -Verbose
            $fresh.Dispose()
            $known = Import-LearnModel models/objects -Data $tiles
            $known | Start-ModelTraining -Epochs 1 -NoCheckpoint -WhatIf -Verbose
            $known.Dispose()
            """).ThrowIfFailed();

        Assert.Equal(
            ["Learning rates by layer group: 0.003, 0.003, 0.003.", "Learning rates by layer group: 0.0001, 0.000548, 0.003."],
            result.Verbose.Where(line => line.StartsWith("Learning rates", StringComparison.Ordinal)));
    }

    [Fact]
    public void Features_get_their_class_from_a_raster_or_from_tiles_and_a_dry_run_leaves_them()
    {
        RunResult result = job.Host.Run("""
            [IO.File]::Copy("$PWD/labels.geojson", "$PWD/houses.geojson")
            [IO.File]::Copy("$PWD/labels.geojson", "$PWD/sheds.geojson")
            Invoke-ClassifyFeatures houses.geojson $classifier -InputRaster scene.tif -OutputLabelField kind -WhatIf
            [IO.File]::ReadAllText("$PWD/houses.geojson") -eq [IO.File]::ReadAllText("$PWD/labels.geojson")
            $classified = [IO.FileInfo]"$PWD/houses.geojson" | Invoke-ClassifyFeatures -Model models/objects -InputRaster scene.tif -OutputLabelField kind -ConfidenceField sure
            $classified.Classified -gt 0 -and $classified.Classified + $classified.Skipped -eq $classified.Features
            "$($classified.FeaturesByClass.Keys)"
            [IO.File]::ReadAllText("$PWD/houses.geojson").Contains('"kind":')
            $classified | Out-Default
            """).ThrowIfFailed();

        Assert.Equal(["True", "True", "pool roof", "True"], result.Output.Select(o => o.ToString()));
        Assert.Contains("Skipped", result.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(job.Folder.Content, path => path.Contains("journal", StringComparison.Ordinal) || path.Contains("partial", StringComparison.Ordinal));

        ErrorRecord error = Assert.Single(job.Host.Run("Invoke-ClassifyFeatures sheds.geojson $classifier -InputRaster scene.tif -OutputLabelField class -ConfidenceField class").Errors);
        Assert.StartsWith("InvalidArgument", error.FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    [Fact]
    public void Labelled_tiles_give_the_class_too_and_what_has_none_is_counted()
    {
        RunResult result = job.Host.Run("""
            [IO.File]::WriteAllText("$PWD/parcels.geojson", [IO.File]::ReadAllText("$PWD/labels.geojson").Replace('"type": "Feature",', '"type": "Feature", "id": 5,'))
            $json = [Text.Json.Nodes.JsonNode]::Parse([IO.File]::ReadAllText("$PWD/parcels.geojson"))
            for ($i = 0; $i -lt $json['features'].Count; $i++) { $json['features'][$i]['properties']['number'] = [Text.Json.Nodes.JsonNode]::Parse("$($i + 1)") }
            $json['features'][0]['geometry'] = $null
            [IO.File]::WriteAllText("$PWD/parcels.geojson", $json.ToJsonString())
            [IO.File]::Copy("$PWD/parcels.geojson", "$PWD/plots.geojson")
            $null = Export-TrainingData scene.tif parcels.geojson numbered -ClassValueField number -MetadataFormat Labeled_Tiles -TileSize 64 -WarningAction Ignore
            $byTile = Invoke-ClassifyFeatures parcels.geojson $classifier -LabeledTilesDirectory numbered -InputLabelField number -OutputLabelField kind -ConfidenceField sure
            "$($byTile.SkippedByReason.Keys) $($byTile.Skipped)"
            $byRaster = Invoke-ClassifyFeatures plots.geojson $classifier -InputRaster scene.tif -OutputLabelField kind -ConfidenceField sure
            "$($byRaster.SkippedByReason.Keys) $($byRaster.Skipped)"
            [IO.File]::ReadAllText("$PWD/parcels.geojson") -eq [IO.File]::ReadAllText("$PWD/plots.geojson")
            """).ThrowIfFailed();

        Assert.Equal(["no chip 1", "empty geometry 1", "True"], result.Output.Select(o => o.ToString()));
    }

    [Theory]
    [InlineData("-InputRaster scene.tif -OutputLabelField number", "FieldType")]
    [InlineData("-InputRaster scene.tif -OutputLabelField kind -ConfidenceField class", "FieldType")]
    [InlineData("-LabeledTilesDirectory objects -InputLabelField none -OutputLabelField kind", "FieldMissing")]
    [InlineData("-LabeledTilesDirectory pixels -InputLabelField class -OutputLabelField kind", "DatasetTypeMismatch")]
    [InlineData("-InputRaster grey.tif -OutputLabelField kind", "BandMismatch")]
    [InlineData("-InputRaster none.tif -OutputLabelField kind", "PathNotFound")]
    public void What_cannot_be_classified_is_an_error_with_its_name_and_the_layer_is_as_before(string arguments, string id)
    {
        job.Host.Run("""
            [IO.File]::WriteAllText("$PWD/before.geojson", [IO.File]::ReadAllText("$PWD/labels.geojson").Replace('"class":', '"number": 1, "class":'))
            if (-not [IO.Directory]::Exists("$PWD/pixels")) { $null = Export-TrainingData scene.tif labels.geojson -OutputLocation pixels -ClassValueField class -MetadataFormat Classified_Tiles -TileSize 64 }
            """).ThrowIfFailed();
        byte[] before = File.ReadAllBytes(job.Folder["before.geojson"]);

        ErrorRecord error = Assert.Single(job.Host.Run($"Invoke-ClassifyFeatures before.geojson $classifier {arguments}").Errors);

        Assert.StartsWith(id, error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(job.Folder["before.geojson"]));
        Assert.DoesNotContain(job.Folder.Content, path => path.StartsWith("before.geojson.", StringComparison.Ordinal) || path.Contains("partial", StringComparison.Ordinal));
    }

    [Fact]
    public void A_read_only_layer_stays()
    {
        File.Copy(job.Folder["labels.geojson"], job.Folder["kept.geojson"]);
        FileInfo layer = new(job.Folder["kept.geojson"]) { IsReadOnly = true };
        RunResult result = job.Host.Run("Invoke-ClassifyFeatures kept.geojson $classifier -InputRaster scene.tif -OutputLabelField kind");
        layer.IsReadOnly = false;

        Assert.Equal(("AccessDenied", ErrorCategory.PermissionDenied), (result.ErrorId, result.SingleError.CategoryInfo.Category));
        Assert.Equal(File.ReadAllBytes(job.Folder["labels.geojson"]), File.ReadAllBytes(layer.FullName));
    }

    [Fact]
    public void Images_of_one_class_of_one_image_and_of_other_kinds_are_told()
    {
        RunResult result = job.Host.Run("""
            $images = [IO.Directory]::GetFiles("$PWD/objects/images", '*.tif')
            [array]::Sort($images)
            foreach ($folder in 'one/roof', 'rare/roof', 'rare/pool', 'mixed/roof', 'mixed/pool', 'colour') { $null = [IO.Directory]::CreateDirectory("$PWD/$folder") }
            for ($i = 0; $i -lt 6; $i++) { foreach ($folder in 'one/roof', 'rare/roof', 'mixed/roof') { [IO.File]::Copy($images[$i], "$PWD/$folder/$i.tif") } }
            foreach ($folder in 'rare/pool', 'mixed/pool') { [IO.File]::Copy($images[6], "$PWD/$folder/6.tif") }
            $null = Export-TrainingData grey.tif grey.geojson greys -TileSize 64 -MetadataFormat Export_Tiles
            $grey = [IO.Directory]::GetFiles("$PWD/greys/images", '*.tif')[0]
            [IO.File]::Copy($grey, "$PWD/mixed/pool/7.tif")
            [IO.File]::Copy($grey, "$PWD/colour/0.tif"); [IO.File]::Copy($images[0], "$PWD/colour/1.tif")
            New-LearnDataBunch one -DatasetType Imagenet -ChipSize 64 -BatchSize 2 -WarningAction Ignore | New-FeatureClassifier -Backbone squeezenet1_1 -WarningAction Ignore
            New-LearnDataBunch mixed -ChipSize 64 -BatchSize 2 -WarningAction Ignore
            $few = New-LearnDataBunch rare -ChipSize 64 -BatchSize 2 -ValidationFraction 0.2 -WarningAction Ignore | New-FeatureClassifier -Backbone squeezenet1_1
            ($few | Start-ModelTraining -Epochs 1 -NoCheckpoint -WarningAction Ignore).Epoch
            $few.Dispose()
            (Invoke-ModelPrediction -Path colour -Model $classifier).Path
            """);

        Assert.Equal(["OneClass", "MixedChips", "BandMismatch"], result.Errors.Select(error => error.FullyQualifiedErrorId.Split(',')[0]));
        Assert.Contains("7.tif", result.Errors[1].ToString(), StringComparison.Ordinal);
        Assert.Contains(result.Warnings, warning => warning.Contains("pool (", StringComparison.Ordinal));
        Assert.Equal(["1", job.Folder["colour/1.tif"]], result.Output.Where(o => o is not null).Select(o => o.ToString()));
    }

    [Theory]
    [InlineData("New-LearnDataBunch masks -ChipSize 64 -WarningAction Ignore | New-FeatureClassifier", "DatasetTypeMismatch")]
    [InlineData("$tiles | New-FeatureClassifier -Backbone resnet19", "InvalidArgument")]
    [InlineData("$tiles | New-SingleShotDetector", "DatasetTypeMismatch")]
    [InlineData("Invoke-DetectObjects scene.tif models/objects none.gpkg", "ModelType")]
    [InlineData("Invoke-ClassifyPixels scene.tif $classifier none.tif", "ModelType")]
    [InlineData("Measure-AveragePrecision $classifier", "ModelType")]
    [InlineData("Invoke-ModelPrediction -Path objects/images -Model $classifier -PicturePath pictures", "InvalidParameterMix")]
    [InlineData("Invoke-ModelPrediction -Path labels.geojson -Model $classifier", "InvalidFormat")]
    public void What_does_not_fit_is_an_error_with_its_name(string command, string id)
    {
        if (command.Contains("masks", StringComparison.Ordinal))
        {
            job.Host.Run("$null = Export-TrainingData scene.tif labels.geojson -OutputLocation masks -ClassValueField class -MetadataFormat Classified_Tiles -TileSize 64").ThrowIfFailed();
        }

        RunResult result = job.Host.Run(command);

        ErrorRecord error = Assert.Single(result.Errors);
        Assert.StartsWith(id, error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.DoesNotContain(job.Folder.Content, path => path.Contains("none.", StringComparison.Ordinal));
    }
}
