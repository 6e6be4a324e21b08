using ArcLearn.Core.IO;

namespace ArcLearn.Core.Vectors;

/// <summary>The geometry that a written layer declares.</summary>
internal enum LayerGeometry
{
    Polygon,
    MultiPolygon,
    Point,
    Any,
}

/// <summary>Colours for the classes of a layer: a GeoPackage carries them as a style that QGIS applies on its own.</summary>
/// <param name="Field">The field with the class: names if it is a text field, else values.</param>
/// <param name="Classes">The classes in the order of the legend.</param>
internal sealed record ClassStyle(string Field, IReadOnlyList<ClassDefinition> Classes);

/// <summary>What a caller may add to a layer.</summary>
internal sealed record FeatureWriterOptions
{
    public LayerGeometry Geometry { get; init; } = LayerGeometry.Polygon;

    /// <summary>Only a GeoPackage has a place for it.</summary>
    public ClassStyle? Style { get; init; }

    /// <summary>Is told, once each, what the format cannot hold.</summary>
    public Action<string>? Warn { get; init; }

    /// <summary>Pages of the SQLite file at most: how tests fill the disk.</summary>
    internal int? MaxPages { get; init; }
}

/// <summary>Writes layers of features; the extension chooses the format.</summary>
internal static class FeatureWriters
{
    private const string Formats =
        ".gpkg (GeoPackage), .geojson or .json (GeoJSON), .geojsonl, .ndjson or .geojsons (GeoJSON sequence), .shp (Shapefile), or "
        + "postgresql://host/database?table=schema.table (PostGIS)";

    /// <summary>Starts a layer; the extension names the format.</summary>
    /// <param name="path">The file or table, which appears on <see cref="IFeatureWriter.Complete"/>.</param>
    /// <param name="layerName">The layer's name, in a GeoPackage its table's.</param>
    /// <param name="crs">The coordinates' reference; null for none.</param>
    /// <param name="fields">The fields, whose values are written in this order.</param>
    /// <param name="files">Where to write; null for the disk. A GeoPackage is created, moved and deleted through it, its pages are SQLite's.</param>
    /// <param name="force">True to replace an existing file.</param>
    /// <param name="options">Geometry type and style.</param>
    /// <exception cref="OutputExistsException">The file exists and <paramref name="force"/> is false.</exception>
    /// <exception cref="LearnArgumentException">The extension names no format, or the layer's or a field's name cannot be used.</exception>
    public static IFeatureWriter Create(
        string path,
        string layerName,
        SpatialReference? crs,
        IReadOnlyList<FieldDefinition> fields,
        IFileSystem? files = null,
        bool force = false,
        FeatureWriterOptions? options = null)
    {
        files ??= LocalFileSystem.Instance;
        options ??= new FeatureWriterOptions();
        Check(path, layerName, fields, force, makesFolder: false, files);
        if (PostGisAddress.IsAddress(path))
        {
            return new PostGisWriter(PostGisAddress.Parse(path, "OutputName"), crs, fields, force, options);
        }

        return Path.GetExtension(path).ToUpperInvariant() switch
        {
            ".GPKG" => new GeoPackageWriter(path, layerName, crs, fields, files, options),
            ".SHP" => new ShapefileWriter(path, crs, fields, files, options),
            ".GEOJSON" or ".JSON" => new GeoJsonWriter(path, layerName, crs, fields, files),
            ".GEOJSONS" or ".GEOJSONSEQ" => new GeoJsonWriter(path, layerName, crs, fields, files, GeoJsonLayout.TextSequence, options.Warn),
            _ => new GeoJsonWriter(path, layerName, crs, fields, files, GeoJsonLayout.Lines, options.Warn),
        };
    }

    /// <summary>What <see cref="Create"/> refuses, for before the work.</summary>
    /// <param name="makesFolder">True where the caller makes the file's folder before the file.</param>
    /// <inheritdoc cref="Create"/>
    public static void Check(
        string path, string layerName, IReadOnlyList<FieldDefinition> fields, bool force, bool makesFolder, IFileSystem? files = null)
    {
        files ??= LocalFileSystem.Instance;
        string extension = Path.GetExtension(path).ToUpperInvariant();
        bool isTable = PostGisAddress.IsAddress(path);
        if (!isTable && extension is not (".GPKG" or ".GEOJSON" or ".JSON" or ".SHP") && !GeoJsonSequence.HasExtension(path))
        {
            throw new LearnArgumentException("OutputName", $"'{path}' names no format that can be written: use {Formats}.");
        }

        CheckNames(layerName, fields, usesIds: isTable || extension == ".GPKG");
        if (isTable)
        {
            _ = PostGisAddress.Parse(path, "OutputName");
            return;
        }

        if (files.DirectoryExists(path))
        {
            throw new LearnArgumentException("OutputName", $"{path} is a folder; give the layer another name.");
        }

        if (files.FileExists(path) && !force)
        {
            throw new OutputExistsException(path);
        }

        if (makesFolder)
        {
            files.RequireNoFileAbove(path);
        }
        else
        {
            files.RequireFolderOf(path);
        }
    }

    private static void CheckNames(string layerName, IReadOnlyList<FieldDefinition> fields, bool usesIds)
    {
        if (string.IsNullOrWhiteSpace(layerName)
            || (usesIds && (StartsWith(layerName, "gpkg_") || StartsWith(layerName, "sqlite_") || StartsWith(layerName, "rtree_")
                || layerName.Equals(GeoPackageSchema.StyleTable, StringComparison.OrdinalIgnoreCase))))
        {
            throw new LearnArgumentException("OutputName", $"'{layerName}' cannot be the name of a layer.");
        }

        HashSet<string> seen = new(StringComparer.OrdinalIgnoreCase);
        if (usesIds)
        {
            seen.UnionWith([GeoPackageSchema.IdColumn, GeoPackageSchema.GeometryColumn]);
        }

        foreach (FieldDefinition field in fields)
        {
            if (string.IsNullOrWhiteSpace(field.Name) || !seen.Add(field.Name))
            {
                throw new LearnArgumentException("OutputName", $"The field name '{field.Name}' is empty, used twice, or one that the layer uses itself.");
            }
        }
    }

    private static bool StartsWith(string name, string prefix) => name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase);
}
