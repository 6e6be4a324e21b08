using ArcLearn.Core.Chips;
using ArcLearn.Core.Crs;
using ArcLearn.Core.IO;
using ArcLearn.Core.Rasters;
using ArcLearn.Core.Vectors;
using ArcLearn.Tests.Unit.TestSupport;
using NetTopologySuite.Geometries;
using Xunit.Abstractions;

namespace ArcLearn.Tests.Unit.Chips;

/// <summary>The labels of a country under the raster of a village: what is held does not grow with the layer.</summary>
[Collection(MemoryTests.Name)]
public sealed class LabelMemoryTests(ITestOutputHelper output) : IDisposable
{
    private const int Features = 200_000;
    private const int InVillage = 20;

    // A polygon of five corners takes more than half a kilobyte: all of them are over 100 MB.
    private const long Bound = 12 << 20;

    private static readonly SpatialReference s_utm = CoordinateSystems.FromEpsg(32618);
    private static readonly Envelope s_village = new(400_000, 400_100, 4_000_000, 4_000_100);
    private static readonly LabelBounds s_bounds = new(s_village, new Envelope(), s_village);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("country.geojson")]
    [InlineData("country.geojsonl")]
    [InlineData("country.gpkg")]
    [InlineData("country.shp")]
    public void Labels_outside_are_counted_and_not_held(string name)
    {
        using IVectorLayer layer = VectorLayers.Open(WriteLayer(name));
        WatchedLayer watched = new(layer);

        LabelSet labels = LabelReader.Read(watched, s_utm, true, new LabelOptions("class"), s_bounds);

        output.WriteLine($"{name}: {watched.Held / 1e6:F1} MB held of {Features} labels");
        Assert.True(watched.Held < Bound, $"{watched.Held} bytes");
        Assert.Equal((InVillage, Features - InVillage), (labels.Objects.Count, labels.Aside.Outside.Count));
        Assert.Equal(["class 0", "class 1", "class 2"], labels.Classes.Select(c => c.Name));
    }

    [Fact]
    public void An_export_holds_the_labels_of_its_raster_or_extent_alone()
    {
        string layer = WriteLayer("country.gpkg");
        (long village, string counted, string[] warnings) = Export(layer, Raster("village.tif", 100, 1), null);
        Assert.True(village < Bound, $"{village} bytes for a raster");
        Assert.Contains($"{Features} label(s)", counted, StringComparison.Ordinal);
        Assert.Contains("class 0, class 1, class 2", counted, StringComparison.Ordinal);
        Assert.Equal([$"{Features - InVillage} labelled object(s) lie outside the raster and were left out."], warnings);

        string country = Raster("country.tif", 1600, 62.5);
        (long part, counted, warnings) = Export(layer, country, new GeoExtent(490_000, 4_090_000, 492_000, 4_092_000));
        Assert.True(part < Bound, $"{part} bytes for an extent");
        Assert.Contains($"{Features} label(s)", counted, StringComparison.Ordinal);
        Assert.Empty(warnings);

        // All of them, to see that the measure would tell.
        (long all, _, warnings) = Export(layer, country, null);
        output.WriteLine($"{village / 1e6:F1} MB held for a raster, {part / 1e6:F1} MB for an extent, {all / 1e6:F1} MB for all");
        Assert.True(all > 4 * Bound, $"{all} bytes for all");
        Assert.Empty(warnings);
    }

    private (long Held, string Counted, string[] Warnings) Export(string layer, string raster, GeoExtent? extent)
    {
        long before = MemoryTests.Held();
        long held = long.MaxValue;
        List<string> told = [];
        List<string> warnings = [];
        Assert.Null(ExportJob.Run(
            new ExportRequest
            {
                Rasters = [raster],
                Labels = [new LayerSource(layer)],
                ClassValueField = "class",
                Settings = new() { Place = new() { Extent = extent } },
                Options = new ExportOptions { Sources = [], Classes = [], OutputFolder = _folder.PathOf("chips"), TileWidth = 16, TileHeight = 16 },
            },
            new ExportContext
            {
                Warn = warnings.Add,
                Inform = told.Add,
                Confirm = () =>
                {
                    // Everything that the export keeps is there by now.
                    held = MemoryTests.Held() - before;
                    return false;
                },
            },
            default));
        return (held, told.Single(text => text.Contains("label(s)", StringComparison.Ordinal)), [.. warnings]);
    }

    /// <summary>Squares of 2 m on a ground of 100 km; the first of them lie in the village, in its lower left corner.</summary>
    private string WriteLayer(string name)
    {
        string path = _folder.PathOf(name);
        Random random = new(7);
        using IFeatureWriter writer = FeatureWriters.Create(path, "country", s_utm, [new("class", FieldType.Text), new("note", FieldType.Text)]);
        for (int i = 0; i < Features; i++)
        {
            double x = i < InVillage ? 400_010 + (i * 4) : 400_200 + (random.NextDouble() * 99_000);
            double y = i < InVillage ? 4_000_010 : 4_000_200 + (random.NextDouble() * 99_000);
            writer.Write(GeometryFactory.Default.ToGeometry(new Envelope(x, x + 2, y, y + 2)), [$"class {i % 3}", "a word or two of text"]);
        }

        writer.Complete();
        return path;
    }

    private string Raster(string name, int size, double cell)
    {
        string path = _folder.PathOf(name);
        using GeoTiffWriter writer = new(
            LocalFileSystem.Instance, path, size, size, 3, SampleType.UInt8, new GeoTransform(400_000, 4_000_000 + (size * cell), cell, -cell), s_utm, null);
        writer.WriteRows(size, new byte[size * size * 3]);
        writer.Complete();
        return path;
    }

    /// <summary>A layer that measures what is held when half of it has been read, and again at its end.</summary>
    private sealed class WatchedLayer(IVectorLayer layer) : IVectorLayer
    {
        private readonly long _before = MemoryTests.Held();

        public long Held { get; private set; }

        public string Path => layer.Path;

        public string Name => layer.Name;

        public SpatialReference? SpatialReference => layer.SpatialReference;

        public bool IsCrsExplicit => layer.IsCrsExplicit;

        public IReadOnlyList<FieldDefinition> Fields => layer.Fields;

        public IEnumerable<VectorFeature> Read(Envelope? extent = null)
        {
            int count = 0;
            foreach (VectorFeature feature in layer.Read(extent))
            {
                if (++count is Features / 2 or Features)
                {
                    Held = Math.Max(Held, MemoryTests.Held() - _before);
                }

                yield return feature;
            }
        }

        public void Dispose()
        {
            // The layer belongs to the test.
        }
    }
}
