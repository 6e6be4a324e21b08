using System.Text.Json;
using ArcLearn.Core.IO;

namespace ArcLearn.Core.Chips;

/// <summary>A complete export that chips are added to: what its files tell of it.</summary>
internal sealed class ExistingExport
{
    private const string StatisticsName = "esri_accumulated_stats.json";

    private ExistingExport(string path, JsonElement root)
    {
        MetadataFormat = Text(root, "MetaDataMode", path);
        (TileWidth, TileHeight) = (Number(root, "TileSizeX", path), Number(root, "TileSizeY", path));
        BandCount = Number(root, "NumBands", path);
        Images = Number(root, "NumTiles", path);
        NextNumber = root.TryGetProperty("NextTileIndex", out JsonElement next) && next.TryGetInt32(out int number) ? number : -1;
        Classes = [.. Items(root, "Classes").Select(c => new ClassDefinition(Number(c, "ClassValue", path), Text(c, "ClassName", path), [-1, -1, -1]))];
        Bands = [.. Items(root, "BandStatsState").Select(ReadBand)];
        AdditionalBands = [.. Items(root, "BandStatsState2").Select(ReadBand)];
        JsonElement features = root.TryGetProperty("FeatureStats", out JsonElement f) ? f : default;
        JsonElement pixels = root.TryGetProperty("ClassPixelStats", out JsonElement p) ? p : default;
        JsonElement either = features.ValueKind == JsonValueKind.Object ? features : pixels;
        Features = features.ValueKind == JsonValueKind.Object ? Number(features, "NumFeaturesTotal", path) : 0;
        ImagesPerClass = Fill([.. Items(either, "NumImagesPerClass").Select(e => e.GetInt32())], 0);
        AreaPerClass = Fill([.. Items(features, "FeatureAreaPerClass").Select(ReadSummary)], new RunningStatistic());
        PixelsPerClass = Fill([.. Items(pixels, "PixelsPerClass").Select(ReadSummary)], new RunningStatistic());
        FeaturesPerImage = Summary(features, "NumFeaturesPerImage");
        ClassesPerImage = Summary(pixels, "NumClassesPerImage");
        (MinCell, MaxCell) = (Cell(root, "MinCellSize"), Cell(root, "MaxCellSize"));
    }

    public string MetadataFormat { get; }

    public int TileWidth { get; }

    public int TileHeight { get; }

    public int BandCount { get; }

    public int Images { get; }

    public int Features { get; }

    /// <summary>The number that the next chip takes.</summary>
    public int NextNumber { get; private set; }

    /// <summary>In the order that the folder lists them.</summary>
    public IReadOnlyList<ClassDefinition> Classes { get; private set; }

    public IReadOnlyList<RunningStatistic> Bands { get; }

    public IReadOnlyList<RunningStatistic> AdditionalBands { get; }

    public IReadOnlyList<int> ImagesPerClass { get; }

    public IReadOnlyList<RunningStatistic> AreaPerClass { get; }

    public IReadOnlyList<RunningStatistic> PixelsPerClass { get; }

    public RunningStatistic FeaturesPerImage { get; }

    public RunningStatistic ClassesPerImage { get; }

    /// <summary>Least ground size of a pixel; null where the folder names none.</summary>
    public (double X, double Y)? MinCell { get; }

    public (double X, double Y)? MaxCell { get; }

    public string MapText { get; private set; } = "";

    /// <summary>What a format that keeps all labels in one file had to say of the chips.</summary>
    public IReadOnlyList<string> Notes { get; private set; } = [];

    /// <summary>The extension of the images; null for a folder without any.</summary>
    public string? ImageExtension { get; private set; }

