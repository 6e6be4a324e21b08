using System.Globalization;
using System.Net;
using System.Text;
using System.Xml;
using System.Xml.Linq;
using ArcLearn.Core.Rasters.Writing;

namespace ArcLearn.Core.Rasters.Tiff;

/// <summary>GDAL's XML field of names, scales, offsets and units: <c>&lt;Item name=… sample=… role=…&gt;</c>.</summary>
internal static class GdalMetadata
{
    /// <summary>What the file says of its bands; a text that is no XML says nothing.</summary>
    public static IReadOnlyList<RasterBand> Read(TiffDirectory directory, int bands, double? noData)
    {
        RasterBand[] result = new RasterBand[bands];
        Array.Fill(result, new RasterBand(NoData: noData));
        foreach (XElement item in Items(directory))
        {
            if (int.TryParse(item.Attribute("sample")?.Value, NumberStyles.None, CultureInfo.InvariantCulture, out int band) && band < bands)
            {
                result[band] = Apply(result[band], item);
            }
        }

        return result;
    }

    /// <summary>What the file says of itself as a whole, by name.</summary>
    public static IReadOnlyDictionary<string, string> ReadItems(TiffDirectory directory)
    {
        Dictionary<string, string> items = new(StringComparer.Ordinal);
        foreach (XElement item in Items(directory).Where(item => item.Attribute("sample") is null && item.Attribute("domain") is null))
        {
            items[item.Attribute("name")?.Value ?? ""] = Plain(item.Value);
        }

        return items;
    }

    /// <summary>The field's text, or null where there is nothing to say.</summary>
    /// <param name="items">What the file says of itself as a whole, by name.</param>
    public static string? Write(IReadOnlyList<RasterBand> bands, BandStatistics statistics, IReadOnlyDictionary<string, string> items)
    {
        XElement root = new("GDALMetadata", items.Select(item => new XElement("Item", new XAttribute("name", item.Key), WebUtility.HtmlEncode(item.Value))));
        for (int i = 0; i < bands.Count; i++)
        {
            Add(i, "DESCRIPTION", "description", bands[i].Name is string name ? WebUtility.HtmlEncode(name) : null);
            Add(i, "SCALE", "scale", bands[i].Scale == 1 ? null : Text(bands[i].Scale));
            Add(i, "OFFSET", "offset", bands[i].Offset == 0 ? null : Text(bands[i].Offset));
            Add(i, "UNITTYPE", "unittype", bands[i].Unit is string unit ? WebUtility.HtmlEncode(unit) : null);
            Chips.RunningStatistic statistic = statistics[i];
            if (statistic.Count > 0)
            {
                Add(i, "STATISTICS_MINIMUM", null, Text(statistic.Min));
                Add(i, "STATISTICS_MAXIMUM", null, Text(statistic.Max));
                Add(i, "STATISTICS_MEAN", null, Text(statistic.Mean));
                Add(i, "STATISTICS_STDDEV", null, Text(statistic.StandardDeviation));
            }
        }

        return root.IsEmpty ? null : root.ToString();

        void Add(int band, string item, string? role, string? value)
        {
            if (value is not null)
            {
                root.Add(new XElement("Item", new XAttribute("name", item), new XAttribute("sample", band), role is null ? null : new XAttribute("role", role), value));
            }
        }

        static string Text(double value) => value.ToString("R", CultureInfo.InvariantCulture);
    }

    private static IEnumerable<XElement> Items(TiffDirectory directory)
    {
        byte[] bytes = directory.Bytes(TiffTag.GdalMetadata);
        if (bytes.Length == 0)
        {
            return [];
        }

        try
        {
            string text = Encoding.UTF8.GetString(bytes).TrimEnd('\0');
            using XmlReader reader = XmlReader.Create(
                new StringReader(text), new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null });
            return XDocument.Load(reader).Root?.Elements("Item") ?? [];
        }
        catch (XmlException)
        {
            // Cut off or garbled; nothing in it is needed to read the samples.
            return [];
        }
    }

    private static RasterBand Apply(RasterBand band, XElement item) => item.Attribute("role")?.Value switch
    {
        "description" when item.Value.Length > 0 => band with { Name = Plain(item.Value) },
        "scale" => band with { Scale = RasterXml.TryNumber(item.Value) ?? band.Scale },
        "offset" => band with { Offset = RasterXml.TryNumber(item.Value) ?? band.Offset },
        "unittype" when item.Value.Length > 0 => band with { Unit = Plain(item.Value) },
        _ => band,
    };

    /// <summary>GDAL escapes values twice, once as text and once as XML.</summary>
    private static string Plain(string value) => WebUtility.HtmlDecode(value);
}
