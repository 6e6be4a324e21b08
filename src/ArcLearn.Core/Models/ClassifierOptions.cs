namespace ArcLearn.Core.Models;

/// <summary>What an image classifier is built from, but for its weights.</summary>
internal sealed record ClassifierOptions
{
    public string Backbone { get; init; } = "resnet34";

    public int Bands { get; init; } = 3;

    /// <summary>Side of the square chip, in pixels.</summary>
    public int ChipSize { get; init; } = 224;

    public int Classes { get; init; } = 1;

    /// <summary>Probability before the last layer; half of it before the first of the head.</summary>
    public double Dropout { get; init; } = 0.5;

    public ImageLossOptions Loss { get; init; } = new();

    /// <exception cref="LearnArgumentException">They make no network.</exception>
    public void Validate()
    {
        Backbone backbone = Backbones.Get(Backbone);
        if (backbone.FeatureSize(ChipSize) < 1)
        {
            throw new LearnArgumentException("ChipSize", $"Chips of {ChipSize} pixels are too small for {Backbone}: nothing is left of them at its end. Read the data with a larger -ChipSize.");
        }

        if (Dropout is not (>= 0 and < 1))
        {
            throw new LearnArgumentException(nameof(Dropout), FormattableString.Invariant($"Dropout is at least 0 and less than 1; found {Dropout}."));
        }

        if (Classes < 1 || Bands < 1)
        {
            throw new LearnArgumentException("Data", $"A classifier needs a class and a band; found {Classes} and {Bands}.");
        }
    }
}
