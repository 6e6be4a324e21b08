namespace ArcLearn;

/// <summary>What came of one check of an output.</summary>
public enum OutputCheckResult
{
    /// <summary>It is as the output's provenance says.</summary>
    Passed,

    /// <summary>It is something else.</summary>
    Failed,

    /// <summary>What it needs was not given.</summary>
    NotChecked,
}

/// <summary>One check of an output against its provenance.</summary>
/// <param name="Name">Provenance, Content, Raster or Model.</param>
/// <param name="Result">What came of it.</param>
/// <param name="Message">What was found.</param>
public sealed record OutputCheck(string Name, OutputCheckResult Result, string Message)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Name}: {Result}";
}

/// <summary>Whether an output is still what a run wrote, and of what.</summary>
public sealed record OutputReport
{
    /// <summary>The file, or the address of a table.</summary>
    public required string Path { get; init; }

    /// <summary>Whether it carries a provenance and no check failed.</summary>
    public required bool IsVerified { get; init; }

    /// <summary>The checks, one by one.</summary>
    public required IReadOnlyList<OutputCheck> Checks { get; init; }

    /// <summary>The name of the raster that was searched; null without a provenance.</summary>
    public string? Source { get; init; }

    /// <summary>The name of the model.</summary>
    public string? Model { get; init; }

    /// <summary>Tiles that the model saw.</summary>
    public int Tiles { get; init; }

    /// <summary>Tiles left out because they hold nothing but nodata.</summary>
    public int SkippedTiles { get; init; }

    /// <summary>All that decided the result, by name: hashes of raster and model, arguments, versions.</summary>
    public IReadOnlyDictionary<string, string> Run { get; init; } = new Dictionary<string, string>();

    /// <summary>The file again: binds to parameters that take a literal path.</summary>
    public string PSPath => Path;
}
