using System.Security.Cryptography;
using ArcLearn.Tests.Cmdlets.TestSupport;

namespace ArcLearn.Tests.Cmdlets;

/// <summary>An export that does not come to its end is finished by repeating it, with the bytes that an undisturbed one writes.</summary>
public sealed class ExportEndTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [ShellTheory(unixOnly: true)]
    [InlineData("PASCAL_VOC_rectangles", "TIFF")]
    [InlineData("RCNN_Masks", "PNG")]
    [InlineData("COCO", "JPEG")]
    public void An_export_that_is_killed_again_and_again_ends_with_the_same_bytes(string metadata, string format)
    {
        TestScene.Write(_folder["scene.tif"], _folder["labels.geojson"], size: 2200);
        string command = $"Export-TrainingData scene.tif labels.geojson {{0}} -ChipFormat {format} -TileSize 64 -StrideSize 24 -MetadataFormat {metadata} -ClassValueField class";
        using ModuleHost host = new();
        host.SetLocation(_folder.Path);
        host.Run("$null = " + string.Format(null, command, "whole")).ThrowIfFailed();
        File.WriteAllText(_folder["export.ps1"], $$"""
            Import-Module '{{ModuleHost.ModulePath}}'
            $null = $ExecutionContext.SessionState.Path.SetLocation('{{_folder.Path}}')
            $made = {{string.Format(null, command, "chips")}} -Verbose 4>&1
            $made.ForEach({ "$_" })
            'finished'
            """);
        string output = _folder["chips"];
        string partial = output + ".incomplete";
        Random random = new(3);
        bool isContinued = false;
        for (int kill = 0; kill < ShellProcess.Kills && !Directory.Exists(output); kill++)
        {
            using ShellProcess killed = new(_folder["export.ps1"]);
            int before = Chips(partial);
            int wanted = before + random.Next(1, 1200);
            if (!SpinWait.SpinUntil(() => Chips(partial) >= wanted || Directory.Exists(output), TimeSpan.FromMinutes(1)))
            {
                Assert.Fail(killed.Finish().Error);
            }

            killed.Signal("KILL");
            string text = killed.Finish().Output;
            isContinued |= text.Contains("are there already", StringComparison.Ordinal);
            if (!Directory.Exists(output))
            {
                Assert.True(File.Exists(Path.Combine(partial, "INCOMPLETE.txt")));
            }
        }

        if (!Directory.Exists(output))
        {
            using ShellProcess last = new(_folder["export.ps1"]);
            string text = last.Finish().Output;
            isContinued |= text.Contains("are there already", StringComparison.Ordinal);
            Assert.Contains("finished", text, StringComparison.Ordinal);
        }

        Assert.True(isContinued);
        Assert.False(Directory.Exists(partial));
        string whole = _folder["whole"];
        string[] files = [.. Directory.EnumerateFiles(whole, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(whole, file)).Order(StringComparer.Ordinal)];
        Assert.Equal(files, Directory.EnumerateFiles(output, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(output, file)).Order(StringComparer.Ordinal));
        Assert.All(files, file => Assert.Equal(Hash(Path.Combine(whole, file)), Hash(Path.Combine(output, file))));
    }

    private static int Chips(string folder)
    {
        string images = Path.Combine(folder, "images");
        try
        {
            return Directory.Exists(images) ? Directory.EnumerateFiles(images).Count() : 0;
        }
        catch (DirectoryNotFoundException)
        {
            return 0;       // moved to its place meanwhile
        }
    }

    private static string Hash(string path) => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(path)));
}