    /// <summary>Reads the files of a folder.</summary>
    /// <exception cref="LearnArgumentException">OutputLocation: it is no export.</exception>
    /// <exception cref="LearnFormatException">A file is damaged.</exception>
    public static ExistingExport Read(IFileSystem files, string folder)
    {
        string path = Path.Combine(folder, StatisticsName);
        string map = Path.Combine(folder, "map.txt");
        if (!files.FileExists(path) || !files.FileExists(map))
        {
            throw new LearnArgumentException("OutputLocation", $"{folder} is no complete export (no {StatisticsName} or no map.txt), so nothing can be added to it.");
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(files.ReadAllText(path));
            ExistingExport export = new(path, document.RootElement);
            export.ReadMap(files.ReadAllText(map));
            export.ReadColors(files, Path.Combine(folder, "esri_model_definition.emd"));
            export.Notes = Metadata.CocoFormat.ReadNotes(files, Path.Combine(folder, Metadata.CocoFormat.FileName), export.NextNumber);
            return export;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            throw new LearnFormatException($"is damaged: {e.Message}", path, inner: e);
        }
    }

    /// <summary>The first lines, one a chip: a run that was killed while it put its files in place may have left more.</summary>
    private void ReadMap(string text)
    {
        string[] lines = [.. text.Split('\n').Select(line => line.TrimEnd('\r')).Where(line => line.Length > 0).Take(Images)];
        MapText = string.Concat(lines.Select(line => line + "\n"));
        string[] images = [.. lines.Select(line => line.Split(' ')[0])];
        ImageExtension = images.Length == 0 ? null : Path.GetExtension(images[0]);
        if (NextNumber < 0)
        {
            NextNumber = 1 + images.Select(image => int.TryParse(Path.GetFileNameWithoutExtension(image.Replace('\\', '/')), out int number) ? number : -1).DefaultIfEmpty(-1).Max();
        }
    }

    private void ReadColors(IFileSystem files, string path)
    {
        if (!files.FileExists(path))
        {
            return;
        }

        using JsonDocument document = JsonDocument.Parse(files.ReadAllText(path));
        Dictionary<int, int[]> colors = [];
        foreach (JsonElement item in Items(document.RootElement, "Classes"))
        {
            colors[Number(item, "Value", path)] = [.. Items(item, "Color").Select(c => c.GetInt32())];
        }

        Classes = [.. Classes.Select(c => colors.TryGetValue(c.Value, out int[]? color) && color.Length == 3 ? c with { Color = color } : c)];
    }

    private static JsonElement[] Items(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out JsonElement list) && list.ValueKind == JsonValueKind.Array ? [.. list.EnumerateArray()] : [];

    private static int Number(JsonElement parent, string name, string path) =>
        parent.TryGetProperty(name, out JsonElement value) && value.TryGetInt32(out int number) ? number : throw new LearnFormatException($"has no whole number '{name}'.", path);

    private static string Text(JsonElement parent, string name, string path) =>
        parent.TryGetProperty(name, out JsonElement value) && value.GetString() is string text ? text : throw new LearnFormatException($"has no text '{name}'.", path);

    private static double Real(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out JsonElement value) && value.TryGetDouble(out double number) ? number : 0;

    private static RunningStatistic ReadBand(JsonElement band) => RunningStatistic.Restore(
        (long)Real(band, "Num"), Real(band, "Min"), Real(band, "Max"), Real(band, "M1"), Real(band, "M1") * Real(band, "Num"), Real(band, "M2"));

    private static RunningStatistic ReadSummary(JsonElement of) =>
        RunningStatistic.Restore((long)Real(of, "Count"), Real(of, "Min"), Real(of, "Max"), Real(of, "Mean"), Real(of, "Sum"), 0);

    private static RunningStatistic Summary(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out JsonElement of) ? ReadSummary(of) : new RunningStatistic();

    private static (double X, double Y)? Cell(JsonElement root, string name) =>
        root.TryGetProperty(name, out JsonElement cell) && Real(cell, "x") > 0 ? (Real(cell, "x"), Real(cell, "y")) : null;

    private T[] Fill<T>(T[] read, T empty) => read.Length == Classes.Count ? read : [.. Enumerable.Repeat(empty, Classes.Count)];
}
