using System.Globalization;
using System.Text;
using ArcLearn.Core.IO;
using ArcLearn.Core.Vectors;
using NetTopologySuite.IO.Esri.Dbf;
using NetTopologySuite.IO.Esri.Dbf.Fields;

namespace ArcLearn.Core.Rasters;

/// <summary>The .vat.dbf beside a raster, in which ArcGIS keeps what its values mean: Value, Count, a column of names, sometimes Red, Green and Blue.</summary>
internal static class ValueTableFile
{
    private const string TableExtension = ".vat.dbf";
    private const string EncodingExtension = ".vat.cpg";

    // Of a dBASE text field, and of the numbers that a raster of any size asks for.
    private const int LongestText = 254;
    private const int ValueDigits = 10;
    private const int CountDigits = 18;
    private const int ColorDigits = 3;

    /// <summary>The files that <see cref="Write"/> makes.</summary>
    public static IEnumerable<string> PathsOf(string raster) => [raster + TableExtension, raster + EncodingExtension];

    /// <summary>Empty where there is none, or none of its columns holds names.</summary>
    /// <exception cref="LearnFormatException">It is there and is no dBASE table.</exception>
    public static IReadOnlyList<ClassDefinition> Find(IFileSystem files, string raster) => Read<IReadOnlyList<ClassDefinition>>(
        files, raster, [], table => RasterAttributeTable.ReadRows([.. table.Fields.Select(field => (field.Name, -1))], Rows(table), 0, 1, raster + TableExtension));

    /// <summary>Pixels of each value, as the table tells them; empty where there is none, it is damaged, or it counts nothing.</summary>
    public static Dictionary<long, long> FindCounts(IFileSystem files, string raster)
    {
        Dictionary<long, long> counts = [];
        try
        {
            return Read(files, raster, counts, table =>
            {
                int Column(string name) => table.Fields.ToList().FindIndex(field => string.Equals(field.Name, name, StringComparison.OrdinalIgnoreCase));
                (int value, int count) = (Column("Value"), Column("Count"));
                foreach (string[] row in value < 0 || count < 0 ? [] : Rows(table))
                {
                    counts[long.Parse(row[value], CultureInfo.InvariantCulture)] = (long)double.Parse(row[count], CultureInfo.InvariantCulture);
                }

                return counts;
            });
        }
        catch (LearnFormatException)
        {
            return [];
        }
    }

    private static T Read<T>(IFileSystem files, string raster, T none, Func<DbfReader, T> read)
    {
        string path = raster + TableExtension;
        if (!files.FileExists(path))
        {
            return none;
        }

        string cpg = raster + EncodingExtension;
        Encoding encoding = ShapefileEncoding.Choose(files.FileExists(cpg) ? cpg : null, path, files);
        using Stream stream = files.OpenRead(path);
        try
        {
            using DbfReader table = new(stream, encoding);
            return read(table);
        }
        catch (Exception e) when (e is EndOfStreamException or not (IOException or UnauthorizedAccessException or LearnFormatException))
        {
            // The library throws of many kinds on damaged bytes.
            throw new LearnFormatException($"is a damaged table of values: {e.Message}", path, inner: e);
        }
    }

    /// <summary>Writes the table with the colours of the classes, in UTF-8 as the .vat.cpg beside it says. Equal classes give equal bytes.</summary>
    /// <param name="counts">Pixels of each class.</param>
    /// <param name="staged">Gives both their names.</param>
    public static void Write(StagedFiles staged, string raster, IReadOnlyList<ClassDefinition> classes, IReadOnlyList<long> counts)
    {
        int longest = Math.Clamp(classes.Max(one => Encoding.UTF8.GetByteCount(one.Name)), 1, LongestText);
        DbfNumericInt64Field value = new("Value", ValueDigits);
        DbfNumericInt64Field count = new("Count", CountDigits);
        DbfCharacterField name = new("ClassName", longest);
        DbfNumericInt64Field[] color = [new("Red", ColorDigits), new("Green", ColorDigits), new("Blue", ColorDigits)];
        using MemoryStream table = new();
        using (DbfWriter writer = new(table, [value, count, name, .. color], Encoding.UTF8))
        {
            for (int i = 0; i < classes.Count; i++)
            {
                (value.NumericValue, count.NumericValue, name.StringValue) = (classes[i].Value, counts[i], Cut(classes[i].Name, longest));
                for (int part = 0; part < color.Length; part++)
                {
                    color[part].NumericValue = Math.Max(0, classes[i].Color[part]);
                }

                writer.Write();
            }
        }

        // The date of the change is a fixed one, 1970-01-01.
        byte[] bytes = table.ToArray();
        (bytes[1], bytes[2], bytes[3]) = (70, 1, 1);
        staged.Write(raster + TableExtension, stream => stream.Write(bytes));
        staged.Write(raster + EncodingExtension, stream => stream.Write("UTF-8"u8));
    }

    /// <summary>As much of a text as so many bytes hold.</summary>
    private static string Cut(string text, int bytes)
    {
        while (Encoding.UTF8.GetByteCount(text) > bytes)
        {
            text = text[..^(char.IsLowSurrogate(text[^1]) ? 2 : 1)];
        }

        return text;
    }

    private static IEnumerable<string[]> Rows(DbfReader table)
    {
        while (table.Read(out bool isDeleted))
        {
            if (!isDeleted)
            {
                yield return [.. table.Fields.Select(Text)];
            }
        }
    }

    /// <summary>Parts of colours that are no whole numbers are shares of 255.</summary>
    private static string Text(DbfField field) => field.Value switch
    {
        null => "",
        double or float or decimal when field.Name.ToUpperInvariant() is "RED" or "GREEN" or "BLUE" =>
            Math.Round(255 * Convert.ToDouble(field.Value, CultureInfo.InvariantCulture)).ToString(CultureInfo.InvariantCulture),
        object value => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };
}
