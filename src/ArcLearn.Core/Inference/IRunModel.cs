using ArcLearn.Core.Rasters;

namespace ArcLearn.Core.Inference;

/// <summary>What a model reads, as its definition says: needs no weights.</summary>
/// <param name="Name">The model's.</param>
/// <param name="ChipSize">Side of its square chips, in pixels.</param>
/// <param name="CellSize">Ground size of a pixel that it was trained on, in map units; null where none is known.</param>
/// <param name="Ground">The same on the ground; null where none is known.</param>
internal sealed record ModelInput(string Name, int ChipSize, int Bands, SampleType SampleType, double? CellSize = null, PixelGround? Ground = null);

/// <summary>A model that rasters are run through.</summary>
internal interface IRunModel : IDisposable
{
    string Name { get; }

    ModelInput Input { get; }

    /// <summary>What it runs on.</summary>
    string Device { get; }

    /// <summary>A hash of all that decides what it answers.</summary>
    string Fingerprint(CancellationToken cancel);

    /// <summary>Warns where a precision is not what it is chosen for.</summary>
    void TellPrecision(LearnPrecision precision, Action<string>? warn);
}
