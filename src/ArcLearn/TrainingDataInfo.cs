namespace ArcLearn;

/// <summary>A folder of exported training chips.</summary>
public sealed record TrainingDataInfo
{
    /// <summary>The folder, absolute.</summary>
    public required string Path { get; init; }

    /// <summary>The format of the labels, such as PASCAL_VOC_rectangles.</summary>
    public required string MetadataFormat { get; init; }

    /// <summary>Image chips in the folder.</summary>
    public required int Images { get; init; }

    /// <summary>Labelled objects over all chips: one that reaches into two chips counts in both; 0 where labels are pixels.</summary>
    public required int Features { get; init; }

    /// <summary>Columns and rows of one chip.</summary>
    public required int TileWidth { get; init; }

    /// <summary>Rows of one chip.</summary>
    public required int TileHeight { get; init; }

    /// <summary>Bands of one chip.</summary>
    public required int Bands { get; init; }

    // Lists are kept as arrays: those that the compiler makes of [..] have no indexer that PowerShell finds.

    /// <summary>The classes, by value.</summary>
    public required IReadOnlyList<ClassDefinition> Classes { get; init => field = value.ToArray(); }

    /// <summary>Labels that were left out, and why, one entry per reason.</summary>
    public IReadOnlyDictionary<string, int> Skipped { get; init; } = new Dictionary<string, int>();

    /// <summary>The folder again: binds to parameters that take a literal path.</summary>
    public string PSPath => Path;
}
