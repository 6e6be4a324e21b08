using ArcLearn.Tests.Cmdlets.TestSupport;

namespace ArcLearn.Tests.Cmdlets;

/// <summary>A classification that does not come to its end is finished by repeating it, with the bytes that an undisturbed one writes.</summary>
public sealed class ClassificationEndTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [ShellTheory(unixOnly: true)]
    [InlineData("None")]
    [InlineData("Mean")]
    public void A_classification_that_is_killed_again_and_again_ends_with_the_same_bytes(string merge)
    {
        TestScene.Write(_folder["scene.tif"], _folder["labels.geojson"], size: 420);
        Directory.CreateDirectory(_folder["whole"]);
        using ModuleHost host = new();
        host.SetLocation(_folder.Path);
        host.Run($$"""
            $tiles = Export-TrainingData scene.tif labels.geojson tiles -TileSize 64 -StrideSize 128 -MetadataFormat Classified_Tiles -ClassValueField class
            $unet = $tiles | New-LearnDataBunch -ChipSize 64 -BatchSize 4 -WarningAction Ignore | New-UnetClassifier -Backbone resnet18 -WarningAction Ignore
            $null = $unet | Save-LearnModel -Path model
            $null = Invoke-ClassifyPixels scene.tif $unet whole/map.tif -MergePolicy {{merge}} -Probabilities
            $unet.Dispose()
            """).ThrowIfFailed();
        File.WriteAllText(_folder["classify.ps1"], $$"""
            Import-Module '{{ModuleHost.ModulePath}}'
            $null = $ExecutionContext.SessionState.Path.SetLocation('{{_folder.Path}}')
            $map = Invoke-ClassifyPixels scene.tif ./model map.tif -MergePolicy {{merge}} -Probabilities -WarningAction Ignore
            "finished $($map.ResumedTiles) of $($map.Tiles)"
            """);
        string output = _folder["map.tif"];
        Random random = new(1);
        for (int kill = 0; kill < ShellProcess.Kills && !File.Exists(output); kill++)
        {
            using ShellProcess killed = new(_folder["classify.ps1"]);
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
            using ShellProcess last = new(_folder["classify.ps1"]);
            Assert.Contains("finished", last.Finish().Output, StringComparison.Ordinal);
        }

        foreach (string name in new[] { "map.tif", "map_probabilities.tif", "map.tif.aux.xml", "map.tif.vat.dbf" })
        {
            Assert.Equal(File.ReadAllBytes(_folder[$"whole/{name}"]), File.ReadAllBytes(_folder[name]));
        }

        Assert.DoesNotContain(_folder.Content, path => path.Contains(".journal", StringComparison.Ordinal));
    }
}
