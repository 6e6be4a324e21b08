namespace ArcLearn;

/// <summary>A saved model: its definition, its weights and the package made of both.</summary>
public sealed record ModelPackage
{
    /// <summary>The model's name.</summary>
    public required string Name { get; init; }

    /// <summary>The package (.dlpk).</summary>
    public required string Path { get; init; }

    /// <summary>The model definition (.emd).</summary>
    public required string EmdPath { get; init; }

    /// <summary>The weights (.pth).</summary>
    public required string WeightsPath { get; init; }

    /// <summary>The page that tells how the model was trained and how well it does (.html); null where it was saved without.</summary>
    public string? ReportPath { get; init; }

    /// <summary>Bytes of the package.</summary>
    public required long Length { get; init; }

    /// <summary>The package again: binds to parameters that take a literal path.</summary>
    public string PSPath => Path;
}
