using System.Globalization;
using System.Text.Json;

namespace ArcLearn.Core.Data.Labels;

/// <summary>COCO: one JSON file with images, categories and annotations; boxes are left, top, width and height in pixels.</summary>
internal sealed class CocoDataset : DatasetReader
{
    private readonly Dictionary<string, List<NamedBox>> _boxes;
    private readonly int _listed;

    private CocoDataset(DatasetContext context, IReadOnlyList<ClassDefinition> classes, Dictionary<string, List<NamedBox>> boxes, int listed)
        : base(context, classes) => (_boxes, _listed) = (boxes, listed);

    /// <exception cref="LearnFormatException">The file is not JSON or lacks a part of COCO.</exception>
    public static CocoDataset Open(DatasetContext context)
    {
        string path = context.Found.CocoPath ?? throw context.Found.Missing(MetadataFormats.Coco, "annotations.json");
        try
        {
            using Stream stream = context.Files.OpenRead(path);
            using JsonDocument document = JsonDocument.Parse(stream);
            JsonElement root = document.RootElement;
            ClassDefinition[] classes =
            [
                .. List(root, "categories", path).Select(c => new ClassDefinition((int)Whole(c, "id", path), Text(c, "name", path), [-1, -1, -1])),
            ];
            Dictionary<long, string> images = ImagesOf(root, context, path, out int listed);
            Dictionary<string, List<NamedBox>> boxes = images.Values.Distinct().ToDictionary(image => image, _ => new List<NamedBox>(), StringComparer.Ordinal);
            foreach (JsonElement item in List(root, "annotations", path))
            {
                if (item.TryGetProperty("iscrowd", out JsonElement crowd) && crowd.ValueKind == JsonValueKind.Number && crowd.GetDouble() != 0)
                {
                    context.Tally.Add("annotation(s) of crowds were skipped");
                }
                else if (images.TryGetValue(Whole(item, "image_id", path), out string? image))
                {
                    boxes[image].Add(Box(item, path));
                }
            }

            // Colours and values of the folder's own list, where the export has one.
            IReadOnlyList<ClassDefinition> known = context.Listed is { } own && classes.All(c => own.Any(o => o.Name == c.Name && o.Value == c.Value)) ? own : classes;
            return new CocoDataset(context, known, boxes, listed);
        }
        catch (JsonException e)
        {
            throw new LearnFormatException($"is not JSON: {e.Message}", path, (int?)(e.LineNumber + 1), e);
        }
    }

    public override IReadOnlyList<ChipPair> List() => _boxes.Count > 0
        ? [.. _boxes.Keys.Order(StringComparer.Ordinal).Select(image => new ChipPair(image, null))]
        : throw new LearnDataException(
            "NoImages", $"None of the {_listed} image(s) listed in {Context.Found.CocoPath} is there. Copy the images into the folder, or into images/ in it.", Context.Found.Folder);

    public override ChipLabels Read(ChipPair pair, int width, int height)
    {
        List<ChipBox> boxes = [];
        foreach (NamedBox item in _boxes[pair.ImagePath])
        {
            if (ClassOf(item.Name!, "object(s)") is string name && BoxClip.Within(item, name, width, height, Context.Tally) is ChipBox box)
            {
                boxes.Add(box);
            }
        }

        return new ChipLabels { Boxes = boxes };
    }

    /// <summary>Paths by image id: below the JSON file, the folder, or its image folder, wherever the file is.</summary>
    private static Dictionary<long, string> ImagesOf(JsonElement root, DatasetContext context, string path, out int listed)
    {
        FolderListing listing = new(context.Files);
        string?[] places = [context.Found.ImageFolder, context.Found.Folder, Path.GetDirectoryName(path)];
        Dictionary<long, string> images = [];
        listed = 0;
        foreach (JsonElement item in List(root, "images", path))
        {
            listed++;
            string name = Text(item, "file_name", path).Replace('\\', '/');
            string? image = places.OfType<string>().Select(place => Path.GetFullPath(Path.Combine(place, name))).FirstOrDefault(listing.Holds);
            if (image is null)
            {
                context.Tally.Add($"image(s) listed in {Path.GetFileName(path)} are missing and were skipped");
            }
            else
            {
                images[Whole(item, "id", path)] = image;
            }
        }

        return images;
    }

    private static NamedBox Box(JsonElement item, string path)
    {
        string category = Whole(item, "category_id", path).ToString(CultureInfo.InvariantCulture);
        if (!item.TryGetProperty("bbox", out JsonElement box) || box.ValueKind != JsonValueKind.Array || box.GetArrayLength() != 4
            || box.EnumerateArray().Any(n => n.ValueKind != JsonValueKind.Number))
        {
            throw new LearnFormatException("has an annotation whose bbox is not four numbers.", path);
        }

        double[] side = [.. box.EnumerateArray().Select(n => n.GetDouble())];
        return new NamedBox(category, side[0], side[1], side[0] + side[2], side[1] + side[3]);
    }

    private static JsonElement.ArrayEnumerator List(JsonElement root, string key, string path) =>
        root.ValueKind == JsonValueKind.Object && root.TryGetProperty(key, out JsonElement list) && list.ValueKind == JsonValueKind.Array
            && list.EnumerateArray().All(item => item.ValueKind == JsonValueKind.Object)
            ? list.EnumerateArray()
            : throw new LearnFormatException($"is not a COCO file: it has no list '{key}'.", path);

    private static long Whole(JsonElement item, string key, string path) =>
        item.TryGetProperty(key, out JsonElement value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out long number)
            ? number
            : throw new LearnFormatException($"has an entry whose '{key}' is no whole number.", path);

    private static string Text(JsonElement item, string key, string path) =>
        item.TryGetProperty(key, out JsonElement value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text
            ? text
            : throw new LearnFormatException($"has an entry without '{key}'.", path);
}
