using ArcLearn.Core.IO;

namespace ArcLearn.Core.Vectors.Updates;

/// <summary>Begins updates of layers of every kind that can be written in place.</summary>
internal static class LayerUpdates
{
    /// <summary>Begins an update; what the layer cannot take is refused here.</summary>
    /// <param name="layer">The layer, open.</param>
    /// <exception cref="LearnDataException">
    /// FieldType: a field of that name holds other values. FieldLength: it is too short. FieldText: the layer's encoding lacks a letter. FieldName: the format has no such name.
    /// LayerReadOnly: it has no key to find rows by, or is a view.
    /// </exception>
    /// <exception cref="UnauthorizedAccessException">It cannot be written.</exception>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static ILayerUpdate Begin(IVectorLayer layer, IReadOnlyList<FieldUpdate> fields, IFileSystem? files = null)
    {
        files ??= LocalFileSystem.Instance;
        CheckTypes(layer, fields);
        RequireWritable(layer, files);
        return layer switch
        {
            GeoPackageLayer package => GeoPackageUpdate.Begin(package, fields),
            PostGisLayer table => PostGisUpdate.Begin(table, fields),
            ShapefileLayer shapes => ShapefileUpdate.Begin(shapes, fields, files),
            GeoJsonLayer json => GeoJsonUpdate.Begin(json, fields, files),
            _ => throw new NotSupportedException($"{layer.GetType().Name} cannot be updated."),
        };
    }

    private static void CheckTypes(IVectorLayer layer, IReadOnlyList<FieldUpdate> fields)
    {
        foreach (FieldUpdate field in fields)
        {
            FieldDefinition? known = layer.Fields.FirstOrDefault(one => Same(one.Name, field.Name));
            bool fits = known is null || known.Type == field.Type || (known.Type == FieldType.Real && field.Type == FieldType.Integer)

                // GeoJSON declares no fields: numbers that happen to be whole say nothing of those to come.
                || (layer is GeoJsonLayer && known.Type == FieldType.Integer && field.Type == FieldType.Real);
            if (!fits)
            {
                throw new LearnDataException(
                    "FieldType", $"The field '{known!.Name}' of {layer.Path} holds {Kind(known.Type)}, and {Kind(field.Type)} would go into it. Choose another field, or a new one.", layer.Path);
            }
        }
    }

    /// <summary>The name of a field as the layer spells it, where it has the field.</summary>
    public static string NameIn(IVectorLayer layer, FieldUpdate field) => layer.Fields.FirstOrDefault(one => Same(one.Name, field.Name))?.Name ?? field.Name;

    /// <summary>A file that is marked as read-only could be replaced all the same, which its mark is to prevent.</summary>
    private static void RequireWritable(IVectorLayer layer, IFileSystem files)
    {
        string? path = layer switch { PostGisLayer => null, ShapefileLayer shapes => shapes.TablePath, _ => layer.Path };
        if (path is not null && files.IsReadOnly(path))
        {
            throw new UnauthorizedAccessException($"{path} is read-only. Make it writable, or copy the layer and update the copy.");
        }
    }

    /// <summary>Field names differ in more than case.</summary>
    public static bool Same(string left, string right) => string.Equals(left, right, StringComparison.OrdinalIgnoreCase);

    private static string Kind(FieldType type) => type switch
    {
        FieldType.Text => "text",
        FieldType.Integer => "whole numbers",
        FieldType.Real => "numbers",
        _ => "true and false",
    };
}
