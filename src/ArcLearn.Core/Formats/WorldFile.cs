using System.Globalization;
using ArcLearn.Core.IO;

namespace ArcLearn.Core.Formats;

/// <summary>
/// The six-line text beside a picture that says where it lies: x per column, y per column, x per row, y per row, then x and y of the
/// centre of the first pixel, where <see cref="GeoTransform"/> has its outer corner.
/// </summary>
internal static class WorldFile
{
    private static readonly string[] s_meaning = ["pixel width", "column rotation", "row rotation", "pixel height", "centre x", "centre y"];

    /// <param name="path">The file to blame.</param>
    /// <param name="reader">Its text.</param>
    /// <exception cref="LearnFormatException">A line is missing or no number, or the pixel has no area.</exception>
    public static GeoTransform Parse(string path, TextReader reader)
    {
        Span<double> value = stackalloc double[6];
        for (int i = 0; i < value.Length; i++)
        {
            string text = reader.ReadLine()
                ?? throw new LearnFormatException($"ends before {s_meaning[i]}; a world file has six lines.", path, i + 1);

            if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value[i]) || !double.IsFinite(value[i]))
            {
                throw new LearnFormatException($"{s_meaning[i]} is '{text}', which is not a number.", path, i + 1);
            }
        }

        try
        {
            return new GeoTransform(value[4], value[5], value[0], value[3], value[2], value[1]).Shift(-0.5, -0.5);
        }
        catch (ArgumentException e)
        {
            throw new LearnFormatException($"describes no raster: {e.Message}", path, inner: e);
        }
    }

    /// <summary>Six lines with ten decimals, each ended by a line feed.</summary>
    public static string Format(GeoTransform transform)
    {
        (double x, double y) = transform.ToMap(0.5, 0.5);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{transform.PixelWidth:F10}\n{transform.ColumnRotation:F10}\n{transform.RowRotation:F10}\n{transform.PixelHeight:F10}\n{x:F10}\n{y:F10}\n");
    }

    /// <summary>The usual name for a picture: its extension's first and last letter and w, as in .tfw, .jgw, .pgw.</summary>
    public static string NameFor(string path)
    {
        string extension = Path.GetExtension(path);
        return Path.ChangeExtension(path, extension.Length >= 3 ? $".{extension[1]}{extension[^1]}w" : ".wld");
    }

    /// <summary>The world file that exists beside a picture, in either case of letters, or null.</summary>
    public static string? Find(IFileSystem files, string path)
    {
        string extension = Path.GetExtension(path);
        string[] names = [Path.GetExtension(NameFor(path)), extension + "w", ".wld"];
        foreach (string name in names)
        {
            foreach (string cased in new[] { name, name.ToLowerInvariant(), name.ToUpperInvariant() })
            {
                string candidate = Path.ChangeExtension(path, cased);
                if (cased.Length > 1 && files.FileExists(candidate))
                {
                    return candidate;
                }
            }
        }

        return null;
    }
}
