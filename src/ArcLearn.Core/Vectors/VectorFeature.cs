using NetTopologySuite.Geometries;

namespace ArcLearn.Core.Vectors;

/// <summary>A geometry with its attributes, in the order of the layer's fields.</summary>
/// <param name="Id">The feature's id in its file, or its ordinal from 1.</param>
/// <param name="Geometry">Null where the file gives none.</param>
/// <param name="Values">One per field: string, long, double, bool or null.</param>
internal sealed record VectorFeature(long Id, Geometry? Geometry, IReadOnlyList<object?> Values);

/// <summary>The type of a field.</summary>
internal enum FieldType
{
    Text,
    Integer,
    Real,
    Boolean,
}

/// <summary>A field of a layer.</summary>
internal sealed record FieldDefinition(string Name, FieldType Type);

/// <summary>Where a layer is: a file or a table's address, and the layer's name in it; null for the first.</summary>
internal sealed record LayerSource(string Path, string? Layer = null);

internal static class VectorFeatureExtensions
{
    /// <summary>Whether the feature's bounds meet the extent; any feature does where there is none.</summary>
    public static bool Meets(this VectorFeature feature, Envelope? extent) =>
        extent is null || (feature.Geometry is Geometry geometry && extent.Intersects(geometry.EnvelopeInternal));
}

/// <summary>A layer that is read feature by feature.</summary>
internal interface IVectorLayer : IDisposable
{
    string Path { get; }

    string Name { get; }

    /// <summary>Null where the file names none (a GeoJSON without <c>crs</c> is EPSG:4326: see <see cref="IsCrsExplicit"/>).</summary>
    SpatialReference? SpatialReference { get; }

    /// <summary>False for a GeoJSON without a <c>crs</c> member: beside a raster without a CRS its coordinates are the raster's own.</summary>
    bool IsCrsExplicit { get; }

    IReadOnlyList<FieldDefinition> Fields { get; }

    /// <summary>The field of numbers that tells features apart, which is not among <see cref="Fields"/>: its values are the features' ids. Null where there is none.</summary>
    string? KeyField => null;

    /// <summary>The JSON text about the layer inside it; null where there is none (see <see cref="LayerDescription"/>).</summary>
    string? Description => null;

    /// <summary>Reads from the start; each call is a new pass that holds one feature at a time.</summary>
    /// <param name="extent">In the layer's coordinates: only features whose bounds meet it come, and none without a geometry; null for all.</param>
    IEnumerable<VectorFeature> Read(Envelope? extent = null);
}

/// <summary>A layer that is written feature by feature; the file appears under its name only on <see cref="Complete"/>.</summary>
internal interface IFeatureWriter : IDisposable
{
    /// <summary>The format's name, as a user knows it.</summary>
    string Format { get; }

    /// <summary>What the coordinates in the layer are in; null for none.</summary>
    SpatialReference? SpatialReference { get; }

    void Write(Geometry geometry, IReadOnlyList<object?> values);

    /// <summary>Gives the layer a JSON text about itself, before it is completed.</summary>
    void Describe(string json);

    /// <summary>Finishes the file and moves it into place. Disposing without it leaves nothing behind.</summary>
    void Complete();
}
