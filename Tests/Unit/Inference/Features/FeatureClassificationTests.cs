using ArcLearn.Core.Chips;
using ArcLearn.Core.Crs;
using ArcLearn.Core.Data;
using ArcLearn.Core.Inference;
using ArcLearn.Core.IO;
using ArcLearn.Core.Models;
using ArcLearn.Core.Rasters;
using ArcLearn.Core.Training;
using ArcLearn.Core.Vectors;
using ArcLearn.Tests.Unit.Data;
using ArcLearn.Tests.Unit.TestSupport;
using NetTopologySuite.Geometries;

namespace ArcLearn.Tests.Unit.Inference;

/// <summary>A scene of fields with rows and with columns, of which a classifier knows the two.</summary>
[Collection(TorchTests.Name)]
public sealed class FeatureClassificationTests : IClassFixture<FeatureClassificationTests.Scene>, IDisposable
{
    private const int Side = 40;
    private const int Fields = 5;

    private readonly Scene _scene;
    private readonly TemporaryFolder _folder = new();

    public FeatureClassificationTests(Scene scene) => _scene = scene;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("fields.gpkg")]
    [InlineData("fields.shp")]
    [InlineData("fields.geojson")]
    public void Every_feature_gets_its_class_and_others_are_counted_by_reason(string name)
    {
        string path = Layer(name);

        ClassifiedLayer found = Classify(Request(path));

        Assert.Equal((12L, 10L, 2L, 0L), (found.Features, found.Classified, found.Skipped, found.ResumedFeatures));
        Assert.Equal(2, found.SkippedByReason["outside the raster"]);
        using IVectorLayer layer = VectorLayers.Open(path);
        VectorFeature[] features = [.. layer.Read()];
        int right = features.Take(10).Count(feature => feature.Values[^2] as string == feature.Values[0] as string);
        Assert.True(right >= 9, $"{right} of 10");
        Assert.All(features.Take(10), feature => Assert.InRange((double)feature.Values[^1]!, 0.5, 1));
        Assert.All(features.Skip(10), feature => Assert.Null(feature.Values[^2]));
        Assert.DoesNotContain(Directory.GetFiles(_folder.Root), file => file.Contains("journal", StringComparison.Ordinal) || file.Contains("partial", StringComparison.Ordinal));
    }

    [Fact]
    public void What_the_raster_gives_equals_what_tiles_of_an_export_give()
    {
        string path = Layer("fields.gpkg");
        Classify(Request(path));
        object?[] direct = Values(path);

        string tiles = _folder.PathOf("tiles");
        Export(path, tiles, "number");
        string other = Layer("other.gpkg");
        ClassifiedLayer found = Classify(
            Request(other) with { Raster = null, TilesFolder = tiles, InputLabelField = "number" });

        Assert.Equal(2, found.SkippedByReason["no chip"]);
        Assert.Equal(direct, Values(other));
    }

    [Fact]
    public void An_interrupted_run_goes_on_and_another_one_is_refused()
    {
        string path = Layer("fields.gpkg");
        byte[] before = File.ReadAllBytes(path);
        using CancellationTokenSource stop = new();
        Assert.Throws<OperationCanceledException>(() => Classify(
            Request(path) with { BatchSize = 2 }, progress: done => { if (done >= 4) { stop.Cancel(); } }, cancel: stop.Token));
        Assert.Equal(before, File.ReadAllBytes(path));
        Assert.True(File.Exists(path + ".kind.journal"));

        Assert.Equal("JournalMismatch", Assert.Throws<LearnDataException>(() => Classify(
            Request(path) with { BatchSize = 2, BlackenAroundFeature = true })).Id);

        List<string> warnings = [];
        ClassifiedLayer found = Classify(Request(path) with { BatchSize = 2 }, warnings.Add);
        Assert.True(found.ResumedFeatures >= 4, $"{found.ResumedFeatures}");
        Assert.Contains(warnings, text => text.StartsWith("Going on", StringComparison.Ordinal));

        string whole = Layer("whole.gpkg");
        Classify(Request(whole) with { BatchSize = 2 });
        Assert.Equal(Values(whole), Values(path));
    }

    [Theory]
    [InlineData("fields.gpkg")]
    [InlineData("fields.geojson")]
    public void A_run_whose_process_ended_after_the_update_changes_nothing_more_and_one_over_other_features_is_refused(string name)
    {
        string path = Layer(name);
        using CancellationTokenSource stop = new();
        Assert.Throws<OperationCanceledException>(() => Classify(
            Request(path) with { BatchSize = 2 }, progress: done => { if (done >= 4) { stop.Cancel(); } }, cancel: stop.Token));
        byte[] journal = File.ReadAllBytes(path + ".kind.journal");
        Classify(Request(path) with { BatchSize = 2 });
        object?[] values = Values(path);

        // As if killed between the update and the end of the journal: the layer is another file, of the same features.
        File.WriteAllBytes(path + ".kind.journal", journal);
        Assert.True(Classify(Request(path) with { BatchSize = 2 }).ResumedFeatures >= 4);
        Assert.Equal(values, Values(path));

        string moved = Layer(name, shift: 40);
        File.WriteAllBytes(moved + ".kind.journal", journal);
        LearnDataException error = Assert.Throws<LearnDataException>(() => Classify(Request(moved) with { BatchSize = 2 }));
        Assert.Equal("JournalMismatch", error.Id);
        Assert.Contains("from the 1. on", error.Message, StringComparison.Ordinal);
        Assert.Equal(0, Classify(Request(moved) with { BatchSize = 2, Force = true }).ResumedFeatures);
    }

    [Fact]
    public void Features_without_geometry_are_passed_over_and_those_of_tiles_are_told_by_the_key()
    {
        string path = _folder.PathOf("few.geojson");
        File.WriteAllText(path, """
            {"type":"FeatureCollection","crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::32632"}},"features":[
            {"type":"Feature","properties":{},"geometry":null},
            {"type":"Feature","properties":{},"geometry":{"type":"Polygon","coordinates":[]}},
            {"type":"Feature","properties":{},"geometry":{"type":"Polygon","coordinates":[[[500004,4999996],[500036,4999996],[500036,4999964],[500004,4999964],[500004,4999996]]]}}]}
            """);
        ClassifiedLayer found = Classify(Request(path));
        Assert.Equal((3L, 1L, 2L), (found.Features, found.Classified, found.SkippedByReason["empty geometry"]));

        string keyed = Layer("keyed.gpkg");
        string tiles = _folder.PathOf("tiles");
        Export(keyed, tiles, "fid");
        Assert.Equal(10, Classify(Request(keyed) with { Raster = null, TilesFolder = tiles, InputLabelField = "FID" }).Classified);
        string direct = Layer("direct.gpkg");
        Classify(Request(direct));
        Assert.Equal(Values(direct), Values(keyed));
    }

    [Fact]
    public void What_cannot_be_done_is_told_before_the_first_chip_and_leaves_the_layer()
    {
        string path = Layer("fields.shp");
        byte[] before = File.ReadAllBytes(Path.ChangeExtension(path, ".dbf"));

        Assert.Equal("FieldType", Fault(Request(path) with { LabelField = "number" }));
        Assert.Equal("FieldName", Fault(Request(path) with { LabelField = "a_long_field_name" }));
        Assert.Equal("FieldMissing", Fault(Request(path) with { Raster = null, TilesFolder = _folder.Root, InputLabelField = "none" }));
        Assert.Equal("InvalidArgument", Assert.Throws<LearnArgumentException>(() => Open(Request(path) with { ConfidenceField = "KIND" })).Id);

        Assert.Equal(before, File.ReadAllBytes(Path.ChangeExtension(path, ".dbf")));
        Assert.DoesNotContain(Directory.GetFiles(_folder.Root), file => file.Contains("journal", StringComparison.Ordinal));

        string Fault(FeatureRequest request) => Assert.Throws<LearnDataException>(() => Open(request)).Id;
    }

    /// <summary>Chips of half the network's side are enlarged to twice as many pixels, of half the size on the ground, in training and here.</summary>
    [Fact]
    public void The_size_of_a_pixel_is_that_of_the_chips_as_they_are_cut()
    {
        FeatureRequest request = Request(Layer("fields.gpkg"));
        ClassifierDefinition fine = _scene.Model.Definition with { CellSize = 0.5, Ground = new PixelGround(new GroundSize(0.5, 0.5), 32632) };

        Assert.Equal("CellSizeMismatch", Assert.Throws<LearnDataException>(() => Open(request)).Id);
        Open(request with { TileSize = Side / 2 }).Dispose();
        Open(request with { CropMode = CropMode.BoundingBox }).Dispose();

        FeatureClassification Open(FeatureRequest one) => FeatureClassification.Open(one, fine, warn: null, default);
    }

    private void Export(string labels, string tiles, string field) => ExportJob.Run(
        new ExportRequest
        {
            Rasters = [_scene.Raster],
            Labels = [new LayerSource(labels)],
            ClassValueField = field,
            Options = new ExportOptions
            {
                Sources = [], Classes = [], OutputFolder = tiles, TileWidth = Side, TileHeight = Side, MetadataFormat = MetadataFormats.LabeledTiles,
            },
        },
        new ExportContext { Files = LocalFileSystem.Instance },
        default);

    private FeatureClassification Open(FeatureRequest request, Action<string>? warn = null) => FeatureClassification.Open(request, _scene.Model.Definition, warn, default);

    private ClassifiedLayer Classify(FeatureRequest request, Action<string>? warn = null, Action<long>? progress = null, CancellationToken cancel = default)
    {
        using FeatureClassification classification = Open(request, warn);
        return classification.Run(_scene.Model, progress, cancel);
    }

    private static object?[] Values(string path)
    {
        using IVectorLayer layer = VectorLayers.Open(path);
        return [.. layer.Read().SelectMany(feature => feature.Values.TakeLast(2))];
    }

    private FeatureRequest Request(string path) => new()
    {
        Layer = new LayerSource(path),
        LabelField = "kind",
        ConfidenceField = "sure",
        Raster = _scene.Raster,
    };

    /// <summary>The ten fields of the scene, and two that it does not reach.</summary>
    /// <param name="shift">Metres to the east.</param>
    private string Layer(string name, int shift = 0)
    {
        string path = _folder.PathOf(shift == 0 ? name : $"shifted_{name}");
        using IFeatureWriter writer = FeatureWriters.Create(
            path, Path.GetFileNameWithoutExtension(name), CoordinateSystems.FromEpsg(32632), [new("truth", FieldType.Text), new("number", FieldType.Integer)]);
        for (int i = 0; i < 12; i++)
        {
            (int column, int row) = (i % Fields * Side, i / Fields * Side);
            (double x, double y) = i < 10 ? (500_000 + shift + column + 4, 5_000_000 - row - 4) : (600_000, 5_000_000);
            writer.Write(
                new Polygon(new LinearRing([new(x, y), new(x + Side - 8, y), new(x + Side - 8, y - Side + 8), new(x, y - Side + 8), new(x, y)])), [Scene.KindOf(i % 10), (long)(i + 100)]);
        }

        writer.Complete();
        return path;
    }

    public sealed class Scene : IDisposable
    {
        private readonly ChipFolder _chips = new();

        public Scene()
        {
            for (int i = 0; i < 12; i++)
            {
                _chips.AddImage($"rows/{i}.tif", Side, Side, sample: (b, r, c) => (r + i) % 8 < 4 ? 220 : 30);
                _chips.AddImage($"columns/{i}.tif", Side, Side, sample: (b, r, c) => (c + i) % 8 < 4 ? 220 : 30);
            }

            LearnDataBunch data = new(DataBunchBuilder.Build(new DataBunchOptions
            {
                Paths = [_chips.Root], DatasetType = MetadataFormats.Imagenet, ChipSize = Side, BatchSize = 8, ValidationFraction = 0, Transform = LearnTransform.None,
            }));
            Model = ClassifierEngine.Create(
                data, new ClassifierOptions { Backbone = "resnet18", Dropout = 0.2 }, isBalanced: false, new StartWeights(null, null), LearnDevice.Cpu, seed: 1, warn: null, default);
            _ = Model.Fit(new TrainingOptions { Epochs = 12, LearningRate = new LearningRate(3e-4), NoCheckpoint = true }, progress: null, warn: null, default).Count();
            Raster = _chips.AddImage("scene.tif", Fields * Side, 2 * Side, sample: Sample, corner: (500_000, 5_000_000));
        }

        internal ClassifierEngine Model { get; }

        public string Raster { get; }

        public static string KindOf(int field) => field % 3 == 0 ? "rows" : "columns";

        public void Dispose()
        {
            Model.Dispose();
            _chips.Dispose();
        }

        private static int Sample(int band, int row, int column)
        {
            int field = ((row / Side) * Fields) + (column / Side);
            return (KindOf(field) == "rows" ? row : column) % 8 < 4 ? 220 : 30;
        }
    }
}
