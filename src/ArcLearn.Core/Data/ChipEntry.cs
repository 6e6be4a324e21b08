namespace ArcLearn.Core.Data;

/// <summary>A box in a chip's pixels (corner coordinates, y down) with the name of its class.</summary>
internal readonly record struct ChipBox(string ClassName, double XMin, double YMin, double XMax, double YMax);

/// <summary>A chip of a training folder: what its header says and what lies in it. Samples are read later.</summary>
/// <param name="ImagePath">Absolute.</param>
/// <param name="Transform">Null where neither the image nor a world file places it.</param>
/// <param name="SpatialReference">Null where none is named.</param>
internal sealed record ChipEntry(
    string ImagePath,
    int Width,
    int Height,
    int Bands,
    SampleType SampleType,
    GeoTransform? Transform,
    SpatialReference? SpatialReference,
    IReadOnlyList<ChipBox> Boxes);
