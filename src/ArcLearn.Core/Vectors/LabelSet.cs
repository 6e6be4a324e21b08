using NetTopologySuite.Geometries;

namespace ArcLearn.Core.Vectors;

/// <summary>How labels are taken from a layer.</summary>
/// <param name="ClassValueField">The field with the class; null for <c>classvalue</c> or <c>value</c>, or one class where there is neither.</param>
/// <param name="BufferRadius">What points and lines are widened by, in map units of the raster's CRS.</param>
internal sealed record LabelOptions(string? ClassValueField = null, double? BufferRadius = null);

/// <summary>One labelled object.</summary>
/// <param name="Geometry">A valid polygon or multipolygon in the raster's coordinates.</param>
/// <param name="Value">Its class.</param>
/// <param name="Id">Its feature's id; the parts of a multipoint share one.</param>
internal sealed record LabelObject(Geometry Geometry, int Value, long Id);

/// <summary>The labels of a layer in a raster's coordinates, in the layer's order.</summary>
/// <param name="Objects">None only where all lie outside.</param>
/// <param name="Classes">The classes that occur, by value.</param>
/// <param name="Skipped">Features left out: reason and count, only reasons that occur.</param>
/// <param name="Repaired">Invalid geometries that were mended and kept.</param>
/// <param name="Outside">Labels that the raster does not reach; their classes count, their geometries are not kept.</param>
/// <param name="Note">What the user should be told of the reprojection, or null.</param>
internal sealed record LabelSet(
    IReadOnlyList<LabelObject> Objects,
    IReadOnlyList<ClassDefinition> Classes,
    IReadOnlyDictionary<string, int> Skipped,
    int Repaired,
    OutsideLabels Outside,
    string? Note);

/// <summary>How many labels lie outside a raster, and their bounds in its coordinates.</summary>
internal sealed record OutsideLabels(int Count, Envelope Extent)
{
    public static readonly OutsideLabels None = new(0, new Envelope());
}
