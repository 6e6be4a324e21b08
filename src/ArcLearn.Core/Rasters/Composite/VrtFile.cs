using System.Globalization;
using System.Xml.Linq;
using ArcLearn.Core.IO;
using ArcLearn.Core.Rasters.Warp;

namespace ArcLearn.Core.Rasters.Composite;

/// <summary>GDAL's virtual rasters: bands made of simple, complex and averaged sources. Warped and computed ones are refused.</summary>
internal static class VrtFile
{
    /// <summary>A VRT may name VRTs; deeper than this they name each other.</summary>
    private const int MaximumDepth = 8;

    private const int MaximumBlock = 256;

    public static bool IsVrt(ReadOnlySpan<byte> head) => head.IndexOf("<VRTDataset"u8) is >= 0 and < 200;

    /// <exception cref="LearnFormatException">The file is damaged, or computes what is not computed here.</exception>
    public static IRaster Open(string path, IFileSystem files, BlockCache cache, int depth)
    {
        if (depth > MaximumDepth)
        {
            throw new LearnFormatException("names virtual rasters that name virtual rasters without end.", path);
        }

        XElement root = RasterXml.Load(files, path).Root!;
        Refuse(path, root);
        int width = Size(root, "rasterXSize", path);
        int height = Size(root, "rasterYSize", path);
        XElement[] elements = [.. root.Elements("VRTRasterBand")];
        if (elements.Length is 0 or > ushort.MaxValue)
        {
            throw new LearnFormatException($"has {elements.Length} bands.", path);
        }

        SampleType type = elements.Select(band => Type(band, path)).Aggregate(SampleTypes.Common);
        XElement? mask = root.Element("MaskBand")?.Element("VRTRasterBand");
        CompositeLayout layout = new(
            path,
            width,
            height,
            type,
            RasterXml.Transform(root, path),
            RasterXml.Reference(root, path),
            [.. elements.Select(band => RasterXml.Band(band, path)).Select(band => band with { NoData = band.NoData is double value ? SampleTypes.Represent(value, type) : null })],
            [.. elements.Select(band => Sources(band, path))],
            mask is null ? null : Sources(mask, path),
            RasterXml.Colors(elements[0], path),
            new RasterStorage("VRT", "none", 8 * type.Bytes(), true, false),
            Math.Min(MaximumBlock, width),
            Math.Min(MaximumBlock, height))
        {
            IsColor = elements.Length >= 3 && elements.Take(3).Select(band => band.Element("ColorInterp")?.Value.Trim()).SequenceEqual(["Red", "Green", "Blue"]),
            Classes = RasterAttributeTable.Read(elements[0], path),
            OverviewFile = files.FileExists(path + ".ovr") ? path + ".ovr" : null,
            OverviewFactors = Factors(root, path),
            OverviewMethod = Method(root.Element("OverviewList")?.Attribute("resampling")?.Value, path),
        };
        return CompositeRaster.Create(layout, new RasterPool(files, cache, depth));
    }

    private static void Refuse(string path, XElement root)
    {
        if (root.Name.LocalName != "VRTDataset")
        {
            throw new LearnFormatException($"begins with {root.Name.LocalName}, not with VRTDataset.", path);
        }

        string? kind = root.Attribute("subClass")?.Value ?? root.Elements("VRTRasterBand").Select(band => band.Attribute("subClass")?.Value).FirstOrDefault(name => name is not null);
        if (kind is not null)
        {
            throw RasterFile.Unsupported(path, $"is a {kind}", "-of GTiff");
        }
    }

    private static int Size(XElement root, string name, string path) =>
        int.TryParse(root.Attribute(name)?.Value, NumberStyles.None, CultureInfo.InvariantCulture, out int size) && size > 0
            ? size
            : throw new LearnFormatException($"has '{root.Attribute(name)?.Value}' as its {name}.", path);

    private static SampleType Type(XElement band, string path)
    {
        string name = band.Attribute("dataType")?.Value ?? "Byte";
        return SampleTypes.FromGdalName(name)
            ?? throw (name.StartsWith('C') ? RasterFile.Unsupported(path, $"has {name} samples", "-ot Float32") : new LearnFormatException($"has '{name}' samples.", path));
    }

    private static PlacedSource[] Sources(XElement band, string path) =>
        [.. band.Elements().Where(element => element.Name.LocalName.EndsWith("Source", StringComparison.Ordinal)).Select(element => Source(element, path))];

