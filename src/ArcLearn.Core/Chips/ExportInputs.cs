using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using ArcLearn.Core.IO;
using ArcLearn.Core.Rasters;
using ArcLearn.Core.Vectors;
using NetTopologySuite.Geometries;

namespace ArcLearn.Core.Chips;

/// <summary>What an export's bytes depend on, as short texts by the name of the parameter: an unfinished one is continued only where all are equal.</summary>
internal static class ExportInputs
{
    private const int Sample = 1 << 16;

    public static Dictionary<string, string> Of(ExportOptions options, IReadOnlyList<ExistingExport?> existing, IFileSystem files)
    {
        Dictionary<string, string> inputs = new(options.Inputs)
        {
            ["InputRaster"] = Join(options.Sources.Concat(options.OtherSources), source => Describe(source.Raster, files)),
            ["InputClassData"] = Join(options.Sources.Concat(options.OtherSources), source => source.ClassRaster is IRaster raster ? Describe(raster, files) : Hash(source.Objects)),
            ["InputInstanceData"] = Join(options.Sources, source => source.Instances is null ? "" : Hash(source.Instances)),
            ["AdditionalInputRaster"] = Join(options.Sources, source => source.Additional is IRaster raster ? Describe(raster, files) : ""),
            ["InputMaskPolygons"] = Join(options.Sources, source => source.Mask is Geometry mask ? Hash([new LabelObject(mask, 0, 0)]) : ""),
            ["extent"] = Join(options.Sources.Concat(options.OtherSources), source => source.Area?.ToString() ?? ""),
            ["classes"] = string.Join(';', options.Classes.Select(c => string.Create(CultureInfo.InvariantCulture, $"{c.Value}={c.Name}"))),
            ["OutputLocation"] = Join(existing, older => older is null ? "new" : string.Create(CultureInfo.InvariantCulture, $"{older.Images} chips, {older.NextNumber} next")),
        };
        (string Name, object Value)[] plain =
        [
            (nameof(options.MetadataFormat), options.MetadataFormat), ("ChipFormat", options.Format), ("TileSize", (options.TileWidth, options.TileHeight)),
            ("StrideSize", (options.StrideX, options.StrideY)), ("exportAllTiles", options.ExportAllTiles), ("startIndex", options.StartIndex),
            (nameof(options.MinPolygonOverlapRatio), options.MinPolygonOverlapRatio), (nameof(options.RotationAngle), options.RotationAngle),
            (nameof(options.ReferenceSystem), options.ReferenceSystem), (nameof(options.BlackenAroundFeature), options.BlackenAroundFeature), (nameof(options.CropMode), options.CropMode),
        ];
        foreach ((string name, object value) in plain)
        {
            inputs[name] = Convert.ToString(value, CultureInfo.InvariantCulture)!;
        }

        return inputs;
    }

    /// <summary>The length of a file and a hash of its ends; nothing for what is no file.</summary>
    public static string Describe(string path, IFileSystem files)
    {
        if (!files.FileExists(path))
        {
            return "";
        }

        using Stream stream = files.OpenRead(path);
        byte[] ends = new byte[(int)Math.Min(stream.Length, 2 * Sample)];
        int first = Math.Min(ends.Length, Sample);
        stream.ReadExactly(ends, 0, first);
        stream.Position = stream.Length - (ends.Length - first);
        stream.ReadExactly(ends, first, ends.Length - first);
        return string.Create(CultureInfo.InvariantCulture, $"{stream.Length} bytes {Convert.ToHexString(SHA256.HashData(ends), 0, 8)}");
    }

    private static string Describe(IRaster raster, IFileSystem files) => string.Create(
        CultureInfo.InvariantCulture, $"{raster.Path} {raster.Width}x{raster.Height}x{raster.Bands} {raster.SampleType} {raster.Transform} {Describe(raster.Path, files)}");

    private static string Join<T>(IEnumerable<T> items, Func<T, string> describe) => string.Join(" | ", items.Select(describe));

    private static string Hash(IReadOnlyList<LabelObject> objects)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (LabelObject item in objects)
        {
            double[] numbers = [item.Value, .. item.Geometry.Coordinates.SelectMany(c => new[] { c.X, c.Y })];
            hash.AppendData(MemoryMarshal.AsBytes(numbers.AsSpan()));
        }

        return string.Create(CultureInfo.InvariantCulture, $"{objects.Count} {Convert.ToHexString(hash.GetHashAndReset(), 0, 8)}");
    }
}
