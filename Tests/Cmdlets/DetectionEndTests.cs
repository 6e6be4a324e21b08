using System.Security.Cryptography;
using ArcLearn.Tests.Cmdlets.TestSupport;

namespace ArcLearn.Tests.Cmdlets;

/// <summary>A detection that does not come to its end is finished by repeating it, with the bytes that an undisturbed one writes.</summary>
public sealed class DetectionEndTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [ShellTheory(unixOnly: true)]
    [InlineData("gpkg")]
    [InlineData("geojson")]
    public void A_detection_that_is_killed_again_and_again_ends_with_the_same_bytes(string extension)
    {
        TestScene.Write(_folder["scene.tif"], _folder["labels.geojson"], size: 1400);
        Directory.CreateDirectory(_folder["whole"]);
        using ModuleHost host = new();
        host.SetLocation(_folder.Path);
        host.Run($$"""
            $chips = Export-TrainingData scene.tif labels.geojson chips -TileSize 64 -StrideSize 256 -MetadataFormat PASCAL_VOC_rectangles -ClassValueField class
            $model = $chips | New-LearnDataBunch -ChipSize 64 -BatchSize 4 -WarningAction Ignore | New-SingleShotDetector -Backbone squeezenet1_1 -Grids 2 -WarningAction Ignore
            $null = $model | Save-LearnModel -Path model
            $null = Invoke-DetectObjects scene.tif $model whole/found.{{extension}} -RunNms -MaxOverlapRatio 0.3 -ModelArguments @{ threshold = 0.01 }
            $model.Dispose()
            """).ThrowIfFailed();
        File.WriteAllText(_folder["detect.ps1"], $$"""
            Import-Module '{{ModuleHost.ModulePath}}'
            $null = $ExecutionContext.SessionState.Path.SetLocation('{{_folder.Path}}')
            $layer = Invoke-DetectObjects scene.tif ./model found.{{extension}} -RunNms -MaxOverlapRatio 0.3 -ModelArguments @{ threshold = 0.01 } -WarningAction Ignore
            "finished $($layer.ResumedTiles) of $($layer.Tiles)"
            """);
        string output = _folder[$"found.{extension}"];
        Random random = new(1);
        for (int kill = 0; kill < ShellProcess.Kills && !File.Exists(output); kill++)
        {
            using ShellProcess killed = new(_folder["detect.ps1"]);
            if (!SpinWait.SpinUntil(() => File.Exists(output + ".journal") || File.Exists(output), TimeSpan.FromMinutes(1)))
            {
                Assert.Fail(killed.Finish().Error);
            }

            Thread.Sleep(random.Next(3000));
            killed.Signal("KILL");
            _ = killed.Finish();
        }

        if (!File.Exists(output))
        {
            using ShellProcess last = new(_folder["detect.ps1"]);
            Assert.Contains("finished", last.Finish().Output, StringComparison.Ordinal);
        }

        Assert.Equal(Hash(_folder[$"whole/found.{extension}"]), Hash(output));
        Assert.DoesNotContain(_folder.Content, path => path.Contains(".journal", StringComparison.Ordinal));
    }

    private static string Hash(string path) => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(path)));
}
