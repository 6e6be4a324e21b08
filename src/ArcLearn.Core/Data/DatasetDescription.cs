using System.Globalization;
using System.Text.Json;
using ArcLearn.Core.IO;

namespace ArcLearn.Core.Data;

/// <summary>
/// What the two JSON files say that matters for reading. Numbers in the model definition may be example strings ("e.g. 256"), classes
/// may be spelled ClassValue/ClassName or Value/Name: nothing is taken for granted but being JSON.
/// </summary>
/// <param name="SpaceKey">The coordinate system of the cell size, as text to compare; chips in PNG or JPEG name none themselves.</param>
internal sealed record DatasetDescription(string? MetaDataMode, string? ImageSpaceUsed, IReadOnlyList<ClassDefinition>? Classes, string? SpaceKey)
{
    public static DatasetDescription Read(DatasetFiles found, IFileSystem files)
    {
        using JsonDocument? stats = Parse(found.StatsPath, files);
        using JsonDocument? emd = Parse(found.EmdPath, files);

        // The definition has the colours; the statistics are always there.
        return new DatasetDescription(
            Text(stats, nameof(MetaDataMode)) ?? Text(emd, nameof(MetaDataMode)),
            Text(emd, nameof(ImageSpaceUsed)),
            ReadClasses(emd, found.EmdPath) ?? ReadClasses(stats, found.StatsPath),
            ReadSpace(emd) ?? ReadSpace(stats));
    }

    private static string? ReadSpace(JsonDocument? document)
    {
        if (document?.RootElement.TryGetProperty("MinCellSize", out JsonElement cell) != true || cell.ValueKind != JsonValueKind.Object
            || !cell.TryGetProperty("spatialReference", out JsonElement reference) || reference.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        return Property(reference, "latestWkid", "wkid") is { ValueKind: JsonValueKind.Number } code
            ? $"EPSG:{code.GetRawText()}"
            : reference.TryGetProperty("wkt", out JsonElement wkt) && wkt.ValueKind == JsonValueKind.String ? wkt.GetString() : null;
    }

    private static JsonDocument? Parse(string? path, IFileSystem files)
    {
        if (path is null)
        {
            return null;
        }

        try
        {
            JsonDocument document = JsonDocument.Parse(
                files.ReadAllText(path), new JsonDocumentOptions { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip });
            return document.RootElement.ValueKind == JsonValueKind.Object ? document : throw new LearnFormatException("is not a JSON object.", path);
        }
        catch (JsonException e)
        {
            throw new LearnFormatException($"is not JSON: {e.Message}", path, (int?)(e.LineNumber + 1), e);
        }
    }

    private static string? Text(JsonDocument? document, string key) =>
        document?.RootElement.TryGetProperty(key, out JsonElement value) == true && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static List<ClassDefinition>? ReadClasses(JsonDocument? document, string? path)
    {
        if (document?.RootElement.TryGetProperty(nameof(Classes), out JsonElement list) != true || list.ValueKind != JsonValueKind.Array)
        {
            return null;
        }

        List<ClassDefinition> classes = [];
        foreach (JsonElement item in list.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Object || Value(item) is not int value)
            {
                throw new LearnFormatException("has a class without an integer Value (or ClassValue).", path!);
            }

            string name = Name(item) ?? value.ToString(CultureInfo.InvariantCulture);
            if (classes.Any(c => c.Value == value))
            {
                throw new LearnFormatException($"lists class value {value} twice.", path!);
            }

            classes.Add(new ClassDefinition(value, name, Color(item)));
        }

        return classes.Count == 0 ? null : classes;
    }

    private static int? Value(JsonElement item) =>
        Property(item, "Value", "ClassValue") switch
        {
            { ValueKind: JsonValueKind.Number } e when e.TryGetDouble(out double number) && number == (int)number => (int)number,
            { ValueKind: JsonValueKind.String } e when int.TryParse(e.GetString(), NumberStyles.Integer, CultureInfo.InvariantCulture, out int number) => number,
            _ => null,
        };

    private static string? Name(JsonElement item) =>
        Property(item, "Name", "ClassName") switch
        {
            { ValueKind: JsonValueKind.String } e => e.GetString(),
            { ValueKind: JsonValueKind.Number } e => e.GetRawText(),
            _ => null,
        };

    private static int[] Color(JsonElement item) =>
        Property(item, "Color", "ClassColor") is { ValueKind: JsonValueKind.Array } e && e.GetArrayLength() >= 3
            && e.EnumerateArray().Take(3).All(c => c.ValueKind == JsonValueKind.Number && c.TryGetInt32(out _))
            ? [.. e.EnumerateArray().Take(3).Select(c => c.GetInt32())]
            : [-1, -1, -1];

    private static JsonElement Property(JsonElement item, string name, string oldName) =>
        item.TryGetProperty(name, out JsonElement value) || item.TryGetProperty(oldName, out value) ? value : default;
}
