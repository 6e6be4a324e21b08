using System.Management.Automation;
using ArcLearn.Tests.Cmdlets.TestSupport;

namespace ArcLearn.Tests.Cmdlets;

/// <summary>U-Nets from chips with masks to figures and pictures, as a user makes them.</summary>
public sealed class PixelClassifierTests(PixelClassifierTests.Job job) : IClassFixture<PixelClassifierTests.Job>
{
    /// <summary>A trained classifier of a small scene.</summary>
    public sealed class Job : IDisposable
    {
        public Job()
        {
            Host.SetLocation(Folder.Path);
            TestScene.Write(Folder["scene.tif"], Folder["labels.geojson"], size: 512, seed: 4);
            Host.Run("""
                $exported = Export-TrainingData scene.tif labels.geojson -OutputLocation masks -ClassValueField class -MetadataFormat Classified_Tiles -TileSize 64
                $masks = New-LearnDataBunch masks -ChipSize 64 -BatchSize 4 -ValidationFraction 0.25 -Seed 3 -WarningAction Ignore
                $pixels = $masks | New-UnetClassifier -Backbone resnet18 -Background Learn -ClassBalancing -WarningAction Ignore
                $trained = $pixels | Start-ModelTraining -Epochs 2 -LearningRate 2e-3 -CheckpointPath checkpoint
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
    public void A_training_tells_accuracy_and_mean_intersection_over_union()
    {
        RunResult result = job.Host.Run("$trained.ForEach({ \"$($_.MetricName) $($_.Metric -gt 0) $($_.MeanIou -gt 0) $($_.MeanIou -le $_.Metric)\" })").ThrowIfFailed();

        Assert.Equal(["Accuracy True True True", "Accuracy True True True"], result.Output.Select(o => o.ToString()));
    }

    [Fact]
    public void Accuracy_has_its_classes_its_matrix_and_tables()
    {
        RunResult result = job.Host.Run("""
            $measured = $pixels | Measure-ModelAccuracy
            "$($measured.Classes.Class)"
            $measured.Count -eq $measured.Chips * 64 * 64
            $measured.ConfusionMatrix.Total -eq $measured.Count
            [Math]::Abs($measured.Accuracy - $measured.ConfusionMatrix.Accuracy) -lt 1e-12
            [Math]::Abs($measured.Accuracy - $trained.Where({ $_.IsBest })[-1].Metric) -lt 1e-9
            $measured, $measured.Classes, $measured.ConfusionMatrix | ForEach-Object { $_ | Out-Default }
            """).ThrowIfFailed();

        Assert.Equal("(background) pool roof", result.Output[0].ToString());
        Assert.Equal(["True", "True", "True", "True"], result.Output.Skip(1).Select(o => o.ToString()));
        foreach (string word in new[] { "mIoU", "Measured", "Precision", "Recall", "Support", "Counted" })
        {
            Assert.Contains(word, result.Text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Another_bunch_is_measured_on_all_its_chips() => Assert.Equal(
        ["True"],
        job.Host.Run("($pixels | Measure-ModelAccuracy -Data $masks).Chips -eq $exported.Images").ThrowIfFailed().Output.Select(o => o.ToString()));

    [Fact]
    public void The_confusion_matrix_is_an_object_and_a_picture()
    {
        RunResult result = job.Host.Run("""
            $matrix = $pixels | Show-ConfusionMatrix -Path confusion.png
            $again = $pixels | Measure-ModelAccuracy | Show-ConfusionMatrix -Path again.png
            "$($matrix.GetType().Name) $($matrix.Classes.Count) $($matrix.Unit)"
            $matrix.Count('pool', 'roof') -eq $matrix.Counts[1][2]
            "$($matrix.Total -eq $again.Total)"
            """).ThrowIfFailed();

        Assert.Equal(["ConfusionMatrix 3 pixels", "True", "True"], result.Output.Select(o => o.ToString()));
        Assert.True(new FileInfo(job.Folder["confusion.png"]).Length > 1000);
        Assert.Equal("OutputExists", job.Host.Run("$pixels | Show-ConfusionMatrix -Path confusion.png").SingleError.FullyQualifiedErrorId.Split(',')[0]);
        Assert.Empty(job.Host.Run("$pixels | Show-ConfusionMatrix -Path never.png -WhatIf").ThrowIfFailed().Output);
        Assert.False(File.Exists(job.Folder["never.png"]));
    }

    [Fact]
    public void Results_are_drawn_beside_the_truth()
    {
        RunResult result = job.Host.Run("($pixels | Show-ModelResult -Rows 2 -Path results.png).Shows").ThrowIfFailed();

        Assert.Equal("2 chips", Assert.Single(result.Output).ToString());
        Assert.True(new FileInfo(job.Folder["results.png"]).Length > 1000);
    }

    [Fact]
    public void A_saved_classifier_is_installed_opened_and_restored()
    {
        RunResult result = job.Host.Run("""
            $saved = $pixels | Save-LearnModel -Path models/fields
            $opened = Import-LearnModel models/fields -Data $masks
            "$($opened.GetType().Name) $($opened.Name) $($opened.Background) $($opened.IsFrozen) $($opened.ClassWeights.Count)"
            ($opened | Measure-ModelAccuracy).Accuracy -eq ($pixels | Measure-ModelAccuracy).Accuracy
            ($opened | Restore-LearnModel -Path checkpoint -PassThru).Name
            ($opened | Unlock-ModelLayer -PassThru).IsFrozen
            (New-UnetClassifier $masks -Backbone resnet18 -Background Learn -PretrainedPath models/fields).IsFrozen
            """).ThrowIfFailed();

        Assert.Equal(["UnetClassifier fields Learn True 3", "True", "fields", "False", "True"], result.Output.Select(o => o.ToString()));
        Assert.Empty(result.Warnings);
    }

    [Fact]
    public void A_batch_makes_as_many_steps_as_are_asked_for()
    {
        RunResult result = job.Host.Run("""
            $masks | New-UnetClassifier -Backbone resnet18 -Background Learn -ChipsPerStep 2 -WarningAction Ignore | Start-ModelTraining -Epochs 1 -WhatIf -Verbose
            $masks | New-UnetClassifier -Backbone resnet18 -Background Learn -WarningAction Ignore | Start-ModelTraining -Epochs 1 -WhatIf -Verbose
            """).ThrowIfFailed();

        Assert.Single(result.Verbose, text => text.Contains("batches of 4, 2 steps each, validating", StringComparison.Ordinal));
        Assert.Single(result.Verbose, text => text.Contains("batches of 4, validating", StringComparison.Ordinal));
        ErrorRecord error = job.Host.Run("$masks | New-UnetClassifier -ChipsPerStep 0").SingleError;
        Assert.Equal("ParameterArgumentValidationError", error.FullyQualifiedErrorId.Split(',')[0]);
    }

    [Theory]
    [InlineData("InvalidArgument", "at least 32 pixels; found 16", "New-LearnDataBunch masks -ChipSize 16 -BatchSize 4 -WarningAction Ignore | New-UnetClassifier")]
    [InlineData("InvalidArgument", "known are resnet18", "$masks | New-UnetClassifier -Backbone squeezenet1_1")]
    [InlineData("InvalidArgument", "the classes are 1 pool", "$masks | New-UnetClassifier -ClassWeight @{ lake = 2 }")]
    [InlineData("InvalidArgument", "it is a number from 0 on", "$masks | New-UnetClassifier -ClassWeight @{ pool = 'x' }")]
    [InlineData("InvalidParameterMix", "use one of them", "$masks | New-UnetClassifier -ClassBalancing -ClassWeight @{ pool = 2 }")]
    [InlineData("DatasetTypeMismatch", "It takes Classified_Tiles, RCNN_Masks", "Export-TrainingData scene.tif labels.geojson -OutputLocation boxes -ClassValueField class -MetadataFormat PASCAL_VOC_rectangles -TileSize 64 -Force | New-LearnDataBunch -WarningAction Ignore | New-UnetClassifier")]
    [InlineData("InvalidParameterMix", "Invoke-ClassifyPixels takes -ModelArguments @{ test_time_augmentation", "$pixels | Measure-ModelAccuracy -TestTimeAugmentation")]
    [InlineData("ModelType", "is a UnetClassifier; this needs a SingleShotDetector", "$pixels | Measure-AveragePrecision")]
    [InlineData("ModelType", "is a UnetClassifier; this needs a SingleShotDetector", "Invoke-DetectObjects scene.tif $pixels")]
    [InlineData("ChipSizeMismatch", "takes chips of 64", "$pixels | Measure-ModelAccuracy -Data (New-LearnDataBunch masks -ChipSize 32 -BatchSize 4 -WarningAction Ignore)")]
    [InlineData("ClassMismatch", "-ClassMapping", "$pixels | Measure-ModelAccuracy -Data (New-LearnDataBunch masks -ChipSize 64 -BatchSize 4 -ClassMapping @{ pool = 'basin' } -WarningAction Ignore)")]
    public void Faults_have_names_and_say_what_to_do(string id, string message, string script)
    {
        ErrorRecord error = job.Host.Run(script).SingleError;

        Assert.Equal(id, error.FullyQualifiedErrorId.Split(',')[0]);
        Assert.Contains(message, error.Exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Backbones_are_completed()
    {
        RunResult result = job.Host.Run("([System.Management.Automation.CommandCompletion]::CompleteInput('New-UnetClassifier -Backbone vgg1', 33, $null)).CompletionMatches.ForEach({ $_.CompletionText })").ThrowIfFailed();

        Assert.Equal(["vgg11_bn", "vgg13_bn", "vgg16_bn", "vgg19_bn"], result.Output.Select(o => o.ToString()));
    }
}
