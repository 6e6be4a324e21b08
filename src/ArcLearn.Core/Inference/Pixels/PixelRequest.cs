namespace ArcLearn.Core.Inference;

/// <summary>A classification as a user asks for it: files, not open rasters.</summary>
internal sealed record PixelRequest : RunRequest
{
    /// <summary>What a pixel becomes that several tiles see.</summary>
    public MergePolicy Merge { get; init; }

    /// <summary>Whether the probabilities are written, too.</summary>
    public bool HasProbabilities { get; init; }
}
