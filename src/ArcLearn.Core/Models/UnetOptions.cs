using System.Globalization;

namespace ArcLearn.Core.Models;

/// <summary>What a U-Net is built from and how it learns; checked by <see cref="Validate"/>.</summary>
internal sealed record UnetOptions
{
    /// <summary>Side of the smallest chip: a body halves the side five times.</summary>
    public const int LeastChipSize = 32;

    /// <summary>A name of <see cref="Backbones.UnetNames"/>.</summary>
    public required string Backbone { get; init; }

    public int Bands { get; init; } = 3;

    /// <summary>Side of the square chip, in pixels. One that 32 does not divide works too: maps are brought to each other's side by nearest neighbours.</summary>
    public required int ChipSize { get; init; }

    /// <summary>Number of classes, background not among them.</summary>
    public required int Classes { get; init; }

    public PixelLossOptions Loss { get; init; } = new();

    /// <summary>Chips of a training step at least; null: as <see cref="StepPlan"/> chooses.</summary>
    public int? ChipsPerStep { get; init; }

    /// <exception cref="LearnArgumentException">A value that makes no sense, by parameter name.</exception>
    public void Validate()
    {
        _ = Backbones.ForUnet(Backbone);
        Require(Bands >= 1, nameof(Bands), $"A U-Net needs at least one band; found {Bands}.");
        Require(
            ChipSize >= LeastChipSize,
            nameof(ChipSize),
            $"A U-Net needs chips of at least {LeastChipSize} pixels; found {ChipSize}. Read the data with a larger -ChipSize, or export larger tiles.");
        Require(Classes >= 1, nameof(Classes), "A U-Net needs at least one class.");
        Require(ChipsPerStep is null or >= 1, nameof(ChipsPerStep), $"A training step takes at least one chip; found {ChipsPerStep}.");
        Require(
            Loss.ClassWeights is null || (Loss.ClassWeights.Count == Classes + 1 && Loss.ClassWeights.All(weight => weight >= 0 && double.IsFinite(weight)) && Loss.ClassWeights.Any(weight => weight > 0)),
            "ClassWeight",
            $"There is one weight for background and one for each class, none of them negative and not all 0; found {List(Loss.ClassWeights)}.");
        Require(
            Loss.DiceFraction is >= 0 and <= 1,
            "DiceLossFraction",
            string.Create(CultureInfo.InvariantCulture, $"The dice loss's share lies between 0 and 1; found {Loss.DiceFraction}."));
    }

    private static void Require(bool condition, string parameter, string message)
    {
        if (!condition)
        {
            throw new LearnArgumentException(parameter, message);
        }
    }

    private static string List(IReadOnlyList<double>? values) =>
        values is null ? "none" : string.Join(", ", values.Select(value => value.ToString(CultureInfo.InvariantCulture)));
}
