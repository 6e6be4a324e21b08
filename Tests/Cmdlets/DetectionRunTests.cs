using System.Globalization;
using ArcLearn.Tests.Cmdlets.TestSupport;

namespace ArcLearn.Tests.Cmdlets;

/// <summary>How a detection is planned, bounded, split and checked afterwards.</summary>
public sealed class DetectionRunTests(BadInputFixture job) : IClassFixture<BadInputFixture>
{
    private const string Find = "-RunNms -MaxOverlapRatio 0.3 -ModelArguments @{ threshold = 0.01 } -WarningAction Ignore";

    [Theory]
    [InlineData("gpkg")]
    [InlineData("geojson")]
    [InlineData("shp")]
    public void Shards_in_any_order_merge_to_the_bytes_of_the_whole(string extension)
    {
        Directory.CreateDirectory(job.Folder[$"whole-{extension}"]);
        Directory.CreateDirectory(job.Folder[$"split-{extension}"]);
        RunResult result = job.Host.Run($$"""
            Invoke-DetectObjects large.tif $model whole-{{extension}}/objects.{{extension}} {{Find}}
            3, 1, 2 | ForEach-Object { Invoke-DetectObjects large.tif $model split-{{extension}}/objects.{{extension}} {{Find}} -Shard "$_/3" } | Merge-LearnShard -RemoveShard
            """).ThrowIfFailed();

        dynamic[] layers = [.. result.Output.Select(item => item.BaseObject)];
        Assert.Equal(2, layers.Length);
        Assert.Equal(((int)layers[0].Features, (int)layers[0].Tiles, (string)layers[0].Model, (string)layers[0].SourcePath), ((int)layers[1].Features, (int)layers[1].Tiles, (string)layers[1].Model, (string)layers[1].SourcePath));
        Assert.True((int)layers[0].Features > 20);
        string[] files = Directory.GetFiles(job.Folder[$"whole-{extension}"]);
        Assert.Equal(files.Select(Path.GetFileName).Order(), Directory.GetFiles(job.Folder[$"split-{extension}"]).Select(Path.GetFileName).Order());
        Assert.All(files, file => Assert.Equal(File.ReadAllBytes(file), File.ReadAllBytes(job.Folder[$"split-{extension}/{Path.GetFileName(file)}"])));
    }

    [Fact]
    public void A_shard_that_is_done_is_done()
    {
        RunResult result = job.Host.Run($$"""
            1, 2 | ForEach-Object { Invoke-DetectObjects scene.tif $model again.gpkg {{Find}} -Shard 1/2 }
            Merge-LearnShard again.gpkg.shard-*
            """);

        dynamic[] shards = [.. result.Output.Select(item => item.BaseObject)];
        Assert.Equal(2, shards.Length);
        Assert.Equal((0, (int)shards[0].Tiles), ((int)shards[0].ResumedTiles, (int)shards[1].ResumedTiles));
        Assert.Equal("1/2", shards[0].Shard.ToString());
        Assert.Equal("ShardMissing", result.ErrorId);
        Assert.False(File.Exists(job.Folder["again.gpkg"]));
    }

    [Theory]
    [InlineData("0/3")]
    [InlineData("4/3")]
    [InlineData("half")]
    public void A_shard_that_cannot_be_is_refused_with_how_to_write_it(string shard) =>
        Assert.Contains("2/5", job.Host.Run($"Invoke-DetectObjects scene.tif $model none.gpkg -Shard {shard}").SingleError.Exception.Message, StringComparison.Ordinal);

