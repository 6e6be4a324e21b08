using System.Management.Automation;
using System.Text.Json;
using ArcLearn.Tests.Cmdlets.TestSupport;

namespace ArcLearn.Tests.Cmdlets;

/// <summary>Models of all kinds from training to ONNX files and through the cmdlets that run them, as a user does it.</summary>
public sealed class OnnxTests(OnnxTests.Job job) : IClassFixture<OnnxTests.Job>
{
    /// <summary>A saved and exported model of each kind.</summary>
    public sealed class Job : IDisposable
    {
        public Job()
        {
            Host.SetLocation(Folder.Path);
            TestScene.Write(Folder["scene.tif"], Folder["labels.geojson"], size: 384, seed: 4);
            Host.Run("""
                $null = Export-TrainingData scene.tif labels.geojson -OutputLocation boxes -ClassValueField class -MetadataFormat PASCAL_VOC_rectangles -TileSize 64
                $null = Export-TrainingData scene.tif labels.geojson -OutputLocation masks -ClassValueField class -MetadataFormat Classified_Tiles -TileSize 64
                $null = Export-TrainingData scene.tif labels.geojson -OutputLocation objects -ClassValueField class -MetadataFormat Labeled_Tiles -TileSize 64
                $models = @(
                    New-LearnDataBunch boxes -ChipSize 64 -BatchSize 4 -Seed 3 -WarningAction Ignore | New-SingleShotDetector -Backbone resnet18 -WarningAction Ignore
                    New-LearnDataBunch masks -ChipSize 64 -BatchSize 4 -Seed 3 -WarningAction Ignore | New-UnetClassifier -Backbone resnet18 -Background Learn -WarningAction Ignore
                    New-LearnDataBunch objects -ChipSize 64 -BatchSize 4 -Seed 3 -WarningAction Ignore | New-FeatureClassifier -Backbone resnet18 -WarningAction Ignore
                )
                $names = 'detector', 'unet', 'classifier'
                for ($i = 0; $i -lt 3; $i++) {
                    $null = $models[$i] | Start-ModelTraining -Epochs 1 -LearningRate 2e-3 -NoCheckpoint -WarningAction Ignore
                    $null = $models[$i] | Save-LearnModel -Path "models/$($names[$i])"
                }
                $written = $models | Export-LearnModel -Path onnx/
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
    public void Models_of_the_pipeline_are_written_to_a_folder_and_shown_in_a_table()
    {
        RunResult result = job.Host.Run("""
            $written.ForEach({ "$($_.Name) $($_.Format) $($_.Length -gt 40MB) $($_.Path -eq [IO.Path]::Combine($PWD.ProviderPath, 'onnx', "$($_.Name).onnx"))" })
            $written | Out-Default
            """).ThrowIfFailed();

        Assert.Equal(["detector Onnx True True", "unet Onnx True True", "classifier Onnx True True"], result.Output.Select(o => o.ToString()));
        Assert.Contains("detector.onnx", result.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(job.Folder.Content, path => path.Contains("partial", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("$models | Export-LearnModel -Path one.onnx -Force")]
    [InlineData("$models[0], $models[0] | Export-LearnModel -Path one/ -Force")]
    [InlineData("$models | Save-LearnModel -Path one -Force")]
    [InlineData("$models | Save-LearnModel -Path { 'one/model' } -Force")]
    [InlineData("$models[0], $models[0] | Save-LearnModel -Name one -Force")]
    public void Several_models_do_not_go_into_one_place(string command)
    {
        string[] before = job.Folder.Content;

        ErrorRecord error = job.Host.Run(command).SingleError;

        Assert.StartsWith("InvalidParameterMix", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Contains("script block", error.Exception.Message, StringComparison.Ordinal);
        Assert.Equal(before, job.Folder.Content);
    }

    [Fact]
    public void Several_models_are_saved_and_written_under_names_of_their_own()
    {
        RunResult result = job.Host.Run("""
            ($models[1, 2] | Save-LearnModel -Path { "each/$_" } -NoReport).ForEach({ "$($_.Name) $([IO.File]::Exists("$PWD/each/$($_.Name)/$($_.Name).pth"))" })
            ($models[1, 2] | Export-LearnModel -Format Safetensors -Path { "each/$_.safetensors" }).ForEach({ [IO.Path]::GetFileName($_.Path) })
            """).ThrowIfFailed();

        Assert.Equal(["unet True", "classifier True", "unet.safetensors", "classifier.safetensors"], result.Output.Select(o => o.ToString()));
    }

    [Fact]
    public void A_model_that_was_opened_is_saved_again_with_its_report_and_measures()
    {
        RunResult result = job.Host.Run("""
            $kept = Import-LearnModel models/unet | Save-LearnModel -Path kept/unet
            $found = Import-LearnModel $kept.EmdPath | Save-LearnModel -Path kept/bare/unet -NoReport
            [IO.File]::ReadAllText($kept.EmdPath) -eq [IO.File]::ReadAllText("$PWD/models/unet/unet.emd")
            [IO.File]::ReadAllText($found.EmdPath) -eq [IO.File]::ReadAllText("$PWD/models/unet/unet.emd")
            foreach ($name in 'loss_graph.png', 'show_results.png', 'confusion_matrix.png', 'metrics.html') {
                [Convert]::ToBase64String([IO.File]::ReadAllBytes("$PWD/kept/unet/ModelCharacteristics/$name")) -eq [Convert]::ToBase64String([IO.File]::ReadAllBytes("$PWD/models/unet/ModelCharacteristics/$name"))
            }
            """).ThrowIfFailed();

        Assert.Equal(Enumerable.Repeat("True", 6), result.Output.Select(o => o.ToString()));
    }

    [Fact]
    public void Whether_a_model_can_be_used_is_seen_from_its_weights()
    {
        RunResult result = job.Host.Run("""
            (Get-LearnModelInfo models/*).ForEach({ "$($_.Name) $($_.IsUsable)$($_.Reason)" })
            (Get-LearnModelInfo onnx/*.onnx).ForEach({ "$($_.Name) $($_.IsUsable)$($_.Reason)" })
            foreach ($fault in 'missing', 'junk', 'flipped', 'cut') {
                $null = [IO.Directory]::CreateDirectory("$PWD/faults/$fault")
                [IO.File]::Copy("$PWD/models/unet/unet.emd", "$PWD/faults/$fault/unet.emd")
                $bytes = [IO.File]::ReadAllBytes("$PWD/models/unet/unet.pth")
                switch ($fault) {
                    'junk' { $bytes = [byte[]]::new(1000) }
                    'flipped' { $bytes[20MB] = $bytes[20MB] -bxor 255 }
                    'cut' { $bytes = [byte[]]$bytes[0..100000] }
                }
                if ($fault -ne 'missing') { [IO.File]::WriteAllBytes("$PWD/faults/$fault/unet.pth", $bytes) }
                $info = Get-LearnModelInfo "faults/$fault"
                "$fault $($info.IsUsable) $($info.Reason.Contains('unet.')) $($info.Arguments.Count)"
            }
            """).ThrowIfFailed();

        Assert.Equal(
            [
                "classifier True", "detector True", "unet True", "classifier True", "detector True", "unet True",
                "missing False True 5", "junk False True 5", "flipped False True 5", "cut False True 5",
            ],
            result.Output.Select(o => o.ToString()));
    }

    /// <summary>Weights that are none would be an error where a network were made of them.</summary>
    [Fact]
    public void A_dry_run_is_told_by_the_definition_alone()
    {
        RunResult result = job.Host.Run("""
            foreach ($name in 'unet', 'detector') {
                $null = [IO.Directory]::CreateDirectory("$PWD/hollow/$name")
                [IO.File]::Copy("$PWD/models/$name/$name.emd", "$PWD/hollow/$name/$name.emd")
                [IO.File]::WriteAllText("$PWD/hollow/$name/$name.pth", 'weights')
            }
            Invoke-ClassifyPixels scene.tif hollow/unet hollow.tif -WhatIf
            Invoke-DetectObjects scene.tif hollow/detector hollow.gpkg -WhatIf
            """).ThrowIfFailed();

        Assert.Equal(4, result.Text.Split("What if:").Length - 1);
        Assert.Equal(2, result.Text.Split("tiles of 64 pixels in batches of 8").Length - 1);
        Assert.DoesNotContain("Mpx/s", result.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void An_output_of_an_ONNX_model_is_verified_with_it()
    {
        RunResult result = job.Host.Run("""
            $verified = Invoke-DetectObjects scene.tif onnx/detector.onnx verified.gpkg -ModelArguments @{ threshold = 0.15 }
            "$(($verified | Test-LearnOutput -Model onnx/detector.onnx).Checks)"
            ($verified | Test-LearnOutput -Model onnx/unet.onnx).Checks.Where({ $_.Result -eq 'Failed' }).Name
            """).ThrowIfFailed();

        Assert.Equal("Model", result.Output[1].ToString());
        Assert.DoesNotContain("Failed", result.Output[0].ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("NotChecked", result.Output[0].ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void An_exported_detector_finds_what_the_saved_one_finds()
    {
        job.Host.Run("""
            $arguments = @{ threshold = 0.15 }
            $torch = Invoke-DetectObjects scene.tif models/detector torch.geojson -ModelArguments $arguments
            $onnx = Invoke-DetectObjects scene.tif onnx/detector.onnx onnx.geojson -ModelArguments $arguments
            """).ThrowIfFailed();

        (double[] Box, double Confidence)[] expected = Features("torch.geojson");
        (double[] Box, double Confidence)[] found = Features("onnx.geojson");
        Assert.True(expected.Length > 10, $"{expected.Length} objects");
        Assert.Equal(expected.Length, found.Length);
        Assert.All(expected.Zip(found), pair =>
        {
            Assert.Equal(pair.First.Confidence, pair.Second.Confidence, 0.01);
            Assert.All(pair.First.Box.Zip(pair.Second.Box), sides => Assert.Equal(sides.First, sides.Second, 0.02));
        });
    }

    [Fact]
    public void An_exported_pixel_classifier_draws_the_saved_ones_map()
    {
        RunResult result = job.Host.Run("""
            $torch = Invoke-ClassifyPixels scene.tif models/unet torch.tif
            $onnx = Invoke-ClassifyPixels scene.tif onnx/unet.onnx onnx.tif
            "$($onnx.Classes.Name)"
            for ($i = 0; $i -lt 3; $i++) { [Math]::Abs($torch.Classes[$i].Pixels - $onnx.Classes[$i].Pixels) -le 20 }
            $torch.Classes[1].Pixels + $torch.Classes[2].Pixels -gt 1000
            (Get-InferencePlan scene.tif onnx/unet.onnx).ChipSize
            """).ThrowIfFailed();

        Assert.Equal(["Background pool roof", "True", "True", "True", "True", "64"], result.Output.Select(o => o.ToString()));
    }

    [Fact]
    public void An_exported_image_classifier_tells_the_saved_ones_classes()
    {
        RunResult result = job.Host.Run("""
            $torch = Invoke-ModelPrediction -Path objects/images -Model models/classifier
            $onnx = Invoke-ModelPrediction -Path objects/images -Model onnx/classifier.onnx
            $onnx.Count -gt 10
            "$($onnx.Class)" -eq "$($torch.Class)"
            $differences = for ($i = 0; $i -lt $onnx.Count; $i++) { [Math]::Abs($onnx[$i].Confidence - $torch[$i].Confidence) }
            $differences.Where({ $_ -gt 1e-4 }).Count
            (Invoke-ModelPrediction -Path objects/images -Model onnx/detector.onnx)[0].GetType().Name
            """).ThrowIfFailed();

        Assert.Equal(["True", "True", "0", "Prediction"], result.Output.Select(o => o.ToString()));
    }

    [Fact]
    public void Features_get_their_class_from_an_exported_classifier()
    {
        RunResult result = job.Host.Run("""
            [IO.File]::Copy("$PWD/labels.geojson", "$PWD/first.geojson")
            [IO.File]::Copy("$PWD/labels.geojson", "$PWD/second.geojson")
            $torch = Invoke-ClassifyFeatures first.geojson models/classifier -InputRaster scene.tif -OutputLabelField kind
            $onnx = Invoke-ClassifyFeatures second.geojson onnx/classifier.onnx -InputRaster scene.tif -OutputLabelField kind -ModelArguments @{ batch_size = '4' }
            $onnx.Classified -gt 10
            [IO.File]::ReadAllText("$PWD/first.geojson") -eq [IO.File]::ReadAllText("$PWD/second.geojson")
            """).ThrowIfFailed();

        Assert.Equal(["True", "True"], result.Output.Select(o => o.ToString()));
    }

    [Fact]
    public void A_definition_that_names_an_ONNX_file_is_a_model_too_and_can_be_planned()
    {
        RunResult result = job.Host.Run("""
            $null = [IO.Directory]::CreateDirectory("$PWD/named")
            [IO.File]::Copy("$PWD/onnx/detector.onnx", "$PWD/named/detector.onnx")
            [IO.File]::WriteAllText("$PWD/named/detector.emd", [IO.File]::ReadAllText("$PWD/models/detector/detector.emd").Replace('detector.pth', 'detector.onnx'))
            (Get-InferencePlan scene.tif named/detector.emd).Tiles -gt 10
            (Invoke-DetectObjects scene.tif named/ named.gpkg -ModelArguments @{ threshold = 0.15 }).Features -gt 10
            """).ThrowIfFailed();

        Assert.Equal(["True", "True"], result.Output.Select(o => o.ToString()));
    }

    [Fact]
    public void Weights_alone_are_written_as_safetensors_and_start_another_model()
    {
        RunResult result = job.Host.Run("""
            $weights = Export-LearnModel models/classifier weights.safetensors
            "$($weights.Format) $($weights.Length -gt 40MB)"
            $again = $models[2].Data | New-FeatureClassifier -Backbone resnet18 -PretrainedPath weights.safetensors
            ($again | Measure-ModelAccuracy).Accuracy -eq (Import-LearnModel models/classifier -Data $models[2].Data | Measure-ModelAccuracy).Accuracy
            """).ThrowIfFailed();

        Assert.Equal(["Safetensors True", "True"], result.Output.Select(o => o.ToString()));
    }

    [Fact]
    public void A_dry_run_writes_nothing_and_what_exists_is_replaced_with_Force_only()
    {
        RunResult result = job.Host.Run("""
            Export-LearnModel models/unet dry.onnx -WhatIf
            [IO.File]::Exists("$PWD/dry.onnx")
            $models[2] | Export-LearnModel -Path onnx/classifier.onnx
            ($models[2] | Export-LearnModel -Path onnx/classifier.onnx -Force).Name
            """);

        Assert.Equal(["False", "classifier"], result.Output.Select(o => o.ToString()));
        Assert.StartsWith("OutputExists", Assert.Single(result.Errors).FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Export-LearnModel models/unet unet.pth", "InvalidArgument")]
    [InlineData("Export-LearnModel models/unet none/unet.onnx", "PathNotFound")]
    [InlineData("Export-LearnModel onnx/unet.onnx again.onnx", "ModelType")]
    [InlineData("Import-LearnModel onnx/unet.onnx", "ModelType")]
    [InlineData("Invoke-DetectObjects scene.tif onnx/unet.onnx none.gpkg", "ModelType")]
    [InlineData("Invoke-ClassifyPixels scene.tif onnx/detector.onnx none.tif", "ModelType")]
    [InlineData("Invoke-ClassifyPixels scene.tif onnx/unet.onnx none.tif -ModelArguments @{ tile_size = 96 }", "InvalidArgument")]
    [InlineData("Invoke-ClassifyFeatures labels.geojson models/classifier -InputRaster scene.tif -OutputLabelField kind -ModelArguments @{ tile_size = 96 }", "InvalidArgument")]
    [InlineData("Invoke-ClassifyFeatures labels.geojson models/classifier -InputRaster scene.tif -OutputLabelField kind -ModelArguments @{ batch_size = 0 } -WhatIf", "InvalidArgument")]
    [InlineData("Invoke-DetectObjects scene.tif onnx/gone.onnx none.gpkg", "PathNotFound")]
    [InlineData("Invoke-DetectObjects scene.tif labels.onnx none.gpkg", "InvalidFormat")]
    [InlineData("Invoke-DetectObjects scene.tif cut.onnx none.gpkg", "InvalidFormat")]
    [InlineData("Invoke-DetectObjects scene.tif keras.emd none.gpkg", "FrameworkNotSupported")]
    public void What_does_not_fit_is_an_error_with_its_name(string command, string id)
    {
        if (command.Contains("labels.onnx", StringComparison.Ordinal))
        {
            File.Copy(job.Folder["labels.geojson"], job.Folder["labels.onnx"]);
        }
        else if (command.Contains("cut.onnx", StringComparison.Ordinal))
        {
            File.WriteAllBytes(job.Folder["cut.onnx"], File.ReadAllBytes(job.Folder["onnx/detector.onnx"])[..1_000_000]);
        }
        else if (command.Contains("keras.emd", StringComparison.Ordinal))
        {
            File.WriteAllText(job.Folder["weights.h5"], "weights");
            File.WriteAllText(job.Folder["keras.emd"], """{"Framework": "Keras", "ModelConfiguration": "MaskRCNN", "ModelFile": "weights.h5", "ModelType": "ObjectDetection"}""");
        }

        ErrorRecord error = Assert.Single(job.Host.Run(command).Errors);

        Assert.StartsWith(id, error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.DoesNotContain(job.Folder.Content, path => path.Contains("none.", StringComparison.Ordinal) || path.Contains("again", StringComparison.Ordinal));
    }

    private (double[] Box, double Confidence)[] Features(string name)
    {
        using JsonDocument layer = JsonDocument.Parse(File.ReadAllText(job.Folder[name]));
        return [.. layer.RootElement.GetProperty("features").EnumerateArray()
            .Select(feature => (
                feature.GetProperty("geometry").GetProperty("coordinates")[0].EnumerateArray().SelectMany(point => new[] { point[0].GetDouble(), point[1].GetDouble() }).ToArray(),
                feature.GetProperty("properties").GetProperty("Confidence").GetDouble()))
            .OrderBy(feature => Math.Round(feature.Item1[0])).ThenBy(feature => Math.Round(feature.Item1[1])).ThenBy(feature => Math.Round(feature.Item2))];
    }
}
