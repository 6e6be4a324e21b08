using System.Globalization;
using ArcLearn.Core.IO;

namespace ArcLearn.Core.Data.Labels;

/// <summary>
/// KITTI files: a line per object, of whose fifteen columns the class (1) and the box (5 to 8: left, top, right, bottom in pixels) count.
/// ArcGIS writes the class value; the original has names, and marks regions without labels as DontCare.
/// </summary>
internal static class KittiLabel
{
    private const int Columns = 8;                          // the last one that counts

    /// <exception cref="LearnFormatException">A line has too few columns or a box that is no number.</exception>
    public static List<NamedBox> Read(string path, IFileSystem files)
    {
        List<NamedBox> boxes = [];
        string[] lines = files.ReadAllText(path).Split('\n');
        for (int i = 0; i < lines.Length; i++)
        {
            string[] column = lines[i].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (column.Length == 0 || column[0] == "DontCare")
            {
                continue;
            }

            if (column.Length < Columns)
            {
                throw new LearnFormatException($"has {column.Length} column(s) where KITTI has 15.", path, i + 1);
            }

            boxes.Add(new NamedBox(column[0], Number(4), Number(5), Number(6), Number(7)));

            double Number(int index) => TextNumber.Parse(column[index], path, i + 1);
        }

        return boxes;
    }
}

/// <summary>Numbers of text files.</summary>
internal static class TextNumber
{
    /// <exception cref="LearnFormatException">The text is no finite number.</exception>
    public static double Parse(string text, string path, int line) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && double.IsFinite(value)
            ? value
            : throw new LearnFormatException($"'{text}' is not a number.", path, line);
}
