using System.IO.Compression;
using System.Text;
using ArcLearn.Core.Data;
using ArcLearn.Core.Formats;
using ArcLearn.Core.IO;
using ArcLearn.Core.Packaging;

namespace ArcLearn.Tests.Unit.Packaging;

/// <summary>Small models and packages. Their weights are sound, but those of no network.</summary>
internal static class Samples
{
    public const string Emd = """
        { "ModelConfiguration": "_DynamicSSD", "ModelType": "ObjectDetection", "ModelFile": "trees.pth", "ImageHeight": 224, "ImageWidth": 224,
          "Classes": [ { "Value": 1, "Name": "Tree", "Color": [ 1, 2, 3 ] } ], "backbone": "resnet18" }
        """;

    /// <summary>A file of weights in the safetensors format that text can hold: one number of 8 bits, 'w'.</summary>
    public const string W = "@\0\0\0\0\0\0\0{\"w\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}}           w";

    /// <summary>50,000 bytes, of which no long run comes twice.</summary>
    public static byte[] Weights { get; } = Tensor([.. Enumerable.Range(0, 49_908).Select(i => (byte)((i * 31) + (i >> 8)))]);

    public static Normalization ImageNet { get; } = new(1f / 255, [0.485f, 0.456f, 0.406f], [0.229f, 0.224f, 0.225f], SampleType.UInt8);

    public static ModelDefinitionFile Definition { get; } = new()
    {
        ModelConfiguration = ModelDefinitionFile.DetectorConfiguration,
        ModelType = "ObjectDetection",
        ModelFile = "trees.pth",
        ImageHeight = 224,
        ImageWidth = 224,
        ExtractBands = [0, 1, 2],
        Classes = [new ClassDefinition(1, "Tree", [12, 200, 33]), new ClassDefinition(3, "Käfer \U0001F41E", [-1, -1, -1])],
        Backbone = "resnet34",
        Grids = [4, 2, 1],
        Zooms = [0.7, 1, 1.3],
        Ratios = [new AspectRatio(1, 1), new AspectRatio(1, 0.5), new AspectRatio(0.5, 1)],
        MinCellSize = new CellSizeDefinition(2.146743517369032e-06, 2.155325191644639e-06, 4326, null),
        MaxCellSize = new CellSizeDefinition(0.1, 0.1, 102100, 3857),
        Settings = new TrainedSettings
        {
            Normalization = ImageNet,
            CellSize = 0.1,
            Dropout = 0.3,
            Bias = -4,
            FocalLoss = true,
            LocationLossFactor = 0.25,
            Metrics = new Dictionary<string, double> { ["ValidationLoss"] = 12.5, ["AveragePrecision"] = 1e-7 },
        },
    };

    public static ModelPackage Save(string folder, string name = "trees", bool force = false, IFileSystem? files = null, byte[]? weights = null) =>
        ModelPackager.Save(folder, name, Definition, stream => stream.Write(weights ?? Weights), force, files);

    /// <summary>Weights that hold one number.</summary>
    public static byte[] Tiny(byte number) => Tensor([number]);

    /// <summary>Weights that hold numbers of 8 bits.</summary>
    public static byte[] Tensor(byte[] numbers)
    {
        string header = FormattableString.Invariant($"{{\"w\":{{\"dtype\":\"U8\",\"shape\":[{numbers.Length}],\"data_offsets\":[0,{numbers.Length}]}}}}").PadRight(84);
        return [.. BitConverter.GetBytes(header.Length + 0L), .. Encoding.ASCII.GetBytes(header), .. numbers];
    }

    /// <summary>A ZIP of raw entry names; a name that ends in a slash is a folder.</summary>
    public static string Zip(string path, params (string Name, string Text)[] entries) =>
        Zip(path, entries, (_, _) => { });

    public static string Zip(string path, IEnumerable<(string Name, string Text)> entries, Action<ZipArchiveEntry, int> change)
    {
        using ZipArchive archive = ZipFile.Open(path, ZipArchiveMode.Create);
        int index = 0;
        foreach ((string name, string text) in entries)
        {
            ZipArchiveEntry entry = archive.CreateEntry(name);
            change(entry, index++);
            using Stream stream = entry.Open();
            stream.Write(Encoding.UTF8.GetBytes(text));
        }

        return path;
    }

    /// <summary>Every file below a folder with its bytes, to tell whether anything changed; but for a store's lock.</summary>
    public static Dictionary<string, string> Snapshot(string folder) => Directory.Exists(folder)
        ? Directory.EnumerateFileSystemEntries(folder, "*", SearchOption.AllDirectories).Where(path => Path.GetFileName(path) != StoreLock.FileName).ToDictionary(
            path => Path.GetRelativePath(folder, path),
            path => File.Exists(path) ? Convert.ToBase64String(File.ReadAllBytes(path)) : "folder")
        : [];
}
