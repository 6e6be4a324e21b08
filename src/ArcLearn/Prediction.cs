namespace ArcLearn;

/// <summary>What a detector found in one image.</summary>
public sealed record Prediction
{
    /// <summary>The image.</summary>
    public required string Path { get; init; }

    /// <summary>Columns of the image.</summary>
    public required int Width { get; init; }

    /// <summary>Rows of the image.</summary>
    public required int Height { get; init; }

    /// <summary>The model's name.</summary>
    public required string Model { get; init; }

    /// <summary>What was found, the best score first.</summary>
    public required IReadOnlyList<PredictedObject> Objects { get; init => field = value.ToArray(); }

    /// <summary>Time that it took, reading included.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>The image with the objects on it, as a PNG file; null where none was asked for.</summary>
    public string? PicturePath { get; init; }

    /// <summary>The image again: binds to parameters that take a literal path.</summary>
    public string PSPath => Path;
}

/// <summary>One object in an image.</summary>
/// <param name="Class">Its class's name.</param>
/// <param name="ClassValue">Its class's value.</param>
/// <param name="Score">0 to 1.</param>
/// <param name="XMin">Left edge in pixels from the image's left edge.</param>
/// <param name="YMin">Upper edge in pixels from the image's upper edge, downwards.</param>
/// <param name="Width">In pixels.</param>
/// <param name="Height">In pixels.</param>
public sealed record PredictedObject(string Class, int ClassValue, double Score, double XMin, double YMin, double Width, double Height);
