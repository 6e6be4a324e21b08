namespace ArcLearn;

/// <summary>A model in the format of other programs.</summary>
public sealed record ExportedModel
{
    /// <summary>The model's name.</summary>
    public required string Name { get; init; }

    /// <summary>The file's format.</summary>
    public required ExportFormat Format { get; init; }

    /// <summary>The file.</summary>
    public required string Path { get; init; }

    /// <summary>Its bytes.</summary>
    public required long Length { get; init; }

    /// <summary>The file again: binds to parameters that take a literal path.</summary>
    public string PSPath => Path;
}
