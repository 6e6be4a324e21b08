using System.Globalization;
using System.Xml;
using System.Xml.Linq;
using ArcLearn.Core.Crs;
using ArcLearn.Core.IO;

namespace ArcLearn.Core.Rasters;

/// <summary>The elements that GDAL's XML files (.vrt and .aux.xml) have in common.</summary>
internal static class RasterXml
{
    private const int MaximumCharacters = 64 << 20;

    /// <exception cref="LearnFormatException">The file is no XML.</exception>
    public static XDocument Load(IFileSystem files, string path)
    {
        using Stream stream = files.OpenRead(path);
        try
        {
            using XmlReader reader = XmlReader.Create(
                stream, new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, MaxCharactersInDocument = MaximumCharacters });
            return XDocument.Load(reader);
        }
        catch (XmlException e)
        {
            throw new LearnFormatException($"is not well-formed XML: {e.Message}", path, e.LineNumber > 0 ? e.LineNumber : null, e);
        }
    }

    /// <summary>The transform of a GeoTransform element: GDAL's order of six numbers.</summary>
    public static GeoTransform? Transform(XElement parent, string path)
    {
        if (parent.Element("GeoTransform") is not XElement element)
        {
            return null;
        }

        double[] t = [.. element.Value.Split(',').Select(text => Number(text, double.NaN, path))];
        try
        {
            return t.Length == 6 ? new GeoTransform(t[0], t[3], t[1], t[5], t[2], t[4]) : throw new ArgumentException($"{t.Length} numbers");
        }
        catch (ArgumentException e)
        {
            throw new LearnFormatException($"has a GeoTransform of '{element.Value.Trim()}', which is none.", path, inner: e);
        }
    }

    public static SpatialReference? Reference(XElement parent, string path)
    {
        string? text = parent.Element("SRS")?.Value.Trim();
        return string.IsNullOrEmpty(text) ? null : CoordinateSystems.FromName(text, path);
    }

    /// <summary>What a PAMRasterBand or VRTRasterBand says of its band.</summary>
    public static RasterBand Band(XElement band, string path)
    {
        double? noData = band.Element("NoDataValue")?.Value is string text ? Number(text, double.NaN, path) : null;
        return new RasterBand(
            Text(band, "Description"),
            noData,
            Number(Text(band, "Scale"), 1, path),
            Number(Text(band, "Offset"), 0, path),
            Text(band, "UnitType"));
    }

    public static IReadOnlyList<RasterColor> Colors(XElement band, string path) => band.Element("ColorTable") is not XElement table ? [] :
    [
        .. table.Elements("Entry").Take(65536).Select(entry => new RasterColor(
            Part(entry, "c1", 0, path), Part(entry, "c2", 0, path), Part(entry, "c3", 0, path), Part(entry, "c4", 255, path))),
    ];

    /// <summary>A number in invariant form; nan and inf as C writes them.</summary>
    public static double Number(string? text, double fallback, string path)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return fallback;
        }

        return TryNumber(text) ?? throw new LearnFormatException($"has '{text.Trim()}' where a number belongs.", path);
    }

    /// <summary>Null for a text that is no number.</summary>
    public static double? TryNumber(string text)
    {
        string plain = text.Trim('\0', ' ', '\t', '\r', '\n');
        return double.TryParse(plain, NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
            ? value
            : plain.TrimStart('-', '+').ToUpperInvariant() switch
            {
                "NAN" or "1.#QNAN" or "1.#IND" => double.NaN,
                "INF" or "1.#INF" => plain[0] == '-' ? double.NegativeInfinity : double.PositiveInfinity,
                _ => null,
            };
    }

    private static string? Text(XElement parent, string name) => parent.Element(name)?.Value is { Length: > 0 } text ? text : null;

    private static byte Part(XElement entry, string name, double fallback, string path) =>
        (byte)Math.Clamp(Number(entry.Attribute(name)?.Value, fallback, path), 0, 255);
}
