using System.Globalization;

namespace ArcLearn;

/// <summary>
/// What training chips go through by chance, pixels and objects alike, before the network sees them. A chip is cut and zoomed, then turned,
/// then flipped; light is changed last. Validation and prediction see chips as they are.
/// </summary>
/// <remarks>
/// The defaults are for imagery from above: no direction is special there, so all flips and quarter turns are fair, but the ground resolution is,
/// so there is no zoom unless asked for. Ask for it where a model is to serve scenes whose objects have other sizes: without zoom it learns the sizes of its own by heart.
/// Light varies more than in photographs on the ground: by hour, season and sensor; brightness therefore has a wider range than arcgis.learn's 0.4 to 0.6.
/// Classes of pixels and of images in anything but photographs (three bands of 8 bits) leave light alone unless a transform is given: there they are told by the spectrum, or by what is measured.
/// Classes of images in photographs have the reference's own ranges of light, brightness 0.4 to 0.6 and contrast 0.8 to 1.25: scenes are told by their colours, too.
/// </remarks>
public sealed record LearnTransform
{
    private readonly double _cropProbability = 1;
    private readonly TransformRange _zoom = new(0, 0.75, 1.5);
    private readonly TransformRange _rotation = new(0, -30, 30);
    private readonly double _flipProbability = 1;
    private readonly TransformRange _brightness = new(1, 0.25, 0.75);
    private readonly TransformRange _contrast = new(1, 0.75, 1.5);
    private readonly double _minimumBoxShare = 0.35;

    /// <summary>Builds the defaults: what New-LearnDataBunch does where nothing else is asked for.</summary>
    public LearnTransform()
    {
    }

    /// <summary>Chips as they are.</summary>
    public static LearnTransform None { get; } = new()
    {
        CropProbability = 0,
        FlipProbability = 0,
        Zoom = Never(new LearnTransform().Zoom),
        Rotation = Never(new LearnTransform().Rotation),
        Brightness = Never(new LearnTransform().Brightness),
        Contrast = Never(new LearnTransform().Contrast),
    };

    /// <summary>Share of chips that are cut at a random place where they are larger than the model's, not at their centre: 0 to 1.</summary>
    public double CropProbability
    {
        get => _cropProbability;
        init => _cropProbability = Share(value, nameof(CropProbability));
    }

    /// <summary>
    /// Factor of enlargement, uniform in its logarithm; below 1 more of the chip is shown, and what lies beyond it is filled with its nodata value, or 0.
    /// </summary>
    public TransformRange Zoom
    {
        get => _zoom;
        init => _zoom = Within(value, 0.1, 100, nameof(Zoom));
    }

    /// <summary>Degrees of a turn, uniform, positive counter-clockwise. What lies beyond the chip is filled with its nodata value, or 0.</summary>
    public TransformRange Rotation
    {
        get => _rotation;
        init => _rotation = Within(value, -360, 360, nameof(Rotation));
    }

    /// <summary>Which flips and quarter turns are drawn from, each as likely as the other, the unchanged chip among them.</summary>
    public ChipFlip Flip { get; init; } = ChipFlip.Dihedral;

    /// <summary>Share of chips that <see cref="Flip"/> is drawn for: 0 to 1.</summary>
    public double FlipProbability
    {
        get => _flipProbability;
        init => _flipProbability = Share(value, nameof(FlipProbability));
    }

    /// <summary>Brightness to which a middle grey goes, uniform, between 0 and 1: added in logit space, as fastai does it.</summary>
    public TransformRange Brightness
    {
        get => _brightness;
        init => _brightness = Within(value, 0.01, 0.99, nameof(Brightness));
    }

    /// <summary>Factor of the contrast, uniform in its logarithm: applied in logit space.</summary>
    public TransformRange Contrast
    {
        get => _contrast;
        init => _contrast = Within(value, 0.01, 100, nameof(Contrast));
    }

    /// <summary>An object that the edge cuts is kept while at least this share of its box is left: 0 to 1.</summary>
    public double MinimumBoxShare
    {
        get => _minimumBoxShare;
        init => _minimumBoxShare = Share(value, nameof(MinimumBoxShare));
    }

    /// <summary>What occurs, in a line.</summary>
    public override string ToString()
    {
        (string Name, TransformRange Range)[] ranges =
            [(nameof(Zoom), Zoom), (nameof(Rotation), Rotation), (nameof(Brightness), Brightness), (nameof(Contrast), Contrast)];
        string[] parts =
        [
            .. CropProbability > 0 ? ["Crop"] : Array.Empty<string>(),
            .. Flip != ChipFlip.None && FlipProbability > 0 ? [Flip.ToString()] : Array.Empty<string>(),
            .. ranges.Where(r => r.Range.Probability > 0).Select(r => $"{r.Name} {r.Range}"),
        ];
        return parts.Length == 0 ? "None" : string.Join(", ", parts);
    }

    private static TransformRange Never(TransformRange range) => new(0, range.Min, range.Max);

    private static double Share(double value, string name) => value is >= 0 and <= 1
        ? value
        : throw new LearnArgumentException(name, string.Create(CultureInfo.InvariantCulture, $"{name} lies between 0 and 1; found {value}."));

    private static TransformRange Within(TransformRange range, double least, double most, string name) => range.Min >= least && range.Max <= most
        ? range
        : throw new LearnArgumentException(
            name, string.Create(CultureInfo.InvariantCulture, $"{name} lies between {least} and {most}; found {range.Min} to {range.Max}."));
}
