using System.Globalization;
using ArcLearn.Core.Formats;

namespace ArcLearn.Core.Models;

/// <summary>What a Single Shot Detector is built from; checked by <see cref="Validate"/>.</summary>
internal sealed record SsdOptions
{
    // More than any detector has, and few enough that a network of them fits into memory.
    private const double LargestScale = 10_000;
    private const int MostGrids = 16;
    private const long MostAnchors = 1 << 20;
    private const long MostScores = 1 << 17;
    private const int LargestKernel = 64;

    /// <summary>A name of <see cref="Backbones"/>.</summary>
    public required string Backbone { get; init; }

    public int Bands { get; init; } = 3;

    /// <summary>Side of the square chip, in pixels.</summary>
    public required int ChipSize { get; init; }

    /// <summary>Cells along a side of each grid of anchors, each made from the one before.</summary>
    public IReadOnlyList<int> Grids { get; init; } = [4, 2, 1];

    /// <summary>Anchor sizes relative to a cell.</summary>
    public IReadOnlyList<double> Zooms { get; init; } = [0.7, 1.0, 1.3];

    /// <summary>Anchor shapes.</summary>
    public IReadOnlyList<AspectRatio> Ratios { get; init; } = [new(1, 1), new(1, 0.5), new(0.5, 1)];

    /// <summary>arcgis.learn's SSDVersion, 1 or 2: how the head gets from the features to the grids.</summary>
    public int Version { get; init; } = 1;

    /// <summary>
    /// Whether the body goes without its last stage, for features of twice the side. Null: where the first grid is finer than the whole body's
    /// features by far (<see cref="Backbones.For"/>).
    /// </summary>
    public bool? IsBodyCut { get; init; }

    /// <summary>Number of classes, background not among them.</summary>
    public required int Classes { get; init; }

    /// <summary>Share of activations that training drops in the head.</summary>
    public double Dropout { get; init; } = 0.3;

    /// <summary>Start value of the scores' bias: nearly every anchor is background.</summary>
    public double Bias { get; init; } = -4;

    public DetectorLoss Loss { get; init; } = DetectorLoss.Reference;

    /// <summary>Weighs easy anchors down in the reference's loss; the balanced one always does.</summary>
    public bool FocalLoss { get; init; }

    /// <summary>Between 0 and 1, both excluded: the location's share of the reference's loss. Null: plain sum of both.</summary>
    public double? LocationLossFactor { get; init; }

    /// <summary>Anchors in each cell.</summary>
    public int AnchorsPerCell => Zooms.Count * Ratios.Count;

    /// <exception cref="LearnArgumentException">A value that makes no sense, by parameter name.</exception>
    public void Validate()
    {
        _ = Backbones.ForDetector(Backbone);
        Require(Bands >= 1, nameof(Bands), $"A detector needs at least one band; found {Bands}.");
        Require(ChipSize >= 1, nameof(ChipSize), $"A chip has at least one pixel; found {ChipSize}.");
        Require(Grids.Count is > 0 and <= MostGrids && Grids.All(grid => grid is >= 1 and <= 256), nameof(Grids), $"Grids are 1 to {MostGrids} numbers from 1 to 256; found {List(Grids)}.");
        Require(Zooms.Count > 0 && Zooms.All(IsScale), nameof(Zooms), $"Zooms are one or more positive numbers, up to {LargestScale}; found {List(Zooms)}.");
        Require(Ratios.Count > 0 && Ratios.All(ratio => IsScale(ratio.Height) && IsScale(ratio.Width)), nameof(Ratios), $"Ratios are one or more pairs of positive numbers, up to {LargestScale}; found {List(Ratios)}.");
        long inCell = (long)Zooms.Count * Ratios.Count;
        long anchors = inCell * Grids.Sum(grid => (long)grid * grid);
        Require(inCell <= MostAnchors && anchors <= MostAnchors, nameof(Zooms), $"Grids, zooms and ratios make {anchors} anchors; {MostAnchors} at most are possible.");
        Require(inCell * (Classes + 1L) <= MostScores, nameof(Classes), $"{inCell} anchors in a cell and {Classes} classes make {inCell * (Classes + 1L)} scores; {MostScores} at most are possible.");
        Require(Version is 1 or 2, "SsdVersion", $"A detector is of version 1 or 2; found {Version}.");
        Require(Classes >= 1, nameof(Classes), "A detector needs at least one class.");
        Require(Dropout is >= 0 and < 1, nameof(Dropout), Invariant($"Dropout is at least 0 and less than 1; found {Dropout}."));
        Require(double.IsFinite(Bias), nameof(Bias), Invariant($"The bias is a finite number; found {Bias}."));
        Require(LocationLossFactor is null or (> 0 and < 1), nameof(LocationLossFactor), Invariant($"The location's share of the loss lies between 0 and 1; found {LocationLossFactor}."));
        Require(Loss == DetectorLoss.Reference || (!FocalLoss && LocationLossFactor is null), nameof(Loss), "FocalLoss and LocationLossFactor belong to the reference's loss.");
        int kernel = GridPlan.PlanOrExplain(Backbones.For(this), ChipSize, Grids, Version).Max(step => step.Convolution.Kernel);
        Require(kernel <= LargestKernel, nameof(Grids), $"The grids ask for a convolution over {kernel} x {kernel} features; up to {LargestKernel} x {LargestKernel} are possible. Put a grid between, or use smaller chips.");
    }

    private static bool IsScale(double number) => number is > 0 and <= LargestScale;

    private static void Require(bool condition, string parameter, string message)
    {
        if (!condition)
        {
            throw new LearnArgumentException(parameter, message);
        }
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static string List<T>(IReadOnlyList<T> values) => values.Count == 0 ? "none" : SafeText.List(values);
}
