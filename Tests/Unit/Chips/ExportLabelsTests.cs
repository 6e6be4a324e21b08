using ArcLearn.Core.Chips;
using ArcLearn.Core.Crs;
using ArcLearn.Core.IO;
using ArcLearn.Core.Rasters;
using ArcLearn.Core.Vectors;
using ArcLearn.Tests.Unit.TestSupport;
using NetTopologySuite.Geometries;

namespace ArcLearn.Tests.Unit.Chips;

/// <summary>Labels that no tile shows are counted and numbered, whether they are kept or not.</summary>
public sealed class ExportLabelsTests : IDisposable
{
    private const int Size = 64;
    private static readonly FieldDefinition[] s_fields = [new("class", FieldType.Text)];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("one raster", false, 1, 0)]
    [InlineData("two rasters side by side", false, 2, 0)]
    [InlineData("two rasters and an extent over both", true, 2, 0)]
    [InlineData("a part of a raster", true, 1, 0)]
    [InlineData("a rotated raster", false, 1, 0.2)]
    public void An_export_is_the_same_as_if_all_labels_were_kept(string name, bool hasExtent, int count, double rotation)
    {
        string[] rasters = [.. Enumerable.Range(0, count).Select(i => WriteRaster($"{i}.tif", 1000 + (i * 50), rotation))];
        string[] layers = [WriteSquares("squares.geojson"), WritePoints("points.gpkg")];
        ExportSettings settings = hasExtent ? new() { Place = new() { Extent = new GeoExtent(1010, 2003, 1085, 2029) } } : new();

        List<string> warnings = [];
        TrainingDataInfo bounded = ExportJob.Run(
            new ExportRequest
            {
                Rasters = rasters,
                Labels = [.. layers.Select(path => new LayerSource(path))],
                ClassValueField = "class",
                BufferRadius = 0.75,
                Settings = settings,
                Options = Options("bounded", [], []),
            },
            new ExportContext { Warn = warnings.Add },
            default)!;
        (TrainingDataInfo kept, List<string> expected) = ExportAll(rasters, layers, settings);

        Assert.True(bounded.Skipped["outside the raster"] > 100, name);
        Assert.Equal(kept.Skipped["outside the raster"], bounded.Skipped["outside the raster"]);
        Assert.Equal(1, bounded.Skipped["invalid geometry"]);
        Assert.Equal(["far", "near", "odd"], bounded.Classes.Select(c => c.Name));
        Assert.Equal((kept.Images, kept.Features), (bounded.Images, bounded.Features));
        Assert.True(bounded.Features > 0);
        Assert.Equal(expected, warnings.Where(w => w.Contains("lie outside", StringComparison.Ordinal)));
        string[] files = [.. Directory.EnumerateFiles(kept.Path, "*", SearchOption.AllDirectories)];
        Assert.All(files, file => Assert.Equal(File.ReadAllBytes(file), File.ReadAllBytes(Path.Combine(bounded.Path, Path.GetRelativePath(kept.Path, file)))));
        Assert.Equal(files.Length, Directory.GetFiles(bounded.Path, "*", SearchOption.AllDirectories).Length);
    }

    [Fact]
    public void A_layer_is_read_once_for_all_rasters_of_a_system()
    {
        string[] rasters = [.. Enumerable.Range(0, 3).Select(i => WriteRaster($"{i}.tif", 1000 + (i * 50), 0))];
        string layer = WriteSquares("squares.geojson");

        Assert.Equal(Opened(rasters[..1], "one"), Opened(rasters, "three"));

        int Opened(string[] under, string output)
        {
            int opened = 0;
            FaultyFileSystem files = new()
            {
                IsUnreadable = path =>
                {
                    opened += path == layer ? 1 : 0;
                    return false;
                },
            };
            TrainingDataInfo info = ExportJob.Run(
                new ExportRequest { Rasters = under, Labels = [new LayerSource(layer)], ClassValueField = "class", Options = Options(output, [], []) },
                new ExportContext { Files = files },
                default)!;
            Assert.True(info.Features > 0);
            Assert.True(opened > 0);
            return opened;
        }
    }

    private (TrainingDataInfo Info, List<string> Warnings) ExportAll(string[] rasters, string[] layers, ExportSettings settings)
    {
        List<string> warnings = [];
        IRaster[] open = [.. rasters.Select(path => RasterFile.Open(path))];
        try
        {
            List<ExportSource> sources = [];
            IReadOnlyList<ClassDefinition> classes = [];
            foreach (IRaster raster in open)
            {
                List<LabelObject> objects = [];
                for (int i = 0; i < layers.Length; i++)
                {
                    using IVectorLayer layer = VectorLayers.Open(layers[i]);
                    LabelSet labels = LabelReader.Read(layer, raster.SpatialReference, true, new LabelOptions("class", 0.75, i));
                    Assert.Equal(0, labels.Aside.Count);
                    objects.AddRange(labels.Objects);
                    classes = labels.Classes;
                }

                sources.Add(new ExportSource(raster, objects, settings.AreaOf(raster)));
            }

            return (TrainingDataExporter.Export(Options("kept", sources, classes), new ExportContext { Warn = text => { if (text.Contains("lie outside", StringComparison.Ordinal)) { warnings.Add(text); } } }, default)!, warnings);
        }
        finally
        {
            Array.ForEach(open, raster => raster.Dispose());
        }
    }

    private ExportOptions Options(string folder, IReadOnlyList<ExportSource> sources, IReadOnlyList<ClassDefinition> classes) => new()
    {
        Sources = sources,
        Classes = classes,
        OutputFolder = _folder.PathOf(folder),
        TileWidth = 16,
        TileHeight = 16,
        StrideX = 8,
        StrideY = 8,
    };

    /// <summary>Half a metre to the pixel: 32 m wide, from (x, 2032) downwards.</summary>
    private string WriteRaster(string name, double x, double rotation)
    {
        string path = _folder.PathOf(name);
        GeoTransform place = new(x, 2032, 0.5 * Math.Cos(rotation), -0.5 * Math.Cos(rotation), 0.5 * Math.Sin(rotation), 0.5 * Math.Sin(rotation));
        byte[] rows = new byte[Size * Size * 3];
        new Random(1).NextBytes(rows);
        using GeoTiffWriter writer = new(LocalFileSystem.Instance, path, Size, Size, 3, SampleType.UInt8, place, CoordinateSystems.FromEpsg(32618), null, tileSize: 16);
        writer.WriteRows(Size, rows);
        writer.Complete();
        return path;
    }

    /// <summary>On whole metres, so that many only touch a border; those of one class lie far away, and one feature has no area.</summary>
    private string WriteSquares(string name)
    {
        Random random = new(3);
        List<(Geometry, string)> features = [];
        for (int i = 0; i < 600; i++)
        {
            (double left, double bottom) = (980 + random.Next(130), 1980 + random.Next(90));
            features.Add((GeometryFactory.Default.ToGeometry(new Envelope(left, left + random.Next(1, 5), bottom, bottom + random.Next(1, 5))), i % 3 == 0 ? "odd" : "near"));
        }

        features.Add((GeometryFactory.Default.ToGeometry(new Envelope(90_000, 90_002, 2000, 2002)), "far"));
        features.Add((new Polygon(new LinearRing([new(1, 1), new(2, 2), new(3, 3), new(1, 1)])), "no class of its own"));
        return Write(name, features, LayerGeometry.Polygon);
    }

    private string WritePoints(string name)
    {
        Random random = new(4);
        Coordinate At() => new(980 + (random.Next(260) / 2.0), 1980 + (random.Next(180) / 2.0));
        List<(Geometry, string)> features = [(new Point(90_000, 0), "far"), (new Point(1005, 2005), "near"), (new Point(1006, 2006), "odd")];
        for (int i = 0; i < 50; i++)
        {
            features.Add((GeometryFactory.Default.CreateMultiPointFromCoords([At(), At(), At()]), "near"));
        }

        return Write(name, features, LayerGeometry.Any);
    }

    private string Write(string name, List<(Geometry Shape, string Class)> features, LayerGeometry geometry)
    {
        string path = _folder.PathOf(name);
        using IFeatureWriter writer = FeatureWriters.Create(
            path, "labels", CoordinateSystems.FromEpsg(32618), s_fields, options: new FeatureWriterOptions { Geometry = geometry });
        features.ForEach(feature => writer.Write(feature.Shape, [feature.Class]));
        writer.Complete();
        return path;
    }
}
