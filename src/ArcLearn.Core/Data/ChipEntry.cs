namespace ArcLearn.Core.Data;

/// <summary>A box in a chip's pixels (corner coordinates, y down) with the name of its class.</summary>
internal readonly record struct ChipBox(string ClassName, double XMin, double YMin, double XMax, double YMax);

/// <summary>A file of object numbers of one class, 0 where there is no object.</summary>
internal readonly record struct ClassMaskFile(string ClassName, string Path);

/// <summary>What the labels say of a chip, in its folder's own class names and values. Which parts are filled depends on the format.</summary>
internal sealed record ChipLabels
{
    public static readonly ChipLabels None = new();

    public IReadOnlyList<ChipBox> Boxes { get; init; } = [];

    /// <summary>Classes of the whole image.</summary>
    public IReadOnlyList<string> ClassNames { get; init; } = [];

    /// <summary>A picture of class values, of the chip's size.</summary>
    public string? ClassMask { get; init; }

    /// <summary>Pictures of object numbers, in the order of their classes' folders.</summary>
    public IReadOnlyList<ClassMaskFile> InstanceMasks { get; init; } = [];

    /// <summary>How many pixels of the masks are of a class; background has no entry.</summary>
    public IReadOnlyDictionary<string, long> Pixels { get; init; } = new Dictionary<string, long>();
}

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
    ChipLabels Labels)
{
    public IReadOnlyList<ChipBox> Boxes => Labels.Boxes;

    /// <summary>Columns of the image file; others than <see cref="Width"/> where the chip is resized when it is read.</summary>
    public required int FileWidth { get; init; }

    /// <summary>Rows of the image file.</summary>
    public required int FileHeight { get; init; }

    /// <summary>The chip with its shorter side brought to a length; its boxes and its place go along, its masks when they are read.</summary>
    public ChipEntry Resized(int side)
    {
        double factor = (double)side / Math.Min(Width, Height);
        (int width, int height) = Width <= Height ? (side, (int)Math.Round(Height * factor)) : ((int)Math.Round(Width * factor), side);
        (double across, double down) = ((double)width / Width, (double)height / Height);
        return this with
        {
            Width = width,
            Height = height,
            Transform = Transform?.Scale(1 / across, 1 / down),
            Labels = Labels with { Boxes = [.. Boxes.Select(b => new ChipBox(b.ClassName, b.XMin * across, b.YMin * down, b.XMax * across, b.YMax * down))] },
        };
    }
}
