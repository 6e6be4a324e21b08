using ArcLearn.Core.Chips;
using ArcLearn.Core.IO;
using ArcLearn.Core.Rasters;
using ArcLearn.Core.Vectors;
using ArcLearn.Tests.Unit.TestSupport;
using NetTopologySuite.Geometries;

namespace ArcLearn.Tests.Unit.Chips;

/// <summary>A raster of 100 × 80 pixels of half a metre with labels given in pixels, and a folder to export to.</summary>
internal sealed class ExportFixture : IDisposable
{
    public static readonly ClassDefinition[] TwoClasses = [new(1, "Palm", [255, 0, 0]), new(3, "Pool", [0, 0, 255])];

    private readonly TemporaryFolder _folder = new();

    public string Output => _folder.PathOf("chips");

    public string Root => _folder.Root;

    public List<string> Warnings { get; } = [];

    public List<(int Done, int Total)> Progress { get; } = [];

    public MemoryRaster Raster { get; init; } = new(100, 80, 3, (band, row, column) => (band * 50) + ((row + column) % 50) + 1);

    /// <summary>A rectangle by its pixel corners.</summary>
    public LabelObject Box(double left, double top, double right, double bottom, int value = 1, long id = 1) =>
        Shape(value, id, (left, top), (right, top), (right, bottom), (left, bottom));

    public LabelObject Shape(int value, long id, params (double Column, double Row)[] corners)
    {
        Coordinate[] ring = [.. corners.Append(corners[0]).Select(c => Raster.Transform.ToMap(c.Column, c.Row)).Select(p => new Coordinate(p.X, p.Y))];
        return new LabelObject(new Polygon(new LinearRing(ring)), value, id);
    }

    public ExportOptions Options(params LabelObject[] objects) => new()
    {
        Sources = [new ExportSource(Raster, objects)],
        Classes = TwoClasses,
        OutputFolder = Output,
        TileWidth = 32,
        TileHeight = 32,
    };

    public TrainingDataInfo Export(ExportOptions options, IFileSystem? files = null, CancellationToken cancel = default) =>
        TrainingDataExporter.Export(
            options,
            new ExportContext { Files = files ?? LocalFileSystem.Instance, Warn = Warnings.Add, Progress = (done, total) => Progress.Add((done, total)) },
            cancel)!;

    public string Text(params string[] parts) => File.ReadAllText(Path.Combine([Output, .. parts]));

    public string[] Names(string folder) => [.. Directory.GetFiles(Path.Combine(Output, folder)).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal)];

    /// <summary>Every file below the output with its bytes.</summary>
    public SortedDictionary<string, string> Snapshot()
    {
        SortedDictionary<string, string> all = new(StringComparer.Ordinal);
        foreach (string file in Directory.EnumerateFiles(Output, "*", SearchOption.AllDirectories))
        {
            all[Path.GetRelativePath(Output, file)] = Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(file)));
        }

        return all;
    }

    public byte[] Pixels(string image, int width = 32, int height = 32)
    {
        using IRaster raster = RasterFile.Open(Path.Combine(Output, "images", image));
        byte[] samples = new byte[width * height * raster.Bands];
        raster.Read<byte>(new PixelWindow(0, 0, width, height), [.. Enumerable.Range(0, raster.Bands)], samples, 0);
        return samples;
    }

    public void Dispose() => _folder.Dispose();
}
