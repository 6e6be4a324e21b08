using System.Collections;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Xml.Linq;
using ArcLearn.Tests.Cmdlets.TestSupport;

namespace ArcLearn.Tests.Cmdlets;

/// <summary>The view of each public record, through Out-Default at 100 columns.</summary>
public sealed class FormatTests : IDisposable
{
    private readonly ModuleHost _host = new();

    public void Dispose() => _host.Dispose();

    [Theory]
    [InlineData("TrainingDataInfo", "Images", "Features", "Tile", "Classes", "Path")]
    [InlineData("EpochResult", "Epoch", "TrainLoss", "ValidLoss", "Metric", "Time")]
    [InlineData("AveragePrecision", "Class", "IoU", "AP", "Truth", "Correct")]
    [InlineData("ModelPackage", "Name", "MB", "Path")]
    [InlineData("InstalledModel", "Name", "ModelType", "Backbone", "ChipSize", "Classes")]
    [InlineData("ModelDefinition", "Name", "ModelType", "Configuration", "Chip", "Classes")]
    [InlineData("LearnModelInfo", "Name", "ModelType", "Chip", "Input", "Usable")]
    [InlineData("ModelArgument", "Name", "Type", "Default", "Range", "Meaning")]
    [InlineData("FeatureLayerItem", "Features", "Tiles", "Time", "Model", "Path")]
    [InlineData("ImageryLayerItem", "Classes", "Tiles", "Time", "Model", "Path")]
    [InlineData("PictureItem", "Size", "Shows", "Path")]
    [InlineData("Prediction", "Objects", "Size", "Time", "Model", "Path")]
    [InlineData("PredictedObject", "Class", "Score", "XMin", "YMin", "Size")]
    [InlineData("LearnRasterInfo", "Size", "Type", "Cell", "Blocks", "Path")]
    [InlineData("RasterBandInfo", "Band", "NoData", "Scale", "Offset", "Name")]
    public void A_record_is_a_row_of_its_table(string type, params string[] columns)
    {
        string[] lines = Show(Record(type));

        Assert.Equal(columns, lines[0].Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(3, lines.Length);
        Assert.All(lines, line => Assert.InRange(line.Length, 1, 100));
    }

    [Fact]
    public void Files_and_models_are_shown_by_name_size_and_place()
    {
        object package = Record("ModelPackage", ("Name", "trees"), ("Length", 47_300_000L), ("Path", "/m/trees/trees.dlpk"));
        Assert.Equal(["trees", "47.3", "/m/trees/trees.dlpk"], Words(Show(package)[2]));

        object model = Record("InstalledModel", ("Name", "trees"), ("ModelType", "ObjectDetection"), ("Backbone", "resnet18"), ("ChipSize", 224), ("Classes", new[] { "palm", "pine" }));
        Assert.Equal(["trees", "ObjectDetection", "resnet18", "224", "palm,", "pine"], Words(Show(model)[2]));

        object layer = Record("FeatureLayerItem", ("Features", 1234), ("Tiles", 56), ("Duration", TimeSpan.FromSeconds(7.3)), ("Model", "trees"), ("Path", "/out/trees.gpkg"));
        Assert.Equal(["1234", "56", "7.3", "s", "trees", "/out/trees.gpkg"], Words(Show(layer)[2]));

        object prediction = Record("Prediction", ("Width", 640), ("Height", 480), ("Objects", Objects(3)), ("Model", "trees"), ("Duration", TimeSpan.FromSeconds(0.123)), ("Path", "/in/a.png"));
        Assert.Equal(["3", "640", "x", "480", "0.12", "s", "trees", "/in/a.png"], Words(Show(prediction)[2]));

        object found = Record("PredictedObject", ("Class", "palm"), ("Score", 0.98765), ("XMin", 10.26), ("YMin", 20d), ("Width", 30d), ("Height", 40.06));
        Assert.Equal(["palm", "0.988", "10.3", "20.0", "30.0", "x", "40.1"], Words(Show(found)[2]));

        object picture = Record("PictureItem", ("Width", 2048), ("Height", 1024), ("Shows", "1234 objects"), ("Path", "/out/trees.png"));
        Assert.Equal(["2048", "x", "1024", "1234", "objects", "/out/trees.png"], Words(Show(picture)[2]));
    }

    [Theory]
    [InlineData("TrainingDataInfo")]
    [InlineData("ModelPackage")]
    [InlineData("InstalledModel")]
    [InlineData("FeatureLayerItem")]
    [InlineData("PictureItem")]
    public void Long_values_are_cut_to_the_screen(string type)
    {
        string path = "/data/" + new string('p', 150);
        string[] names = [.. Enumerable.Range(1, 40).Select(i => $"class {i}")];
        object classes = type == "InstalledModel" ? names : Classes(names);
        (string, object)[] values = [("Path", path), ("Name", path), ("Model", path), ("Shows", path), ("Classes", classes)];

        string[] lines = Show(Record(type, [.. values.Where(v => PublicType(type).GetProperty(v.Item1) is not null)]));

        Assert.Equal(3, lines.Length);
        Assert.All(lines, line => Assert.InRange(line.Length, 1, 100));
        Assert.Contains("…", lines[2], StringComparison.Ordinal);
    }

    [Fact]
    public void Every_public_record_has_a_view_unless_it_is_only_a_part_of_another()
    {
        string[] parts = ["AspectRatio", "ClassDefinition", "GeoExtent", "GeoTransform", "SpatialReference", "ShardNumber", "TileSize", "PrecisionRecallPoint", "TransformRange", "LearningRatePoint"];
        string[] viewed = [.. XDocument.Load(Path.Combine(ModuleHost.ModulePath, "ArcLearn.format.ps1xml")).Descendants("TypeName").Select(e => e.Value)];

        IEnumerable<string> records = ModuleAssembly.Public.GetExportedTypes()
            .Where(t => !t.IsEnum && !t.IsAbstract && !t.IsSubclassOf(typeof(Exception)) && !t.IsSubclassOf(typeof(System.Collections.Hashtable)))
            .Select(t => t.Name).Except(parts);

        Assert.Equal(records.Order(StringComparer.Ordinal), viewed.Select(name => name["ArcLearn.".Length..]).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Numbers_are_rounded_and_times_are_seconds()
    {
        object epoch = Record("EpochResult", ("Epoch", 3), ("Epochs", 20), ("TrainLoss", 1.23456789), ("ValidLoss", double.NaN), ("MetricName", "AveragePrecision"),
            ("Metric", 0.5), ("Duration", TimeSpan.FromSeconds(83.28)), ("IsBest", true));

        Assert.Equal(["3/20*", "1.2346", "NaN", "AveragePrecision", "0.5000", "83.3", "s"], Words(Show(epoch)[2]));

        object precision = Record("AveragePrecision", ("Class", "car"), ("Value", 0.87654321), ("Truth", 10), ("Detections", 12), ("TruePositives", 9), ("IouThreshold", 0.75));
        Assert.Equal(["car", "0.75", "0.8765", "10", "9", "of", "12"], Words(Show(precision)[2]));
    }

    [Fact]
    public void Classes_are_shown_by_name()
    {
        object data = Record("TrainingDataInfo", ("TileWidth", 224), ("TileHeight", 112), ("Images", 12), ("Path", "/data/chips"), ("Classes", Classes("pool", "tree")));

        Assert.Equal(["12", "0", "224", "x", "112", "pool,", "tree", "/data/chips"], Words(Show(data)[2]));
    }

    [Fact]
    public void The_runtime_is_a_list_with_the_lists_written_out()
    {
        object info = Record("LearnRuntimeInfo", ("IsReady", true), ("Devices", new[] { "Cpu", "Cuda" }), ("CpuFeatures", new[] { "avx2", "fma", "avx512f", "avx512_bf16", "amx" }));

        string text = string.Join('\n', Show(info));

        Assert.Matches(@"IsReady\s+: True", text);
        Assert.Matches(@"Devices\s+: Cpu, Cuda", text);
        Assert.Matches(@"CpuFeatures\s+: avx2, fma, avx512f, avx512_bf16, amx", text);
    }

    [Fact]
    public void A_data_bunch_and_a_detector_are_rows()
    {
        object bunch = Wrapped("LearnDataBunch", "IDataContent", new()
        {
            ["TrainingChips"] = 90, ["ValidationChips"] = 10, ["ChipSize"] = 224, ["BatchSize"] = 8, ["Classes"] = Classes("tree"), ["Paths"] = new[] { "/a", "/b" },
        });
        object detector = Wrapped("SingleShotDetector", "IDetectorEngine", new()
        {
            ["Name"] = "trees", ["Backbone"] = "resnet18", ["ChipSize"] = 224, ["Anchors"] = 144, ["Classes"] = Classes("tree"),
        });

        Assert.Equal(["90", "10", "224", "x", "8", "tree", "/a,", "/b"], Words(Show(bunch)[2]));
        Assert.Equal(["trees", "resnet18", "224", "144", "tree"], Words(Show(detector)[2]));
    }

    private static string[] Words(string line) => line.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static Type PublicType(string name) => ModuleAssembly.Public.GetType("ArcLearn." + name, throwOnError: true)!;

    private static IList Objects(int count) => Array.CreateInstance(PublicType("PredictedObject"), count);

    private static IList Classes(params string[] names)
    {
        Type type = PublicType("ClassDefinition");
        Array classes = Array.CreateInstance(type, names.Length);
        for (int i = 0; i < names.Length; i++)
        {
            classes.SetValue(Activator.CreateInstance(type, i + 1, names[i], new[] { -1, -1, -1 }), i);
        }

        return classes;
    }

    /// <summary>A record whose other properties hold short values, so that every column has something to show.</summary>
    private static object Record(string name, params (string Property, object Value)[] values)
    {
        Type type = PublicType(name);
        object record = RuntimeHelpers.GetUninitializedObject(type);
        foreach (PropertyInfo property in type.GetProperties().Where(p => p.CanWrite))
        {
            object? given = values.FirstOrDefault(v => v.Property == property.Name).Value;
            object? value = given ?? (property.PropertyType == typeof(string) ? "text"
                : typeof(IEnumerable<string>).IsAssignableFrom(property.PropertyType) ? new[] { "one", "two" }
                : property.PropertyType == typeof(IReadOnlyList<>).MakeGenericType(PublicType("ClassDefinition")) ? Classes("one")
                : null);
            if (value is not null)
            {
                property.SetValue(record, value);
            }
        }

        return record;
    }

    private static object Wrapped(string name, string contentType, Dictionary<string, object> values)
    {
        Type content = ModuleAssembly.Public.GetType("ArcLearn.Internal." + contentType, throwOnError: true)!;
        object proxy = DispatchProxy.Create(content, typeof(PropertyBag));
        ((PropertyBag)proxy).Values = values;
        ConstructorInfo constructor = PublicType(name).GetConstructors(BindingFlags.NonPublic | BindingFlags.Instance).Single();
        return constructor.Invoke([proxy]);
    }

    private string[] Show(object value) =>
        _host.Run("param($value) $value | Out-Default", value).ThrowIfFailed().Text
            .Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>Answers property getters from a dictionary.</summary>
    public class PropertyBag : DispatchProxy
    {
        public IReadOnlyDictionary<string, object> Values { get; set; } = new Dictionary<string, object>();

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
            Values.TryGetValue(targetMethod!.Name["get_".Length..], out object? value) ? value : null;
    }
}
