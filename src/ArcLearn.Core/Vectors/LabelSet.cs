using NetTopologySuite.Geometries;

namespace ArcLearn.Core.Vectors;

/// <summary>How labels are taken from a layer.</summary>
/// <param name="ClassValueField">The field with the class; null for <c>classvalue</c> or <c>value</c>, or one class where there is neither.</param>
/// <param name="BufferRadius">What points and lines are widened by, in map units of the raster's CRS.</param>
/// <param name="Layer">Which layer of the call it is.</param>
internal sealed record LabelOptions(string? ClassValueField = null, double? BufferRadius = null, int Layer = 0);

/// <summary>One labelled object.</summary>
/// <param name="Geometry">A valid polygon or multipolygon in the raster's coordinates.</param>
/// <param name="Value">Its class.</param>
/// <param name="Id">Its feature's id; the parts of a multipoint share one.</param>
/// <param name="Place">Where it was read: the same object under another raster has the same.</param>
internal sealed record LabelObject(Geometry Geometry, int Value, long Id, LabelPlace Place = default);

/// <summary>The labels of a layer in a raster's coordinates, in the layer's order.</summary>
/// <param name="Objects">None only where all are put aside.</param>
/// <param name="Classes">The classes that occur, by value.</param>
/// <param name="Skipped">Features left out: reason and count, only reasons that occur.</param>
/// <param name="Repaired">Invalid geometries that were mended and kept.</param>
/// <param name="Aside">Labels that are not asked for; their classes count, their geometries are not kept.</param>
/// <param name="Note">What the user should be told of the reprojection, or null.</param>
/// <param name="ClassField">The field that the classes come from; null where every label is of class 1.</param>
/// <param name="IsNumberedHere">Whether the classes are names, whose values were given here and mean nothing elsewhere.</param>
/// <param name="FieldHint">What to tell where no field was named and none has the usual name, though the layer has fields that may be meant; else null.</param>
internal sealed record LabelSet(
    IReadOnlyList<LabelObject> Objects,
    IReadOnlyList<ClassDefinition> Classes,
    IReadOnlyDictionary<string, int> Skipped,
    int Repaired,
    LabelsAside Aside,
    string? Note,
    string? ClassField = null,
    string? FieldHint = null,
    bool IsNumberedHere = false)
{
    /// <summary>The same for one of several rasters in this system.</summary>
    public LabelSet Within(LabelBounds bounds)
    {
        LabelsAside aside = new();
        aside.Add(Aside);
        List<LabelObject> kept = [];
        foreach (LabelObject item in Objects)
        {
            Envelope box = item.Geometry.EnvelopeInternal;
            LabelReach reach = bounds.Reach(box);
            if (reach == LabelReach.Wanted)
            {
                kept.Add(item);
            }
            else
            {
                aside.Add(item.Place, reach, box);
            }
        }

        return this with { Objects = kept, Aside = aside };
    }
}
