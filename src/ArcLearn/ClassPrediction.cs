namespace ArcLearn;

/// <summary>What a classifier says of one image.</summary>
public sealed record ClassPrediction
{
    /// <summary>The image.</summary>
    public required string Path { get; init; }

    /// <summary>The likeliest class; of an image that may have several, those found, separated by commas, or nothing.</summary>
    public required string Class { get; init; }

    /// <summary>The class value; null where an image may have several.</summary>
    public required int? ClassValue { get; init; }

    /// <summary>The probability of the class, 0 to 1; of several, the least.</summary>
    public required double Confidence { get; init; }

    /// <summary>The probability of every class, the likeliest first.</summary>
    public required IReadOnlyList<ClassProbability> Probabilities { get; init => field = value.ToArray(); }

    /// <summary>The model's name.</summary>
    public required string Model { get; init; }

    /// <summary>Columns of the image.</summary>
    public required int Width { get; init; }

    /// <summary>Rows of the image.</summary>
    public required int Height { get; init; }

    /// <summary>Time that it took, reading included.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>The image again: binds to parameters that take a literal path.</summary>
    public string PSPath => Path;
}

/// <summary>How likely one class is.</summary>
/// <param name="Class">Its name.</param>
/// <param name="ClassValue">Its value.</param>
/// <param name="Probability">0 to 1.</param>
public sealed record ClassProbability(string Class, int ClassValue, double Probability);
