using System.Management.Automation;

namespace ArcLearn.Commands;

/// <summary>Makes the random changes that training chips go through, for New-LearnDataBunch.</summary>
/// <remarks>
/// <para>What is left out keeps its default; with -None, what is left out does not occur. A range that is given occurs always, unless its
/// probability says otherwise. Image and objects move together: a chip is cut and zoomed, turned, then flipped; light is changed last.</para>
/// <para>Of an object that is turned, the corners of its box turn, and the box becomes the upright one around them: it grows with the angle.
/// What a turn shows from beyond the chip is filled with the chip's nodata value, or 0, as an export fills it. Larger chips than the model's
/// (Export-TrainingData -TileSize) leave room to turn.</para>
/// </remarks>
/// <example>
/// <code>$turning = New-LearnTransform -Rotation -15, 15 -RotationProbability 0.5 -Zoom 1.0, 1.3
/// $data = New-LearnDataBunch -Path chips -Transform $turning</code>
/// <para>The defaults, and half of the chips are turned by up to 15 degrees, all are enlarged by up to 1.3.</para>
/// </example>
/// <example>
/// <code>New-LearnDataBunch -Path chips -Transform (New-LearnTransform -None)</code>
/// <para>Trains on the chips as they are.</para>
/// </example>
[Cmdlet(VerbsCommon.New, "LearnTransform")]
[OutputType(typeof(LearnTransform))]
public sealed class NewLearnTransformCommand : LearnCmdlet
{
    /// <summary>Starts from no change at all, not from the defaults.</summary>
    [Parameter]
    public SwitchParameter None { get; set; }

    /// <summary>Share of chips that are cut at a random place where they are larger than the model's, not at their centre: 0 to 1; 1 where it is left out.</summary>
    [Parameter]
    [ValidateRange(0.0, 1.0)]
    public double? CropProbability { get; set; }

    /// <summary>Least and greatest factor of enlargement, such as 1.0, 1.5; below 1 more of a larger chip is shown.</summary>
    [Parameter]
    [ValidateCount(2, 2)]
    public double[]? Zoom { get; set; }

    /// <summary>Share of chips that are zoomed, 0 to 1.</summary>
    [Parameter]
    [ValidateRange(0.0, 1.0)]
    public double? ZoomProbability { get; set; }

    /// <summary>Least and greatest angle in degrees, counter-clockwise, such as -30, 30.</summary>
    [Parameter]
    [ValidateCount(2, 2)]
    public double[]? Rotation { get; set; }

    /// <summary>Share of chips that are turned, 0 to 1.</summary>
    [Parameter]
    [ValidateRange(0.0, 1.0)]
    public double? RotationProbability { get; set; }

    /// <summary>None, Horizontal, Vertical, Both, or Dihedral: all eight flips and quarter turns, which is the default. The unchanged chip is one of them.</summary>
    [Parameter]
    public ChipFlip? Flip { get; set; }

    /// <summary>Share of chips for which one of the flips is drawn, 0 to 1.</summary>
    [Parameter]
    [ValidateRange(0.0, 1.0)]
    public double? FlipProbability { get; set; }

    /// <summary>Least and greatest brightness to which a middle grey goes, within 0 to 1, such as 0.4, 0.6.</summary>
    [Parameter]
    [ValidateCount(2, 2)]
    public double[]? Brightness { get; set; }

    /// <summary>Share of chips whose brightness changes, 0 to 1.</summary>
    [Parameter]
    [ValidateRange(0.0, 1.0)]
    public double? BrightnessProbability { get; set; }

    /// <summary>Least and greatest factor of the contrast, such as 0.75, 1.5.</summary>
    [Parameter]
    [ValidateCount(2, 2)]
    public double[]? Contrast { get; set; }

    /// <summary>Share of chips whose contrast changes, 0 to 1.</summary>
    [Parameter]
    [ValidateRange(0.0, 1.0)]
    public double? ContrastProbability { get; set; }

    /// <summary>An object that the edge cuts is kept while at least this share of its box is left, 0 to 1; 0.35 where it is left out.</summary>
    [Parameter]
    [ValidateRange(0.0, 1.0)]
    public double? MinimumBoxShare { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => Attempt(target: null, () =>
    {
        LearnTransform start = None ? LearnTransform.None : new LearnTransform();
        WriteObject(new LearnTransform
        {
            CropProbability = CropProbability ?? start.CropProbability,
            Zoom = Range(nameof(Zoom), Zoom, ZoomProbability, start.Zoom),
            Rotation = Range(nameof(Rotation), Rotation, RotationProbability, start.Rotation),
            Flip = Flip ?? start.Flip,
            FlipProbability = FlipProbability ?? (Flip is null ? start.FlipProbability : 1),
            Brightness = Range(nameof(Brightness), Brightness, BrightnessProbability, start.Brightness),
            Contrast = Range(nameof(Contrast), Contrast, ContrastProbability, start.Contrast),
            MinimumBoxShare = MinimumBoxShare ?? start.MinimumBoxShare,
        });
    });

    private static TransformRange Range(string name, double[]? given, double? probability, TransformRange start)
    {
        try
        {
            return given is [double min, double max]
                ? new TransformRange(probability ?? 1, min, max)
                : new TransformRange(probability ?? start.Probability, start.Min, start.Max);
        }
        catch (ArgumentException e)
        {
            throw new LearnArgumentException(name, $"-{name}: {e.Message}");
        }
    }
}
