using System.Globalization;
using System.Text;
using ArcLearn.Tests.Cmdlets.TestSupport;
using ArcLearn.Tests.Unit.TestSupport;

namespace ArcLearn.Tests.Cmdlets;

/// <summary>A classification of features that does not come to its end leaves the layer as it was, or wholly updated; repeated, it gives what an undisturbed one gives.</summary>
public sealed class FeatureEndTests : IDisposable
{
    private const int Across = 70;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [FeatureEndTheory]
    [InlineData("gpkg")]
    [InlineData("geojson")]
    [InlineData("shp")]
    public void A_layer_whose_classification_is_killed_again_and_again_is_as_it_was_or_wholly_updated(string extension)
    {
        TestScene.Write(_folder["scene.tif"], _folder["labels.geojson"], size: 512);
        Squares(_folder["squares.geojson"]);
        Directory.CreateDirectory(_folder["whole"]);
        using ModuleHost host = new();
        host.SetLocation(_folder.Path);
        host.Run("""
            $tiles = Export-TrainingData scene.tif labels.geojson tiles -TileSize 32 -MetadataFormat Labeled_Tiles -ClassValueField class
            $kinds = $tiles | New-LearnDataBunch -ChipSize 32 -BatchSize 4 -WarningAction Ignore | New-FeatureClassifier -Backbone squeezenet1_1 -WarningAction Ignore
            $null = $kinds | Save-LearnModel -Path model
            """).ThrowIfFailed();
        Layers(extension);
        host.Run($"$null = Invoke-ClassifyFeatures whole/layer.{extension} $kinds -InputRaster scene.tif -OutputLabelField kind -ConfidenceField sure; $kinds.Dispose()").ThrowIfFailed();
        File.WriteAllText(_folder["classify.ps1"], $$"""
            Import-Module '{{ModuleHost.ModulePath}}'
            $null = $ExecutionContext.SessionState.Path.SetLocation('{{_folder.Path}}')
            $layer = Invoke-ClassifyFeatures layer.{{extension}} ./model -InputRaster scene.tif -OutputLabelField kind -ConfidenceField sure -WarningAction Ignore
            "finished $($layer.ResumedFeatures) of $($layer.Features)"
            """);
        string before = Content("", extension);
        string after = Content("whole", extension);
        Assert.NotEqual(before, after);

        bool isUpdated = false;
        Random random = new(2);
        string journal = _folder[$"layer.{extension}.kind.journal"];
        for (int kill = 0; kill < ShellProcess.Kills && !isUpdated; kill++)
        {
            using ShellProcess killed = new(_folder["classify.ps1"]);
            if (!SpinWait.SpinUntil(() => File.Exists(journal), TimeSpan.FromMinutes(1)))
            {
                Assert.Fail(killed.Finish().Error);
            }

            // Every other one as it writes.
            if (kill % 2 == 0)
            {
                Thread.Sleep(random.Next(1500));
            }
            else
            {
                SpinWait.SpinUntil(() => IsWriting(extension) || !File.Exists(journal), TimeSpan.FromMinutes(1));
                Thread.Sleep(random.Next(60));
            }

            killed.Signal("KILL");
            _ = killed.Finish();
            string now = Content("", extension);
            isUpdated = now != before;
            Assert.True(!isUpdated || now == after, $"kill {kill + 1} left the layer half updated");
        }

        using ShellProcess last = new(_folder["classify.ps1"]);
        Assert.Contains(FormattableString.Invariant($"of {Across * Across}"), last.Finish().Output, StringComparison.Ordinal);
        Assert.Equal(after, Content("", extension));
        Assert.DoesNotContain(_folder.Content, path => path.Contains("journal", StringComparison.Ordinal) || path.Contains("partial", StringComparison.Ordinal));
    }

    /// <summary>Makes layer and whole/layer, with the same features.</summary>
    private void Layers(string extension)
    {
        foreach (string folder in new[] { "", "whole" })
        {
            if (extension == "geojson")
            {
                File.Copy(_folder["squares.geojson"], Path.Combine(_folder[folder], "layer.geojson"));
            }
            else
            {
                Programs.Run("ogr2ogr", Path.Combine(_folder[folder], $"layer.{extension}"), _folder["squares.geojson"], "-nln", "layer");
            }
        }
    }

    private bool IsWriting(string extension) => extension == "gpkg"
        ? File.Exists(_folder["layer.gpkg-journal"])
        : _folder.Content.Any(path => path.EndsWith(".partial", StringComparison.Ordinal));

    /// <summary>The bytes of a layer's fields, or the rows of a GeoPackage, as SQLite makes them of a copy with what a killed process left beside it.</summary>
    private string Content(string folder, string extension)
    {
        string path = Path.Combine(_folder[folder], $"layer.{(extension == "shp" ? "dbf" : extension)}");
        if (extension != "gpkg")
        {
            return Encoding.Latin1.GetString(File.ReadAllBytes(path));
        }

        using TemporaryFolder copy = new();
        foreach (string file in new[] { path, path + "-journal" }.Where(File.Exists))
        {
            File.Copy(file, copy[Path.GetFileName(file)]);
        }

        return Programs.Run("python3", "-c", "import sqlite3, sys; [print(row) for row in sqlite3.connect(sys.argv[1]).execute('SELECT * FROM layer ORDER BY fid')]", copy["layer.gpkg"]);
    }

    private static void Squares(string path)
    {
        StringBuilder text = new("""{"type":"FeatureCollection","crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::32618"}},"features":[""");
        for (int i = 0; i < Across * Across; i++)
        {
            double x = TestScene.OriginX + (i % Across * 3.5);
            double y = TestScene.OriginY - (i / Across * 3.5);
            (string left, string top, string right, string bottom) = (Text(x), Text(y), Text(x + 3), Text(y - 3));
            text.Append(i == 0 ? "\n" : ",\n").Append(CultureInfo.InvariantCulture, $"{{\"type\":\"Feature\",\"id\":{(Across * Across) - i},\"properties\":{{\"number\":{i}}},\"geometry\":{{\"type\":\"Polygon\",\"coordinates\":")
                .Append($"[[[{left},{top}],[{left},{bottom}],[{right},{bottom}],[{right},{top}],[{left},{top}]]]}}}}");
        }

        File.WriteAllText(path, text.Append("\n]}\n").ToString());

        static string Text(double value) => value.ToString("R", CultureInfo.InvariantCulture);
    }
}

/// <summary>A test that kills shells, with layers that ogr2ogr makes: skipped where it is not installed.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class FeatureEndTheoryAttribute : TheoryAttribute
{
    public FeatureEndTheoryAttribute() => Skip = new ShellTheoryAttribute(unixOnly: true).Skip
        ?? (Programs.Find("ogr2ogr") is null ? "ogr2ogr is not installed (Debian: gdal-bin)." : Programs.Find("python3") is null ? "python3 is not installed." : null);
}
