using ArcLearn.Core.Vectors;

namespace ArcLearn.Core.Inference;

/// <summary>Where the chips of features come from.</summary>
internal interface IFeatureChips : IDisposable
{
    /// <summary>What tells this source from another, for the journal.</summary>
    string Identity();

    /// <summary>What of a feature decides which chip it has, for the journal.</summary>
    byte[] Subject(VectorFeature feature);

    /// <summary>Reads the chip of a feature as the network takes it.</summary>
    /// <param name="samples">Takes <c>[Bands, ChipSize, ChipSize]</c>.</param>
    /// <returns>Why there is none; null where it was read.</returns>
    string? Read(VectorFeature feature, Span<float> samples);
}
