using ArcLearn.Core.IO;

namespace ArcLearn.Core.Vectors.Updates;

/// <summary>Begins updates of layers of every kind that can be written in place.</summary>
internal static class LayerUpdates
{
    /// <summary>Begins an update; what the layer cannot take is refused here.</summary>
    /// <param name="layer">The layer, open.</param>
    /// <exception cref="LearnDataException">FieldType: a field of that name holds other values. FieldLength: it is too short. FieldName: the format has no such name. LayerReadOnly: it has no key to find rows by, or is a view.</exception>
    /// <exception cref="UnauthorizedAccessException">It cannot be written.</exception>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static ILayerUpdate Begin(IVectorLayer layer, IReadOnlyList<FieldUpdate> fields, IFileSystem? files = null)
    {
        files ??= LocalFileSystem.Instance;
        CheckTypes(layer, fields);
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
            bool fits = known is null || known.Type == field.Type || (known.Type == FieldType.Real && field.Type == FieldType.Integer);
            if (!fits)
            {
                throw new LearnDataException(
                    "FieldType", $"The field '{known!.Name}' of {layer.Path} holds {Kind(known.Type)}, and {Kind(field.Type)} would go into it. Choose another field, or a new one.", layer.Path);
            }
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
