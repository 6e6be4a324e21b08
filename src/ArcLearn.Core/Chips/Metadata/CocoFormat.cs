using System.Globalization;
using System.Text;
using System.Text.Json;
using ArcLearn.Core.IO;
using NetTopologySuite.Geometries;

namespace ArcLearn.Core.Chips.Metadata;

/// <summary>
/// COCO: one file of images, categories and annotations. Boxes are x, y, width and height in pixels of the chip; outlines are rings of x and y, or
/// run lengths down the columns where an object has holes or is known by its pixels. Areas are in pixels.
/// </summary>
internal sealed class CocoFormat(IReadOnlyList<ClassDefinition> classes) : IMetadataFormat
{
    public const string FileName = "annotations.json";

    public CountedLabels Counted => CountedLabels.Features;

    public bool HasLabels(LabelledChip chip) => chip.Labels.Objects.Count > 0;

    public IReadOnlyList<string> LabelFiles(LabelledChip chip, string stem) => [];

    public void Write(LabelledChip chip, ChipWriter to)
    {
    }

    /// <summary>Two lines and more: the image, then each annotation without its own id.</summary>
    public string Note(LabelledChip chip, int number, string imageFile)
    {
        StringBuilder text = new();
        string file = EsriJson.Quote(imageFile["images/".Length..]);
        text.Append(CultureInfo.InvariantCulture, $"{{\"id\": {number}, \"file_name\": {file}, \"width\": {chip.Width}, \"height\": {chip.Height}}}");
        foreach (ChipObject item in chip.Labels.Objects)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n\"image_id\": {number}, \"category_id\": {item.ClassValue}, ");
            text.Append(CultureInfo.InvariantCulture, $"\"bbox\": [{Round(item.XMin)}, {Round(item.YMin)}, {Round(item.XMax - item.XMin)}, {Round(item.YMax - item.YMin)}], ");
            text.Append(CultureInfo.InvariantCulture, $"\"area\": {Round(item.Area / chip.Labels.PixelArea)}, \"iscrowd\": 0, \"segmentation\": ");
            AppendOutline(text, item, chip);
        }

        return text.ToString();
    }

    public IEnumerable<(string Name, string Text)> Finish(IReadOnlyList<string> notes)
    {
        StringBuilder text = new("{\n  \"info\": {\"description\": \"ArcLearn\"},\n  \"categories\": [");
        AppendList(text, classes.Select(c => $"{{\"id\": {c.Value.ToString(CultureInfo.InvariantCulture)}, \"name\": {EsriJson.Quote(c.Name)}}}"));
        text.Append("],\n  \"images\": [");
        AppendList(text, notes.Select(note => note.Split('\n')[0]));
        text.Append("],\n  \"annotations\": [");
        AppendList(text, notes.SelectMany(note => note.Split('\n').Skip(1))
            .Select((line, i) => string.Create(CultureInfo.InvariantCulture, $"{{\"id\": {i + 1}, {line}}}")));
        return [(FileName, text.Append("]\n}\n").ToString())];
    }

    /// <summary>The notes of a folder that has such a file; none where it has not.</summary>
    /// <param name="before">Images from this number on are not looked at: a run that was killed while it put its files in place left them.</param>
    /// <exception cref="LearnFormatException">The file is no COCO.</exception>
    public static IReadOnlyList<string> ReadNotes(IFileSystem files, string path, int before)
    {
        if (!files.FileExists(path))
        {
            return [];
        }

        using JsonDocument document = JsonDocument.Parse(files.ReadAllText(path));
        if (!document.RootElement.TryGetProperty("images", out JsonElement images) || !document.RootElement.TryGetProperty("annotations", out JsonElement annotations))
        {
            throw new LearnFormatException("has no images or no annotations.", path);
        }

        ILookup<int, string> lines = annotations.EnumerateArray().ToLookup(a => a.GetProperty("image_id").GetInt32(), WithoutId);
        return [.. images.EnumerateArray().Select(image => string.Join('\n', lines[image.GetProperty("id").GetInt32()].Prepend(image.GetRawText())))];
    }

    private static string WithoutId(JsonElement annotation) => string.Join(
        ", ", annotation.EnumerateObject().Where(member => member.Name != "id").Select(member => $"\"{member.Name}\": {OneLine(member.Value)}"));

    private static string OneLine(JsonElement element) => element.GetRawText().ReplaceLineEndings(" ");

    private static void AppendList(StringBuilder text, IEnumerable<string> items)
    {
        string separator = "\n    ";
        foreach (string item in items)
        {
            text.Append(separator).Append(item);
            separator = ",\n    ";
        }

        text.Append(separator[0] == ',' ? "\n  " : "");
    }

    private static void AppendOutline(StringBuilder text, ChipObject item, LabelledChip chip)
    {
        Polygon[] parts = item.Shape!.Outline() is Geometry outline
            ? [.. Enumerable.Range(0, outline.NumGeometries).Select(outline.GetGeometryN).OfType<Polygon>().Where(p => !p.IsEmpty)]
            : [];
        if (parts.Length == 0 || parts.Any(p => p.NumInteriorRings > 0))
        {
            AppendRuns(text, item, chip);
            return;
        }

        text.Append('[');
        for (int i = 0; i < parts.Length; i++)
        {
            // A ring is not closed by its first corner again.
            IEnumerable<string> corners = parts[i].ExteriorRing.Coordinates.SkipLast(1).Select(c => $"{Round(c.X)}, {Round(c.Y)}");
            text.Append(i == 0 ? "[" : ", [").AppendJoin(", ", corners).Append(']');
        }

        text.Append(']');
    }

    /// <summary>Lengths of runs of background and object by turns, background first, column after column.</summary>
    private static void AppendRuns(StringBuilder text, ChipObject item, LabelledChip chip)
    {
        bool[] inside = new bool[chip.Width * chip.Height];
        item.Shape!.Fill((row, from, to) =>
        {
            for (int column = from; column < to; column++)
            {
                inside[(column * chip.Height) + row] = true;
            }
        });
        List<int> runs = [];
        ReadOnlySpan<bool> rest = inside;
        for (bool current = false; !rest.IsEmpty; current = !current)
        {
            int length = rest.IndexOf(!current);
            length = length < 0 ? rest.Length : length;
            runs.Add(length);
            rest = rest[length..];
        }

        text.Append("{\"counts\": [").AppendJoin(", ", runs).Append(CultureInfo.InvariantCulture, $"], \"size\": [{chip.Height}, {chip.Width}]}}");
    }

    private static string Round(double value) => Math.Round(value, 2).ToString("0.##", CultureInfo.InvariantCulture);
}
