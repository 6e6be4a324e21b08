using ArcLearn.Tests.Cmdlets.TestSupport;

namespace ArcLearn.Tests.Cmdlets;

/// <summary>A training that does not come to its end leaves a whole checkpoint all the same.</summary>
public sealed class TrainingEndTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [ShellTheory(unixOnly: true)]
    [InlineData("KILL", 137)]
    [InlineData("INT", 130)]
    public void A_training_that_a_signal_ends_leaves_its_best_checkpoint_loadable(string signal, int exitCode)
    {
        TestScene.Write(_folder["scene.tif"], _folder["labels.geojson"], size: 192);
        File.WriteAllText(_folder["train.ps1"], $$"""
            Import-Module '{{ModuleHost.ModulePath}}'
            $null = $ExecutionContext.SessionState.Path.SetLocation('{{_folder.Path}}')
            $chips = Export-TrainingData scene.tif labels.geojson chips -TileSize 64 -MetadataFormat PASCAL_VOC_rectangles -ClassValueField class
            $model = $chips | New-LearnDataBunch -ChipSize 64 -BatchSize 4 -WarningAction Ignore | New-SingleShotDetector -Backbone squeezenet1_1 -Grids 2 -WarningAction Ignore
            $model | Start-ModelTraining -Epochs 10000 -LearningRate 1e-3 -CheckpointPath best | ForEach-Object { if ($_.IsBest) { [Console]::Out.WriteLine("epoch $($_.Epoch) is kept") } }
            """);
        using ShellProcess shell = new(_folder["train.ps1"]);
        shell.WaitForOutput("is kept");

        shell.Signal(signal);
        Assert.Equal(exitCode, shell.Finish().ExitCode);

        using ModuleHost host = new();
        host.SetLocation(_folder.Path);
        RunResult opened = host.Run("$best = Import-LearnModel best; Invoke-DetectObjects scene.tif $best found.geojson; $best.Dispose()");
        opened.ThrowIfFailed();
        Assert.Single(opened.Output);
        Assert.DoesNotContain(_folder.Content, path => signal != "KILL" && path.Contains(".partial", StringComparison.Ordinal));
    }
}
