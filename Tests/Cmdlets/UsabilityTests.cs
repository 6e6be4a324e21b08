using System.Management.Automation;
using ArcLearn.Tests.Cmdlets.TestSupport;

namespace ArcLearn.Tests.Cmdlets;

/// <summary>What a user meets besides plain errors: hints, -WhatIf, -Verbose, names, pipelines of files.</summary>
public sealed class UsabilityTests : IClassFixture<BadInputFixture>, IDisposable
{
    private const string Cut = "-TileSize 64 -MetadataFormat PASCAL_VOC_rectangles";
    private readonly BadInputFixture _job;
    private readonly string? _store = Environment.GetEnvironmentVariable("ARCLEARN_MODEL_PATH");

    public UsabilityTests(BadInputFixture job)
    {
        _job = job;
        Environment.SetEnvironmentVariable("ARCLEARN_MODEL_PATH", job.Folder["store"]);
        if (!File.Exists(job.Folder["away.tif"]))
        {
            // The same picture a hundred kilometres further east, and labels of the scene without their CRS.
            byte[] scene = File.ReadAllBytes(job.Folder["scene.tif"]);
            BitConverter.GetBytes(600_000.0).CopyTo(scene, scene.AsSpan().IndexOf(BitConverter.GetBytes(TestScene.OriginX)));
            File.WriteAllBytes(job.Folder["away.tif"], scene);
            string labels = File.ReadAllText(job.Folder["labels.geojson"]);
            File.WriteAllText(job.Folder["metres.geojson"], labels.Replace("\"crs\"", "\"notes\"", StringComparison.Ordinal));
            job.Host.Run("$null = Install-LearnModel models/squares").ThrowIfFailed();
            Directory.CreateDirectory(job.Folder["elsewhere"]);
        }
    }

    public void Dispose() => Environment.SetEnvironmentVariable("ARCLEARN_MODEL_PATH", _store);

    [Theory]
    [InlineData("OutputExists", "Export-TrainingData scene.tif labels.geojson chips -ClassValueField class " + Cut)]
    [InlineData("ClassFieldMissing", "Export-TrainingData scene.tif labels.geojson new -ClassValueField kind " + Cut)]
    [InlineData("LabelsOutside", "Export-TrainingData away.tif labels.geojson new -ClassValueField class " + Cut)]
    [InlineData("ExtentOutside", "Export-TrainingData scene.tif labels.geojson new -ClassValueField class -Context @{ extent = 1, 2, 3, 4 } " + Cut)]
    [InlineData("InvalidFormat", "Export-TrainingData text.tif labels.geojson new -ClassValueField class " + Cut)]
    [InlineData("OutputExists", "Invoke-DetectObjects scene.tif squares layer.geojson")]
    [InlineData("BandMismatch", "Invoke-DetectObjects grey.tif squares new.gpkg")]
    [InlineData("ExtentOutside", "Invoke-DetectObjects scene.tif squares new.gpkg -Context @{ extent = 1, 2, 3, 4 }")]
    [InlineData("InvalidArgument", "Invoke-DetectObjects scene.tif squares new.kml")]
    [InlineData("InvalidArgument", "Invoke-DetectObjects scene.tif squares new.gpkg -ModelArguments @{ padding = 400 }")]
    [InlineData("PathNotFound", "Invoke-DetectObjects scene.tif squares nowhere/new.gpkg")]
    [InlineData("ModelNotInstalled", "Invoke-DetectObjects scene.tif nobody new.gpkg")]
    [InlineData("OutputExists", "$model | Save-LearnModel -Path models/squares")]
    [InlineData("InvalidArgument", "$model | Save-LearnModel -Path text.tif")]
    [InlineData("ModelExists", "Install-LearnModel models/squares")]
    [InlineData("InvalidFormat", "Install-LearnModel two.dlpk")]
    [InlineData("DataMissing", "Import-LearnModel squares | Start-ModelTraining")]
    [InlineData("InvalidArgument", "$model | Start-ModelTraining -CheckpointPath text.tif")]
    [InlineData("OutputExists", "$model | Start-ModelTraining -CheckpointPath models/squares")]
    [InlineData("LayerOutside", "Show-LearnOutput -InputObject labels.geojson -Raster away.tif -Path new.png")]
    [InlineData("InvalidArgument", "$layer | Show-LearnOutput -Path new.txt")]
    public void WhatIf_tells_what_the_run_would_refuse(string id, string script)
    {
        string[] before = _job.Folder.Content;
        RunResult asked = _job.Host.Run($"{script} -WhatIf");
        RunResult run = _job.Host.Run(script);

        Assert.Equal(id, asked.ErrorId);
        Assert.Equal(run.SingleError.ToString(), asked.SingleError.ToString());
        Assert.DoesNotContain("What if:", asked.Text, StringComparison.Ordinal);
        Assert.Equal(before, _job.Folder.Content);
    }

