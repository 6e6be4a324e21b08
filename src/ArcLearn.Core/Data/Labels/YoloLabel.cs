using System.Globalization;
using ArcLearn.Core.IO;

namespace ArcLearn.Core.Data.Labels;

/// <summary>
/// YOLO files: a line per object with the index of its class from 0, then centre, width and height of its box in parts of the image's sides.
/// A line with more numbers is an outline, of which the box is taken.
/// </summary>
internal static class YoloLabel
{
    /// <param name="names">By class index.</param>
    /// <exception cref="LearnFormatException">A line is of another form, or names a class that there is not.</exception>
    public static List<NamedBox> Read(string path, IFileSystem files, IReadOnlyList<string> names, int width, int height)
    {
        List<NamedBox> boxes = [];
        string[] lines = files.ReadAllText(path).Split('\n');
        for (int i = 0; i < lines.Length; i++)
        {
            string[] column = lines[i].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (column.Length == 0)
            {
                continue;
            }

            if (column.Length < 5 || (column.Length > 5 && (column.Length < 7 || column.Length % 2 == 0)))
            {
                throw new LearnFormatException($"has {column.Length} column(s) where YOLO has five, or an outline of pairs after the class.", path, i + 1);
            }

            if (!int.TryParse(column[0], NumberStyles.Integer, CultureInfo.InvariantCulture, out int index) || index < 0)
            {
                throw new LearnFormatException($"'{column[0]}' is no class index.", path, i + 1);
            }

            if (index >= names.Count)
            {
                throw new LearnFormatException($"has class {index}, but only {names.Count} class(es) are named, from 0.", path, i + 1);
            }

            double[] numbers = [.. column[1..].Select(text => TextNumber.Parse(text, path, i + 1))];
            boxes.Add(numbers.Length == 4
                ? Box(names[index], numbers[0] - (numbers[2] / 2), numbers[1] - (numbers[3] / 2), numbers[0] + (numbers[2] / 2), numbers[1] + (numbers[3] / 2))
                : Box(names[index], Every(0).Min(), Every(1).Min(), Every(0).Max(), Every(1).Max()));

            IEnumerable<double> Every(int first) => numbers.Where((_, at) => at % 2 == first);
        }

        return boxes;

        NamedBox Box(string name, double left, double top, double right, double bottom) =>
            new(name, left * width, top * height, right * width, bottom * height);
    }
}

/// <summary>The names of YOLO's classes: data.yaml, or a file with a name a line (classes.txt, *.names).</summary>
internal static class YoloNames
{
    /// <summary>Names by index; null where the file lists none.</summary>
    public static IReadOnlyList<string>? Read(string path, IFileSystem files)
    {
        string[] lines = files.ReadAllText(path).Split('\n', StringSplitOptions.TrimEntries);
        return path.EndsWith(".yaml", StringComparison.OrdinalIgnoreCase) || path.EndsWith(".yml", StringComparison.OrdinalIgnoreCase)
            ? FromYaml(lines, path)
            : [.. lines.Where(line => line.Length > 0)];
    }

    /// <summary>The three ways in which <c>names:</c> is written: [a, b], or below it "- a" or "0: a".</summary>
    private static List<string>? FromYaml(string[] lines, string path)
    {
        int at = Array.FindIndex(lines, line => line.StartsWith("names:", StringComparison.Ordinal));
        if (at < 0)
        {
            return null;
        }

        string rest = lines[at]["names:".Length..].Trim();
        if (rest.StartsWith('[') && rest.EndsWith(']'))
        {
            return [.. rest[1..^1].Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(Plain)];
        }

        SortedDictionary<int, string> names = [];
        foreach (string line in lines.Skip(at + 1).Where(line => line.Length > 0 && !line.StartsWith('#')))
        {
            int colon = line.IndexOf(':', StringComparison.Ordinal);
            if (line.StartsWith("- ", StringComparison.Ordinal))
            {
                names[names.Count] = Plain(line[2..]);
            }
            else if (colon > 0 && int.TryParse(line[..colon], NumberStyles.None, CultureInfo.InvariantCulture, out int index))
            {
                names[index] = Plain(line[(colon + 1)..]);
            }
            else
            {
                break;
            }
        }

        return names.Keys.SequenceEqual(Enumerable.Range(0, names.Count)) ? [.. names.Values] : throw new LearnFormatException("does not number its names from 0 without a gap.", path, at + 1);
    }

    private static string Plain(string text)
    {
        text = text.Trim();
        return text.Length >= 2 && text[0] == text[^1] && text[0] is '"' or '\'' ? text[1..^1] : text;
    }
}
