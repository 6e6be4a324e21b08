using ArcLearn.Core.Chips.Labels;

namespace ArcLearn.Core.Chips.Metadata;

/// <summary>A chip with what lies on it.</summary>
/// <param name="Labels">Of the class data.</param>
/// <param name="Instances">Of the instance data; the same as <paramref name="Labels"/> where there are none of their own.</param>
/// <param name="Bands">Of the image.</param>
internal sealed record LabelledChip(ChipPlace Place, ChipLabels Labels, ChipLabels Instances, int Bands)
{
    public int Width => Place.Width;

    public int Height => Place.Height;
}