    [Fact]
    public void Names_of_models_with_wildcards_are_told_of_each()
    {
        RunResult result = _job.Host.Run("""
            (Install-LearnModel models/squares -Force -PassThru).Name
            (Get-LearnModelInfo sq*).ForEach({ "$($_.Name) $($_.IsUsable)" })
            (Get-LearnModelInfo nobody*).Count
            Get-LearnModelInfo nobody
            """);

        Assert.Equal(["squares", "squares True", "0"], result.Output.Select(o => o.ToString()));
        Assert.StartsWith("ModelNotInstalled", Assert.Single(result.Errors).FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    [Fact]
    public void A_definition_by_lines_is_read_and_a_table_has_no_lines_to_blame()
    {
        RunResult result = _job.Host.Run("""
            $lines = [IO.File]::ReadAllLines("$PWD/models/squares/squares.emd")
            (New-LearnModel -Json $lines).ModelType
            (New-LearnModel -Json ([object[]]$lines)).Classes.Count
            New-LearnModel -Json @{ ModelFile = 'a.pth'; ImageWidth = -1 }
            New-LearnModel -Json '{ "ModelFile": "a.pth",', '"ImageWidth": -1 }'
            """);

        Assert.Equal(["ObjectDetection", "2"], result.Output.Select(o => o.ToString()));
        Assert.Equal(
            ["-Json: ImageWidth is -1", "-Json, line 2: ImageWidth is -1"],
            result.Errors.Select(error => error.Exception.Message.Split(',')[0] is "-Json" ? string.Join(',', error.Exception.Message.Split(',')[..2]) : error.Exception.Message.Split(',')[0]));
    }

    [Fact]
    public void WhatIf_names_each_output_in_a_folder_that_is_yet_to_be_made()
    {
        RunResult result = _job.Host.Run("Invoke-DetectObjects scene.tif squares yet/ -WhatIf; $layer | Show-LearnOutput -Path yet/ -WhatIf").ThrowIfFailed();

        Assert.Contains("scene_squares.gpkg", result.Text, StringComparison.Ordinal);
        Assert.Contains("layer.png", result.Text, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_job.Folder["yet"]));
    }

    [Fact]
    public void Labels_in_metres_without_a_crs_are_told_what_to_write()
    {
        RunResult result = _job.Host.Run($"Export-TrainingData scene.tif metres.geojson new -ClassValueField class {Cut}");

        Assert.Equal("LabelCrsMissing", result.ErrorId);
        Assert.Contains("ogr2ogr -a_srs EPSG:32618", result.SingleError.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_class_field_that_was_not_named_is_a_warning_with_the_fields()
    {
        RunResult result = _job.Host.Run($"Export-TrainingData scene.tif labels.geojson unnamed {Cut}").ThrowIfFailed();

        string warning = Assert.Single(result.Warnings);
        Assert.Contains("-ClassValueField 'class'", warning, StringComparison.Ordinal);
    }

    [Fact]
    public void Files_and_paths_from_the_pipeline_are_drawn_each_under_its_name()
    {
        RunResult result = _job.Host.Run("""
            [IO.File]::Copy("$pwd/layer.geojson", "$pwd/lay [2].geojson", $true)
            $pictures = @([IO.FileInfo] "$pwd/layer.geojson", [IO.FileInfo] "$pwd/lay [2].geojson" | Show-LearnOutput -Raster scene.tif -Path drawn/)
            $pictures += 'lay*r.geojson' | Show-LearnOutput -Raster scene.tif -Path { 'drawn/again_' + [IO.Path]::GetFileName($_) + '.png' }
            $pictures | ForEach-Object { [IO.Path]::GetFileName($_.Path) }
            """).ThrowIfFailed();

        Assert.Equal(["layer.png", "lay [2].png", "again_layer.geojson.png"], result.Output.Select(name => (string)name.BaseObject));
    }

    [Fact]
    public void Two_layers_do_not_go_into_one_picture()
    {
        RunResult result = _job.Host.Run("'layer.geojson', 'layer.geojson' | Show-LearnOutput -Raster scene.tif -Path once.png -Force");

        Assert.Equal("InvalidParameterMix", result.ErrorId);
        Assert.Single(result.Output);
    }

    [Theory]
    [InlineData("Import-LearnModel squares")]
    [InlineData("'squares' | Import-LearnModel")]
    [InlineData("Get-LearnModel squares | Import-LearnModel")]
    public void A_model_is_imported_by_its_name_in_the_store(string script)
    {
        _job.Host.SetLocation(_job.Folder["elsewhere"]);
        RunResult result = _job.Host.Run($"$named = {script}; $named.Name; $named.Dispose()");
        _job.Host.SetLocation(_job.Folder.Path);

        Assert.Equal("squares", result.ThrowIfFailed().SingleOutput);
    }

    [Theory]
    [InlineData("Import-LearnModel no-one", "ModelNotInstalled")]
    [InlineData("Import-LearnModel ./no-one", "PathNotFound")]
    public void A_model_that_is_nowhere_is_told_by_what_was_meant(string script, string id) => Assert.Equal(id, _job.Host.Run(script).ErrorId);

    [Fact]
    public void Names_of_installed_models_are_completed() => Assert.Contains(
        "squares",
        _job.Host.Run("[Management.Automation.CommandCompletion]::CompleteInput('Import-LearnModel sq', 20, $null).CompletionMatches.CompletionText").ThrowIfFailed()
            .Output.Select(text => (string)text.BaseObject));

    [Fact]
    public void Weights_of_other_anchors_are_refused_where_the_definition_lies_beside_them()
    {
        foreach (string path in new[] { "models/squares", "models/squares/squares.pth", "models/squares/squares.dlpk" })
        {
            RunResult result = _job.Host.Run($"$data | New-SingleShotDetector -Backbone squeezenet1_1 -Grids 2 -Ratios '1:1' -Zooms 1, 2, 3 -PretrainedPath {path}");
            Assert.Equal("WeightsMismatch", result.ErrorId);
            Assert.Contains("-Zooms 0.7, 1, 1.3 there, 1, 2, 3 here", result.SingleError.ToString(), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("Export-TrainingData scene.tif labels.geojson told -ClassValueField class " + Cut, "384 by 384 pixels, 3 band(s) of UInt8, WGS 84 / UTM zone 18N (EPSG:32618)", "from the field 'class': pool, roof", "told")]
    [InlineData("New-LearnDataBunch chips -ChipSize 64 -BatchSize 4", "classes pool, roof", "batches of 4", "0.5 by 0.5 m")]
    [InlineData("$data | New-SingleShotDetector -Backbone squeezenet1_1 -Grids 2", "grids 2", "anchors in a chip")]
    [InlineData("(Import-LearnModel squares -Data $data) | Start-ModelTraining -Epochs 1 -CheckpointPath told_checkpoint", "batches of 4", "Learning rates", "told_checkpoint")]
    [InlineData("$model | Measure-AveragePrecision", "validation chips")]
    [InlineData("$model | Save-LearnModel -Path models/squares -Force", "models/squares")]
    [InlineData("Install-LearnModel models/squares -Force", "store")]
    [InlineData("Import-LearnModel squares", "squares.emd", "SingleShotDetector on squeezenet1_1")]
    [InlineData("Invoke-DetectObjects scene.tif squares told.gpkg", "384 by 384 pixels", "(0.5 by 0.5 m on the ground)", "in batches of 8", "told.gpkg")]
    [InlineData("$layer | Show-LearnOutput -Path told.png", "384 by 384 pixels", "objects", "told.png")]
    public void Verbose_says_what_was_opened_decided_and_written(string script, params string[] expected)
    {
        RunResult result = _job.Host.Run($"{script} -Verbose").ThrowIfFailed();

        string told = string.Join("\n", result.Verbose);
        Assert.All(expected, part => Assert.Contains(part, told, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Invoke-DetectObjects 'odd[1].tif' squares new.gpkg")]
    [InlineData("Export-TrainingData 'odd[1].tif' labels.geojson new -ClassValueField class " + Cut)]
    public void A_name_with_brackets_that_is_read_as_a_pattern_is_told_how_to_give_it(string script)
    {
        File.Copy(_job.Folder["scene.tif"], _job.Folder["odd[1].tif"], overwrite: true);
        RunResult result = _job.Host.Run(script);

        Assert.Equal("PathNotFound", result.ErrorId);
        Assert.Contains("(Get-Item -LiteralPath 'odd[1].tif'), or as 'odd`[1`].tif'", result.SingleError.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_file_name_stays_readable_where_a_path_is_too_long_for_its_column()
    {
        string folder = _job.Folder[string.Join('/', Enumerable.Repeat("a-folder-with-a-long-name", 4))];
        Directory.CreateDirectory(folder);
        RunResult result = _job.Host.Run("param($path) $layer | Show-LearnOutput -Path $path | Out-Default", Path.Combine(folder, "seen.png")).ThrowIfFailed();

        Assert.Contains("…", result.Text, StringComparison.Ordinal);
        Assert.Contains("/seen.png", result.Text, StringComparison.Ordinal);
    }
}
