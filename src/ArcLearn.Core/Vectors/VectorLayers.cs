using ArcLearn.Core.IO;

namespace ArcLearn.Core.Vectors;

/// <summary>Opens vector files by what they hold, whatever their extension.</summary>
internal static class VectorLayers
{
    private const int HeaderLength = 16;

    /// <summary>Opens a layer of a GeoJSON file or a GeoPackage.</summary>
    /// <param name="path">The file.</param>
    /// <param name="layer">The layer's name; null for the first one with geometry.</param>
    /// <param name="files">Where to read; null for the disk.</param>
    /// <exception cref="LearnFormatException">The file is neither, or broken.</exception>
    /// <exception cref="LearnDataException">LayerMissing: no layer of that name, with those that there are.</exception>
    public static IVectorLayer Open(string path, string? layer = null, IFileSystem? files = null)
    {
        files ??= LocalFileSystem.Instance;
        if (files.DirectoryExists(path))
        {
            throw new LearnFormatException("is a folder; a layer is a GeoJSON file or a GeoPackage.", path);
        }

        byte[] header = new byte[HeaderLength];
        int length;
        using (Stream stream = files.OpenRead(path))
        {
            length = stream.ReadAtLeast(header, HeaderLength, throwOnEndOfStream: false);
        }

        ReadOnlySpan<byte> start = header.AsSpan(0, length);
        if (start.StartsWith("SQLite format 3\0"u8))
        {
            return GeoPackageLayer.Open(path, layer, files);
        }

        if (IsJson(start))
        {
            return GeoJsonLayer.Open(path, layer, files);
        }

        string found = length == 0 ? "is empty" : start.StartsWith("\0\0\x27\x0A"u8) ? "is a Shapefile" : "is neither GeoJSON (UTF-8) nor a GeoPackage";
        throw new LearnFormatException(
            $"{found}. Vector layers are read from GeoJSON and GeoPackage; convert others, as with 'ogr2ogr new.gpkg old.shp'.", path);
    }

    public static LearnDataException LayerMissing(string path, string layer, IEnumerable<string> names) => new(
        "LayerMissing", $"{path} has no layer '{layer}'. It has: {string.Join(", ", names)}.", path);

    /// <summary>An object's brace after white space and a byte order mark; any other JSON value is no GeoJSON.</summary>
    private static bool IsJson(ReadOnlySpan<byte> start)
    {
        if (start.StartsWith("\uFEFF"u8))
        {
            start = start[3..];
        }

        start = start.TrimStart(" \t\r\n"u8);
        return start.Length > 0 && start[0] == (byte)'{';
    }
}
