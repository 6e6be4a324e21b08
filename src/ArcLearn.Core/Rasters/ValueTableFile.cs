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
    /// <summary>Empty where there is none, or none of its columns holds names.</summary>
    /// <exception cref="LearnFormatException">It is there and is no dBASE table.</exception>
    public static IReadOnlyList<ClassDefinition> Find(IFileSystem files, string raster)
    {
        string path = raster + ".vat.dbf";
        if (!files.FileExists(path))
        {
            return [];
        }

        string cpg = raster + ".vat.cpg";
        Encoding encoding = ShapefileEncoding.Choose(files.FileExists(cpg) ? cpg : null, path, files);
        using Stream stream = files.OpenRead(path);
        try
        {
            using DbfReader table = new(stream, encoding);
            return RasterAttributeTable.ReadRows([.. table.Fields.Select(field => (field.Name, -1))], Rows(table), 0, 1, path);
        }
        catch (Exception e) when (e is EndOfStreamException or not (IOException or UnauthorizedAccessException or LearnFormatException))
        {
            // The library throws of many kinds on damaged bytes.
            throw new LearnFormatException($"is a damaged table of values: {e.Message}", path, inner: e);
        }
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
