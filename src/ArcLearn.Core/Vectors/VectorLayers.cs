using ArcLearn.Core.IO;

namespace ArcLearn.Core.Vectors;

/// <summary>Opens vector files by what they hold, whatever their extension.</summary>
internal static class VectorLayers
{
    private const int HeaderLength = 16;

    private const string Formats = "GeoJSON, GeoPackage, Shapefile and PostGIS";

    /// <summary>Opens a layer of a GeoJSON file or sequence, a GeoPackage, a Shapefile, or a table of PostGIS.</summary>
    /// <param name="path">The file, or a table's address as <see cref="PostGisAddress"/> has it.</param>
    /// <param name="layer">The layer's name; null for the first one with geometry.</param>
    /// <param name="files">Where to read; null for the disk.</param>
    /// <exception cref="LearnFormatException">The file is neither, or broken.</exception>
    /// <exception cref="LearnDataException">LayerMissing: no layer of that name, with those that there are.</exception>
    public static IVectorLayer Open(string path, string? layer = null, IFileSystem? files = null)
    {
        if (PostGisAddress.IsAddress(path))
        {
            return PostGisLayer.Open(PostGisAddress.Parse(path, "InputClassData"), layer);
        }

        files ??= LocalFileSystem.Instance;
        if (files.DirectoryExists(path))
        {
            throw new LearnFormatException($"is a folder; vector layers are read from {Formats}.", path);
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

        if (start.StartsWith("\0\0\x27\x0A"u8))
        {
            return IsShapeIndex(path) ? throw new LearnFormatException("is the index of a Shapefile; name its .shp.", path) : ShapefileLayer.Open(path, layer, files);
        }

        // A sequence of no features is an empty file.
        bool isEmptySequence = GeoJsonSequence.HasExtension(path) && length < HeaderLength && start.TrimStart(" \t\r\n"u8).IsEmpty;
        if (isEmptySequence || IsJson(start) || (start.Length > 0 && start[0] == GeoJsonSequence.RecordSeparator))
        {
            return GeoJsonLayer.Open(path, layer, files);
        }

        string found = length == 0 ? "is empty" : "is neither GeoJSON (UTF-8), a GeoPackage nor a Shapefile";
        throw new LearnFormatException($"{found}. Vector layers are read from {Formats}; convert others, as with 'ogr2ogr new.gpkg old.kml'.", path);
    }

    private static bool IsShapeIndex(string path) => Path.GetExtension(path).Equals(".shx", StringComparison.OrdinalIgnoreCase);

    /// <summary>The names of the other layers beside an open one; none for a format that holds one.</summary>
    public static IReadOnlyList<string> OtherLayers(IVectorLayer layer, IFileSystem? files = null) => layer is GeoPackageLayer
        ? [.. GeoPackageLayer.Names(layer.Path, files ?? LocalFileSystem.Instance).Where(name => name != layer.Name)]
        : [];

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
