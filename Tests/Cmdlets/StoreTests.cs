using System.Management.Automation;
using ArcLearn.Tests.Cmdlets.TestSupport;

namespace ArcLearn.Tests.Cmdlets;

/// <summary>Two packages of one name and different weights.</summary>
public sealed class StoreFixture : SessionFixture
{
    private readonly string? _store = Environment.GetEnvironmentVariable("ARCLEARN_MODEL_PATH");

    public StoreFixture()
    {
        TestScene.Write(Folder["scene.tif"], Folder["labels.geojson"]);
        Host.SetLocation(Folder.Path);
        Host.Run("""
            $chips = Export-TrainingData scene.tif labels.geojson chips -TileSize 64 -StrideSize 96 -MetadataFormat PASCAL_VOC_rectangles -ClassValueField class
            $data = $chips | New-LearnDataBunch -ChipSize 64 -BatchSize 4 -Seed 7 -WarningAction Ignore
            $model = $data | New-SingleShotDetector -Backbone squeezenet1_1 -Grids 2 -Ratios '1:1' -Seed 1 -WarningAction Ignore
            $packages = foreach ($folder in 'a', 'b') {
                $one = $data | New-SingleShotDetector -Backbone squeezenet1_1 -Grids 2 -Ratios '1:1' -Seed ($folder -eq 'a' ? 1 : 2) -WarningAction Ignore
                $one | Save-LearnModel -Path $folder/squares -NoReport
                $one.Dispose()
            }
            """).ThrowIfFailed();
    }

    /// <summary>A store of its own for a test.</summary>
    internal string Store(string name)
    {
        Environment.SetEnvironmentVariable("ARCLEARN_MODEL_PATH", Folder[name]);
        return Folder[name];
    }

    internal void LeaveStore() => Environment.SetEnvironmentVariable("ARCLEARN_MODEL_PATH", _store);
}

/// <summary>The store as users, and many processes at once, meet it; definitions and what they tell.</summary>
public sealed class StoreTests(StoreFixture job) : IClassFixture<StoreFixture>, IDisposable
{
    public void Dispose() => job.LeaveStore();

