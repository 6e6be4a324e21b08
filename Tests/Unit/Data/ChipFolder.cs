using System.Text;
using ArcLearn.Core.Data;
using ArcLearn.Core.Formats;
using ArcLearn.Core.IO;
using ArcLearn.Core.Rasters;
using ArcLearn.Tests.Unit.TestSupport;

namespace ArcLearn.Tests.Unit.Data;

/// <summary>Writes training folders by hand, also such as this module would not write.</summary>
internal sealed class ChipFolder : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly StringBuilder _map = new();
    private int _count;

    public string Root => _folder.Root;

    public List<string> Warnings { get; } = [];

    public string Map => _map.ToString();

    public static string Object(object? name, double xMin, double yMin, double xMax, double yMax) => FormattableString.Invariant(
        $"<object>{(name is null ? "" : $"<name>{name}</name>")}<pose>x</pose><bndbox><ymax>{yMax}</ymax><xmin>{xMin}</xmin><ymin>{yMin}</ymin><xmax>{xMax}</xmax></bndbox></object>");

    /// <summary>A chip in images/ and labels/; samples are (band, row, column).</summary>
    public void Add(
        string objects, int width = 32, int height = 32, int bands = 3, SampleType type = SampleType.UInt8,
        Func<int, int, int, int>? sample = null, (double X, double Y)? corner = null, string sub = "", int? epsg = 32632)
    {
        string stem = $"{_count++:D9}";
        Directory.CreateDirectory(Path.Combine(Root, sub, "images"));
        Directory.CreateDirectory(Path.Combine(Root, sub, "labels"));
        string image = Path.Combine(Root, sub, "images", stem + ".tif");
        GeoTransform? transform = corner is (double x, double y) ? new GeoTransform(x, y, 1, -1) : null;
        ImageWriter.Write(
            LocalFileSystem.Instance, image, ChipFormat.TIFF, Image(width, height, bands, type, sample ?? ((b, r, c) => (b * 60) + ((r + c) % 60))), transform,
            transform is not null && epsg is int code ? new SpatialReference("", code, null) : null, null);
        if (transform is GeoTransform known)
        {
            File.WriteAllText(WorldFile.NameFor(image), WorldFile.Format(known));
        }

        File.WriteAllText(Path.Combine(Root, sub, "labels", stem + ".xml"), $"<annotation><filename>{stem}</filename>{objects}</annotation>");
        _map.Append($"images\\{stem}.tif  labels\\{stem}.xml \r\n");
    }

    /// <summary>A picture anywhere in the folder; samples are (band, row, column).</summary>
    public string AddImage(
        string path, int width = 32, int height = 32, int bands = 3, SampleType type = SampleType.UInt8, Func<int, int, int, int>? sample = null, (double X, double Y)? corner = null)
    {
        string full = Path.Combine(Root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        ImageWriter.Write(
            LocalFileSystem.Instance, full, ChipFormat.TIFF, Image(width, height, bands, type, sample ?? ((b, r, c) => (b * 60) + ((r + c) % 60))),
            corner is (double x, double y) ? new GeoTransform(x, y, 1, -1) : null, corner is null ? null : new SpatialReference("", 32632, null), null);
        return full;
    }

    /// <summary>A picture of values, one band of 16 bits.</summary>
    public string AddMask(string path, Func<int, int, int> value, int width = 32, int height = 32) =>
        AddImage(path, width, height, 1, SampleType.UInt16, (_, row, column) => value(row, column));

    public string AddText(string path, string text)
    {
        string full = Path.Combine(Root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, text);
        return full;
    }

    /// <summary>A chip with one box of class 1 at a place on the map.</summary>
    public void AddAt(double x, double y, string sub = "", int side = 32) => Add(Object(1, 4, 4, 20, 20), side, side, corner: (x, y), sub: sub);

    /// <summary>map.txt and both JSON files as the export tool writes them.</summary>
    public void Finish(string sub = "", string? emd = null, string? stats = null, string? map = null)
    {
        File.WriteAllText(Path.Combine(Root, sub, "map.txt"), map ?? _map.ToString());
        File.WriteAllText(Path.Combine(Root, sub, "esri_model_definition.emd"), emd ?? """
            { "Framework" : "e.g. CNTK", "ImageHeight" : "e.g. 256", "ImageWidth" : "e.g. 256", "ExtractBands" : "e.g. [0, 1, 2]",
              "Classes" : [ { "Value" : 1, "Name" : "Palm", "Color" : [ 255, 0, 0 ] }, { "Value" : 2, "Name" : "Pool", "Color" : [ -1, -1, -1 ] } ] }
            """);
        File.WriteAllText(Path.Combine(Root, sub, "esri_accumulated_stats.json"), stats ?? """
            { "Version" : 1, "MetaDataMode" : "PASCAL_VOC_rectangles", "Classes" : [ { "ClassValue" : 1, "ClassName" : "Palm" }, { "ClassValue" : 2, "ClassName" : "Pool" } ] }
            """);
        _map.Clear();
    }

    public TrainingFolder Open(string? datasetType = null, string sub = "", IFileSystem? files = null) =>
        TrainingFolder.Open(Path.Combine(Root, sub), files ?? LocalFileSystem.Instance, datasetType, Warnings.Add);

    public DataBunchOptions Options(params string[] subs) => new()
    {
        Paths = subs.Length == 0 ? [Root] : [.. subs.Select(s => Path.Combine(Root, s))],
        Warn = Warnings.Add,
        ChipSize = 32,
        BatchSize = 2,
        ValidationFraction = 0,
    };

    public void Dispose() => _folder.Dispose();

    private static RasterImage Image(int width, int height, int bands, SampleType type, Func<int, int, int, int> sample)
    {
        List<byte> bytes = [];
        for (int band = 0; band < bands; band++)
        {
            for (int i = 0; i < width * height; i++)
            {
                int value = sample(band, i / width, i % width);
                bytes.Add((byte)value);
                if (type == SampleType.UInt16)
                {
                    bytes.Add((byte)(value >> 8));
                }
            }
        }

        return new RasterImage(width, height, bands, type, [.. bytes]);
    }
}