    [Fact]
    public void Any_memory_limit_gives_the_same_bytes_and_one_below_a_batch_is_refused()
    {
        Directory.CreateDirectory(job.Folder["little"]);
        Directory.CreateDirectory(job.Folder["plenty"]);
        RunResult result = job.Host.Run($$"""
            Invoke-DetectObjects large.tif $model plenty/objects.gpkg {{Find}} -MemoryLimit 4GB
            Invoke-DetectObjects large.tif $model little/objects.gpkg {{Find}} -MemoryLimit 120MB
            """).ThrowIfFailed();
        Assert.Equal(2, result.Output.Count);
        Assert.Equal(File.ReadAllBytes(job.Folder["plenty/objects.gpkg"]), File.ReadAllBytes(job.Folder["little/objects.gpkg"]));

        RunResult refused = job.Host.Run($"Invoke-DetectObjects large.tif $model none.gpkg {Find} -MemoryLimit 8MB");
        Assert.Equal("MemoryLimitTooSmall", refused.ErrorId);
        Assert.Contains("batch_size", refused.SingleError.Exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_plan_tells_what_the_run_then_does()
    {
        string[] before = job.Folder.Content;
        dynamic plan = job.Host.Run("Get-InferencePlan large.tif $model -ModelArguments @{ threshold = 0.01 } -MemoryLimit 1GB -WarningAction Ignore").ThrowIfFailed().SingleOutput;
        Assert.Equal(before, job.Folder.Content);
        RunResult asked = job.Host.Run($"Invoke-DetectObjects large.tif $model planned.gpkg {Find} -WhatIf").ThrowIfFailed();
        Assert.Equal(before, job.Folder.Content);
        dynamic layer = job.Host.Run($"Invoke-DetectObjects large.tif $model planned.gpkg {Find}").ThrowIfFailed().SingleOutput;

        Assert.Equal(((int)layer.Tiles + (int)layer.SkippedTiles, 64, 16), ((int)plan.Tiles, (int)plan.ChipSize, (int)plan.Padding));
        Assert.Equal((int)plan.GridTiles, (int)plan.Tiles);
        Assert.InRange((int)plan.SampledTiles, 1, (int)plan.Tiles);
        Assert.InRange((long)plan.MemoryBytes, 32L << 20, 1L << 30);
        Assert.Equal(new FileInfo(job.Folder["large.tif"]).Length, (long)plan.ReadBytes);
        Assert.True((TimeSpan)plan.Duration > TimeSpan.Zero && (long)plan.Detections > 0 && (long)plan.DiskBytes > 0);
        Assert.Contains(((int)plan.Tiles).ToString(CultureInfo.InvariantCulture) + " of ", asked.Text, StringComparison.Ordinal);
        Assert.Contains("What if:", asked.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void An_output_is_verified_with_its_raster_and_model_and_not_with_others()
    {
        RunResult result = job.Host.Run($$"""
            $checked = Invoke-DetectObjects scene.tif $model checked.gpkg {{Find}}
            $checked | Test-LearnOutput -Model $model
            Test-LearnOutput checked.gpkg -InputRaster large.tif -Model models/squares
            Test-LearnOutput labels.geojson
            """).ThrowIfFailed();

        dynamic[] reports = [.. result.Output.Select(item => item.BaseObject)];
        Assert.Equal([true, false, false], reports.Select(report => (bool)report.IsVerified));
        Assert.Equal(["Provenance: Passed", "Content: Passed", "Raster: Passed", "Model: Passed"], Checks((object)reports[0]));
        Assert.Equal(["Provenance: Passed", "Content: Passed", "Raster: Failed", "Model: Passed"], Checks((object)reports[1]));
        Assert.Equal(["Provenance: Failed"], Checks((object)reports[2]));
        Assert.Equal("0.01", (string)reports[0].Run["threshold"]);
        Assert.Equal(("scene.tif", "True"), ((string)reports[0].Source, (string)reports[0].Run["RunNms"]));
    }

    [ShellTheory]
    [InlineData("Invoke-DetectObjects grey.tif models/squares new.gpkg", 65)]
    [InlineData("Invoke-DetectObjects scene.tif models/squares new.gpkg -ModelArguments @{ padding = -1 }", 65)]
    [InlineData("Invoke-DetectObjects absent.tif models/squares new.gpkg", 65)]
    [InlineData("Invoke-DetectObjects scene.tif models/squares new.gpkg -Shard 9/3", 65)]
    [InlineData("Invoke-DetectObjects scene.tif models/squares new.gpkg -Context @{ processorType = 'GPU' }", 69)]
    [InlineData("Invoke-DetectObjects scene.tif models/squares new.gpkg -MemoryLimit 2MB", 71)]
    [InlineData("Invoke-DetectObjects scene.tif models/squares 'postgresql://nobody@127.0.0.1:1/none?table=objects'", 75)]
    public void The_shell_ends_with_a_code_that_a_scheduler_can_tell_apart(string command, int expected)
    {
        ShellResult result = ShellProcess.Run(
            ["-Command", $"Import-Module '{ModuleHost.ModulePath}'; $null = $ExecutionContext.SessionState.Path.SetLocation('{job.Folder.Path}'); {command}"]);

        Assert.True(expected == result.ExitCode, $"{result.ExitCode}: {result.Error}");
    }

    [ShellTheory]
    [InlineData("Stop", 65)]
    [InlineData("Continue", 0)]
    public void A_script_that_stops_at_errors_ends_with_the_code_of_the_one_that_stopped_it(string preference, int expected)
    {
        string script = job.Folder[$"job{preference}.ps1"];
        File.WriteAllText(script, $$"""
            $ErrorActionPreference = '{{preference}}'
            Import-Module '{{ModuleHost.ModulePath}}'
            $null = $ExecutionContext.SessionState.Path.SetLocation('{{job.Folder.Path}}')
            Invoke-DetectObjects grey.tif models/squares new.gpkg
            'after it'
            """);

        ShellResult result = ShellProcess.Run([script]);

        Assert.True(expected == result.ExitCode, $"{result.ExitCode}: {result.Error}");
        Assert.Equal(expected == 0, result.Output.Contains("after it", StringComparison.Ordinal));
    }

    private static string[] Checks(object report) => [.. ((System.Collections.IEnumerable)((dynamic)report).Checks).Cast<object>().Select(check => check.ToString()!)];
}
