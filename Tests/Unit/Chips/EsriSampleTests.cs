using System.Text.Json;
using System.Text.RegularExpressions;
using ArcLearn.Core.Chips;
using ArcLearn.Tests.Unit.TestSupport;

namespace ArcLearn.Tests.Unit.Chips;

/// <summary>Beside folders that ArcGIS wrote: the same keys in the same order, and the same text where it does not depend on the data.</summary>
public sealed partial class EsriSampleTests : IDisposable
{
    private readonly ExportFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [SharedDataTheory]
    [InlineData("Classified_Tiles", "daremitsu1_unet")]
    [InlineData("KITTI_rectangles", "phragmites_export/train")]
    [InlineData("Export_Tiles", "drawinggui_export/data")]
    public void A_folder_is_like_one_of_ArcGIS(string format, string sample)
    {
        Export(format);
        string theirs = SharedData.PathOf("esri_samples", sample);

        CompareKeys(Path.Combine(theirs, "esri_accumulated_stats.json"), "esri_accumulated_stats.json");
        CompareKeys(Path.Combine(theirs, "esri_model_definition.emd"), "esri_model_definition.emd");
        string[] expected = Shape(File.ReadAllText(Path.Combine(theirs, "stats.txt")));
        Assert.Equal(expected, Shape(_fixture.Text("stats.txt")));
        string map = Digits().Replace(File.ReadLines(Path.Combine(theirs, "map.txt")).First(), "9");
        Assert.Equal(map, Digits().Replace(_fixture.Text("map.txt").Split('\n')[0], "9"));
    }

    [SharedDataFact]
    public void Kitti_rows_are_as_ArcGIS_writes_them()
    {
        Export(MetadataFormats.KittiRectangles);
        string theirs = File.ReadLines(SharedData.PathOf("esri_samples", "phragmites_export", "train", "labels", "000000000.txt")).First();
        string ours = _fixture.Text("labels", "000000000.txt").Split('\n')[0];

        Assert.Equal(theirs.Length, ours.Length);
        Assert.Equal("  1 0.00 0 0   19.02    4.71   32.00   32.00 0 0 0 0 0 0 0", theirs);
        Assert.Equal(theirs, ours);
    }

    private void Export(string format)
    {
        ExportOptions options = _fixture.Options(_fixture.Box(19.02, 4.71, 40, 40), _fixture.Box(60, 60, 70, 70, value: 3)) with { MetadataFormat = format };
        _fixture.Export(format != MetadataFormats.ExportTiles ? options : _fixture.Options() with
        {
            MetadataFormat = format,
            Sources = [new ExportSource(_fixture.Raster, []) { Additional = new MemoryRaster(100, 80, 1, (_, _, _) => 1) }],
        });
    }

    /// <summary>Lines without their numbers and class names, each kind of table row once.</summary>
    private static string[] Shape(string text) =>
        [.. text.Split('\n').Select(line => line.TrimEnd('\r')).Select(line => ClassRow().IsMatch(line) ? "(class)" : Number().Replace(line, "0")).Distinct()];

    private void CompareKeys(string theirs, string ours)
    {
        using JsonDocument expected = JsonDocument.Parse(File.ReadAllText(theirs));
        using JsonDocument actual = JsonDocument.Parse(_fixture.Text(ours));
        List<string> all = [.. Keys(actual.RootElement, "")];
        List<string> wanted = [.. Keys(expected.RootElement, "").Distinct()];
        Assert.Empty(wanted.Except(all));
        Assert.Equal(wanted, all.Distinct().Where(wanted.Contains));
        if (ours.EndsWith(".json", StringComparison.Ordinal))
        {
            Assert.Equal(expected.RootElement.GetProperty("OutputFeatures").GetBoolean(), actual.RootElement.GetProperty("OutputFeatures").GetBoolean());
        }

        Assert.DoesNotContain('\r', _fixture.Text(ours));
        Assert.EndsWith("}", _fixture.Text(ours), StringComparison.Ordinal);
        Assert.All(_fixture.Text(ours).Split('\n').Where(line => line.Contains(':', StringComparison.Ordinal)), line => Assert.Matches("^(  )*\"[^\"]+\" : ", line));
    }

    private static IEnumerable<string> Keys(JsonElement element, string path) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(member => Keys(member.Value, $"{path}/{member.Name}").Prepend($"{path}/{member.Name}")),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(item => Keys(item, path + "[]")),
        _ => [],
    };

    [GeneratedRegex(@"^.{1,30}\d( +\d+){2}( +\d+\.\d\d){3}$", RegexOptions.CultureInvariant)]
    private static partial Regex ClassRow();

    [GeneratedRegex(@"\d+(\.\d\d)?(\*\d+)*", RegexOptions.CultureInvariant)]
    private static partial Regex Number();

    [GeneratedRegex(@"\d+", RegexOptions.CultureInvariant)]
    private static partial Regex Digits();
}