    private static PlacedSource Source(XElement element, string path)
    {
        string kind = element.Name.LocalName;
        if (kind is not ("SimpleSource" or "ComplexSource" or "AveragedSource") || element.Elements().Any(part => part.Name.LocalName is "LUT" or "Exponent" or "ColorTableComponent" or "OpenOptions"))
        {
            string what = kind is "SimpleSource" or "ComplexSource" or "AveragedSource" ? "a lookup table, an exponent, colours or open options" : $"a {kind}";
            throw RasterFile.Unsupported(path, $"computes its samples with {what}", "-of GTiff");
        }

        XElement? file = element.Element("SourceFilename");
        if (string.IsNullOrWhiteSpace(file?.Value))
        {
            throw new LearnFormatException($"has a {kind} without SourceFilename.", path);
        }

        if (file.Value.StartsWith("/vsi", StringComparison.Ordinal))
        {
            throw RasterFile.Unsupported(path, $"names {file.Value}, which is no file", "-of GTiff");
        }

        (int number, bool isMask) = SourceBand(element, path);
        string? method = element.Attribute("resampling")?.Value;
        return new PlacedSource(
            Resolve(file, path),
            number - 1,
            Rectangle(element.Element("SrcRect"), path),
            Rectangle(element.Element("DstRect"), path),
            kind == "AveragedSource" ? Resampling.Average : Method(method, path),
            element.Element("NODATA")?.Value is string noData ? RasterXml.Number(noData, double.NaN, path) : null,
            RasterXml.Number(element.Element("ScaleRatio")?.Value, 1, path),
            RasterXml.Number(element.Element("ScaleOffset")?.Value, 0, path),
            element.Element("UseMaskBand")?.Value.Trim().Equals("true", StringComparison.OrdinalIgnoreCase) == true,
            isMask);
    }

    /// <summary>"2", or "mask,1" for a mask.</summary>
    private static (int Number, bool IsMask) SourceBand(XElement element, string path)
    {
        string text = element.Element("SourceBand")?.Value.Trim() ?? "1";
        bool isMask = text.StartsWith("mask,", StringComparison.Ordinal);
        return int.TryParse(isMask ? text[5..] : text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number > 0
            ? (number, isMask)
            : throw new LearnFormatException($"asks for band '{text}' of a file.", path);
    }

    private static string Resolve(XElement file, string path)
    {
        string name = file.Value.Trim();
        bool isRelative = file.Attribute("relativeToVRT")?.Value == "1" || !Path.IsPathRooted(name);
        return isRelative && Path.GetDirectoryName(path) is { Length: > 0 } folder ? Path.Combine(folder, name) : name;
    }

    /// <summary>Of an OverviewList such as "2 4 8": overviews that are computed when they are read.</summary>
    private static int[] Factors(XElement root, string path)
    {
        string[] words = root.Element("OverviewList")?.Value.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) ?? [];
        return
        [
            .. words.Select(word => int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out int factor) && factor > 1
                ? factor
                : throw new LearnFormatException($"has '{word}' in its OverviewList, where whole numbers from 2 belong.", path)).Order(),
        ];
    }

    private static PixelRectangle? Rectangle(XElement? element, string path)
    {
        if (element is null)
        {
            return null;
        }

        double Value(string name) => RasterXml.Number(element.Attribute(name)?.Value, double.NaN, path);
        PixelRectangle rectangle = new(Value("xOff"), Value("yOff"), Value("xSize"), Value("ySize"));
        return double.IsFinite(rectangle.Left) && double.IsFinite(rectangle.Top) && rectangle.Width is > 0 and < 1e9 && rectangle.Height is > 0 and < 1e9
            ? rectangle
            : throw new LearnFormatException($"has a {element.Name.LocalName} without area: {element}.", path);
    }

    private static Resampling Method(string? name, string path) => name?.ToUpperInvariant() switch
    {
        null or "" or "NEAREST" or "NEAR" => Resampling.Nearest,
        "BILINEAR" => Resampling.Bilinear,
        "CUBIC" => Resampling.Cubic,
        "AVERAGE" => Resampling.Average,
        "MODE" => Resampling.Majority,
        _ => throw RasterFile.Unsupported(path, $"resamples by {name}", "-of GTiff"),
    };
}