    [ShellFact]
    public void Eight_processes_install_list_use_and_remove_a_model_at_once()
    {
        string store = job.Store("shared");
        File.WriteAllText(job.Folder["crowd.ps1"], $$"""
            param([int] $Role)
            Import-Module '{{ModuleHost.ModulePath}}'
            $null = $ExecutionContext.SessionState.Path.SetLocation('{{job.Folder.Path}}')
            $quiet = @{ ErrorAction = 'SilentlyContinue'; ErrorVariable = 'failures'; WarningAction = 'SilentlyContinue'; WarningVariable = 'warnings' }
            'ready'
            while (-not [IO.File]::Exists('{{job.Folder["go"]}}')) { [Threading.Thread]::Sleep(5) }
            ($done, $clock) = (0, [Diagnostics.Stopwatch]::StartNew())
            while ($clock.Elapsed.TotalSeconds -lt 6 -or ($done -eq 0 -and $Role -gt 3 -and $clock.Elapsed.TotalSeconds -lt 60)) {
                $allowed = 'ModelNotInstalled'
                switch ($Role) {
                    0 { $null = Install-LearnModel a/squares/squares.dlpk -Force @quiet }
                    1 { $null = Install-LearnModel b/squares -Force @quiet }
                    2 { $allowed = 'ModelExists'; $null = Install-LearnModel a/squares/squares.emd @quiet }
                    3 { Uninstall-LearnModel squares @quiet }
                    4 { $null = Get-LearnModel @quiet }
                    5 { $info = Get-LearnModelInfo squares @quiet; if ($info -and -not $info.IsUsable) { "unusable: $($info.Reason)" } }
                    default { $opened = Import-LearnModel squares @quiet; if ($opened) { $opened.Dispose() } }
                }
                if ($failures.Count -eq 0) { $done++ }
                foreach ($failure in $failures) { if ($failure.FullyQualifiedErrorId -notlike "$allowed,*") { "failed: $($failure.FullyQualifiedErrorId) $failure" } }
                foreach ($warning in $warnings) { "warned: $warning" }
                if ($Role -eq 3) { [Threading.Thread]::Sleep(800) }
            }
            if ($Role -eq 0) { $null = Install-LearnModel a/squares/squares.dlpk -Force }
            $done -gt 0 ? 'fine' : 'never'
            """);
        ShellProcess[] processes = [.. Enumerable.Range(0, 8).Select(role => new ShellProcess(job.Folder["crowd.ps1"], "-Role", $"{role}"))];
        try
        {
            Array.ForEach(processes, process => process.WaitForOutput("ready"));
            File.WriteAllText(job.Folder["go"], "");
            string[] said = [.. processes.Select(process => process.Finish()).Select(result => result.Output + result.Error)];

            string[] meant = ["fine", "fine", "(fine|never)", "(fine|never)", "fine", "fine", "fine", "fine"];
            Assert.All(said.Zip(meant), pair => Assert.Matches($"^ready\n{pair.Second}\n$", pair.First));
        }
        finally
        {
            Array.ForEach(processes, process => process.Dispose());
        }

        RunResult after = job.Host.Run("$null = Install-LearnModel a/squares/squares.dlpk -Force; Get-LearnModel; $again = Import-LearnModel squares; $again.Dispose()");
        after.ThrowIfFailed();
        Assert.Single(after.Output);
        Assert.Empty(after.Warnings);
        Assert.Equal([".lock", "squares"], Directory.EnumerateFileSystemEntries(store).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal));
    }

    [ShellFact(unixOnly: true)]
    public void An_install_that_is_killed_leaves_the_old_model_or_the_new_one()
    {
        string store = job.Store("killed");
        job.Host.Run("$null = Install-LearnModel a/squares/squares.dlpk").ThrowIfFailed();
        File.WriteAllText(job.Folder["install.ps1"], $$"""
            Import-Module '{{ModuleHost.ModulePath}}'
            $null = $ExecutionContext.SessionState.Path.SetLocation('{{job.Folder.Path}}')
            'ready'
            while ($true) { foreach ($folder in 'b', 'a') { $null = Install-LearnModel $folder/squares/squares.dlpk -Force } }
            """);
        string[] whole = [.. new[] { "a", "b" }.Select(folder => Convert.ToHexString(File.ReadAllBytes(job.Folder[$"{folder}/squares/squares.pth"])))];
        Random random = new(5);
        for (int kill = 0; kill < ShellProcess.Kills; kill++)
        {
            using ShellProcess killed = new(job.Folder["install.ps1"]);
            killed.WaitForOutput("ready");
            Thread.Sleep(random.Next(400));
            killed.Signal("KILL");
            Assert.DoesNotContain("Exception", killed.Finish().Error, StringComparison.Ordinal);

            RunResult listed = job.Host.Run("Get-LearnModel; $opened = Import-LearnModel squares; $opened.Dispose()");
            listed.ThrowIfFailed();
            Assert.Empty(listed.Warnings);
            Assert.Single(listed.Output);
            Assert.Contains(Convert.ToHexString(File.ReadAllBytes(Path.Combine(store, "squares", "squares.pth"))), whole);
        }

        job.Host.Run("$null = Install-LearnModel a/squares/squares.dlpk -Force").ThrowIfFailed();
        Assert.Equal([".lock", "squares"], Directory.EnumerateFileSystemEntries(store).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("Import-LearnModel squares")]
    [InlineData("Get-LearnModel squares | Import-LearnModel")]
    [InlineData("Import-LearnModel (Get-LearnModel squares).EmdPath")]
    [InlineData("Invoke-DetectObjects scene.tif squares new.gpkg")]
    [InlineData("Get-LearnModel squares | Install-LearnModel -Scope CurrentUser -Force")]
    public void Weights_that_were_altered_in_the_store_are_an_error_that_names_the_file(string script)
    {
        string store = job.Store($"altered {script.Length}");
        job.Host.Run("$null = Install-LearnModel a/squares/squares.dlpk").ThrowIfFailed();
        string weights = Path.Combine(store, "squares", "squares.pth");
        byte[] bytes = File.ReadAllBytes(weights);
        bytes[^200] ^= 1;
        File.WriteAllBytes(weights, bytes);

        RunResult result = job.Host.Run(script);

        Assert.Equal("InvalidFormat", result.ErrorId);
        Assert.Equal(weights, result.SingleError.TargetObject);
        Assert.Contains("was altered since the model was installed: its SHA-256 is", result.SingleError.ToString(), StringComparison.Ordinal);
        job.Host.Run("$null = Install-LearnModel a/squares/squares.dlpk -Force; (Import-LearnModel squares).Dispose()").ThrowIfFailed();
    }

    [Fact]
    public void A_damaged_model_is_warned_of_and_can_be_removed()
    {
        string store = job.Store("damaged");
        job.Host.Run("$null = Install-LearnModel a/squares/squares.dlpk").ThrowIfFailed();
        File.Delete(Path.Combine(store, "squares", "squares.pth"));

        RunResult listed = job.Host.Run("Get-LearnModel");
        Assert.Empty(listed.Output);
        Assert.Contains("'squares' is damaged", Assert.Single(listed.Warnings), StringComparison.Ordinal);
        RunResult removed = job.Host.Run("Uninstall-LearnModel squares -PassThru").ThrowIfFailed();
        Assert.Empty(removed.Output);
        Assert.Contains("was damaged: it is removed", Assert.Single(removed.Warnings), StringComparison.Ordinal);
        Assert.Empty(Directory.GetDirectories(store));
    }

    [Fact]
    public void A_model_of_another_kind_is_installed_with_a_warning()
    {
        job.Store("kinds");
        File.Copy(job.Folder["a/squares/squares.pth"], job.Folder["other.pth"]);
        RunResult installed = job.Host.Run("""
            (New-LearnModel -Json @{ Framework = 'arcgis.learn.models._inferencing'; ModelConfiguration = '_FasterRCNN'; ModelType = 'ObjectDetection'; ModelFile = 'other.pth' } | Install-LearnModel).Name
            """);

        Assert.Equal("other", Assert.Single(installed.ThrowIfFailed().Output).ToString());
        Assert.Contains("'other' is installed, but cannot be used here:", Assert.Single(installed.Warnings), StringComparison.Ordinal);
        Assert.Contains("_FasterRCNN", installed.Warnings[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("InvalidFormat", "Install-LearnModel script/own.emd")]
    [InlineData("InvalidFormat", "Import-LearnModel script/own.emd")]
    [InlineData("InvalidFormat", "Invoke-DetectObjects scene.tif script/own.emd new.gpkg")]
    [InlineData("InvalidFormat", "Import-LearnModel script/program.pt")]
    [InlineData("InvalidFormat", "Invoke-DetectObjects scene.tif script/program.pt new.gpkg")]
    [InlineData("InvalidFormat", "$data | New-SingleShotDetector -PretrainedPath script/program.pt")]
    [InlineData("FrameworkNotSupported", "Install-LearnModel script/foreign.emd")]
    [InlineData("FrameworkNotSupported", "Install-LearnModel script/foreign.emd -WhatIf")]
    [InlineData("FrameworkNotSupported", "Import-LearnModel script/foreign.emd")]
    [InlineData("FrameworkNotSupported", "Invoke-DetectObjects scene.tif script/foreign.emd new.gpkg")]
    public void A_program_of_TorchScript_is_refused_with_what_to_do(string id, string command)
    {
        job.Store("script");
        if (!Directory.Exists(job.Folder["script"]))
        {
            Directory.CreateDirectory(job.Folder["script"]);
            File.Copy(Path.Combine(AppContext.BaseDirectory, "script.pth"), job.Folder["script/program.pt"]);
            File.WriteAllText(job.Folder["script/own.emd"], File.ReadAllText(job.Folder["a/squares/squares.emd"]).Replace("squares.pth", "program.pt", StringComparison.Ordinal));
            File.WriteAllText(job.Folder["script/foreign.emd"], """{ "ModelConfiguration": "mine", "ModelType": "ObjectDetection", "ModelFile": "program.pt" }""");
        }

        RunResult result = job.Host.Run(command);

        Assert.Equal(id, result.ErrorId);
        Assert.Contains("a program of TorchScript, which runs whatever it says", result.SingleError.ToString(), StringComparison.Ordinal);
        Assert.Contains("torch.onnx.export(", result.SingleError.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_definition_is_read_from_files_and_JSON_and_used_as_a_model()
    {
        job.Store("definitions");
        job.Host.Run("""
            $byPath = @('a/squares', 'a/squares/squares.emd', 'a/squares/squares.dlpk' | New-LearnModel)
            $byText = New-LearnModel -Json ([IO.File]::ReadAllText("$pwd/a/squares/squares.emd").Replace('"squares.pth"', '"a/squares/squares.pth"'))
            $byTable = New-LearnModel -Name mine -Json @{ ModelConfiguration = '_DynamicSSD'; ModelFile = "$pwd/a/squares/squares.pth"; ImageWidth = 64; ImageHeight = 64; Grids = , 2; Zooms = 0.7, 1, 1.3
                Ratios = , @(1, 1); backbone = 'squeezenet1_1'; Classes = @(@{ Value = 1; Name = 'pool' }, @{ Value = 2; Name = 'roof' }) }
            """).ThrowIfFailed();

        RunResult shown = job.Host.Run("$byPath.Name; $byText.Name; $byTable.Name; $byText.WeightsPath; $byPath[1].Json.Length -gt 500");
        Assert.Equal(["squares", "squares", "squares", "squares", "mine", job.Folder["a/squares/squares.pth"], "True"], shown.ThrowIfFailed().Output.Select(one => one.ToString()));

        RunResult used = job.Host.Run("""
            foreach ($definition in $byPath + $byText + $byTable) {
                $opened = $definition | Import-LearnModel
                "$($opened.GetType().Name) $($opened.Backbone) $($opened.Classes -join ',')"
                $opened.Dispose()
            }
            $layers = foreach ($definition in $byPath[2], $byText) { Invoke-DetectObjects scene.tif $definition "$([guid]::NewGuid()).geojson" -ModelArguments @{ threshold = 0.3 } }
            $layers.Model -join ','
            ($byText | Install-LearnModel).Name
            (Get-LearnModelInfo squares).IsUsable
            """);
        Assert.Equal(
            [.. Enumerable.Repeat("SingleShotDetector squeezenet1_1 pool,roof", 5), "squares,squares", "squares", "True"],
            used.ThrowIfFailed().Output.Select(one => one.ToString()));
    }

    [Fact]
    public void What_a_model_needs_and_takes_is_told_however_it_is_given()
    {
        job.Store("told");
        RunResult result = job.Host.Run("""
            $null = Install-LearnModel a/squares/squares.dlpk
            $infos = @($model, 'squares', 'a/squares/squares.dlpk', (New-LearnModel a/squares), (Get-LearnModel squares) | Get-LearnModelInfo)
            foreach ($info in $infos) { "$($info.ModelType) $($info.Bands) x $($info.SampleType) of $($info.ImageWidth), $($info.SpatialReference), $($info.CellSize), usable $($info.IsUsable)" }
            $infos[1].Arguments.ForEach({ "$($_.Name) $($_.Type) $($_.Default) $($_.Minimum) $($_.Maximum)" }) -join '; '
            $infos[1].ToJson()
            """);

        string[] lines = [.. result.ThrowIfFailed().Output.Select(one => one.ToString())];
        Assert.All(lines[..5], line => Assert.Equal("ObjectDetection 3 x UInt8 of 64, 32618, 0.5 0.5, usable True", line));
        Assert.Equal(
            "padding Integer 16 0 ; threshold Number 0.5 0 1; nms_overlap Number 0.1 0 1; batch_size Integer 8 1 4096; exclude_pad_detections Boolean True  ; test_time_augmentation Boolean False  ",
            lines[5]);
        Assert.Contains("\"Default\": 16", lines[6], StringComparison.Ordinal);
        string table = job.Host.Run("$infos[1] | Out-Default; $infos[1].Arguments | Out-Default; $byPath = New-LearnModel a/squares; $byPath | Out-Default").ThrowIfFailed().Text;
        Assert.Matches(@"squares\s+ObjectDetection\s+64 x 64\s+3 x UInt8\s+yes", table);
        Assert.Matches(@"threshold\s+Number\s+0.5\s+0 to 1\s+Score that", table);
        Assert.Matches(@"squares\s+ObjectDetection\s+_DynamicSSD\s+64 x 64\s+pool, roof", table);
    }

    [Theory]
    [InlineData("@{ treshold = 0.4 }", "Did you mean 'threshold'?")]
    [InlineData("@{ NmsOverlapp = 0.4 }", "Did you mean 'nms_overlap'?")]
    [InlineData("@{ score_threshold = 0.4 }", "Did you mean 'threshold'?")]
    [InlineData("@{ colour = 'red' }", "does not know 'colour'. It knows: padding")]
    [InlineData("@{ threshold = 'high' }", "'threshold' in -ModelArguments is 'high'; it must be a number from 0 to 1")]
    [InlineData("@{ batch_size = 2.5 }", "it must be a whole number from 1 to 4096")]
    [InlineData("@{ exclude_pad_detections = 'perhaps' }", "it must be true or false")]
    public void Arguments_that_a_model_does_not_take_are_refused_by_name(string arguments, string message)
    {
        RunResult result = job.Host.Run($"Invoke-DetectObjects scene.tif $model new.gpkg -ModelArguments {arguments}");

        Assert.Equal("InvalidArgument", result.ErrorId);
        Assert.Contains(message, result.SingleError.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Arguments_complete_as_tables()
    {
        job.Store("completed");
        RunResult result = job.Host.Run("""
            $null = Install-LearnModel a/squares/squares.dlpk
            foreach ($line in 'Invoke-DetectObjects scene.tif squares -ModelArguments ', 'Invoke-DetectObjects scene.tif squares -ModelArguments thr', 'Invoke-ClassifyPixels scene.tif nobody -ModelArguments tile', 'Invoke-ClassifyFeatures a.gpkg nobody -ModelArguments ') {
                ([Management.Automation.CommandCompletion]::CompleteInput($line, $line.Length, $null)).CompletionMatches.CompletionText -join '|'
            }
            """);

        string[] lines = [.. result.ThrowIfFailed().Output.Select(one => one.ToString())];
        Assert.StartsWith("@{ padding = 16; threshold = 0.5; nms_overlap = 0.1; batch_size = 8; exclude_pad_detections = $true; test_time_augmentation = $false }|@{ padding = 16 }|", lines[0], StringComparison.Ordinal);
        Assert.Equal("@{ threshold = 0.5 }", lines[1]);
        Assert.Equal("@{ tile_size = 1 }", lines[2]);
        Assert.Equal("@{ batch_size = 16; test_time_augmentation = $false }|@{ batch_size = 16 }|@{ test_time_augmentation = $false }", lines[3]);
    }

    [Theory]
    [InlineData("InvalidFormat", "not valid JSON", "New-LearnModel -Json '{'")]
    [InlineData("InvalidFormat", "not an object", "New-LearnModel -Json '[1]'")]
    [InlineData("InvalidArgument", "cannot be a model's name", "New-LearnModel -Json '{}' -Name a/b")]
    [InlineData("InvalidArgument", "nested deeper", "$loop = @{}; $loop.a = $loop; New-LearnModel -Json $loop")]
    [InlineData("InvalidFormat", "holds no model definition", "New-LearnModel chips/images")]
    [InlineData("PathNotFound", "", "New-LearnModel nowhere.emd")]
    [InlineData("FrameworkNotSupported", "Keras", "New-LearnModel -Json '{ \"Framework\": \"Keras\", \"ModelFile\": \"a.h5\" }' | Import-LearnModel")]
    [InlineData("InvalidFormat", "names no ModelFile", "New-LearnModel -Json '{ \"ModelConfiguration\": \"_DynamicSSD\" }' | Install-LearnModel")]
    [InlineData("ModelNotInstalled", "nobody", "Get-LearnModelInfo nobody")]
    public void A_definition_that_makes_no_sense_is_told_so(string id, string message, string script)
    {
        job.Store("none");
        RunResult result = job.Host.Run(script);

        Assert.Equal(id, result.ErrorId);
        Assert.Contains(message, result.SingleError.ToString(), StringComparison.Ordinal);
    }
}
