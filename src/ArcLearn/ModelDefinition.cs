namespace ArcLearn;

/// <summary>What a model definition (.emd) says of its model.</summary>
public sealed record ModelDefinition
{
    /// <summary>The model's name: its definition's file name without extension.</summary>
    public required string Name { get; init; }

    /// <summary>What it does, such as ObjectDetection; empty where the definition does not tell.</summary>
    public required string ModelType { get; init; }

    /// <summary>The framework that the definition names; empty where it names none.</summary>
    public required string Framework { get; init; }

    /// <summary>The framework's name for this kind of model, such as _DynamicSSD; empty where there is none.</summary>
    public required string ModelConfiguration { get; init; }

    /// <summary>The backbone, such as resnet34; empty where the definition names none.</summary>
    public required string Backbone { get; init; }

    /// <summary>The classes, in the definition's order.</summary>
    public required IReadOnlyList<ClassDefinition> Classes { get; init => field = value.ToArray(); }

    /// <summary>Columns of the model's chip; null where the definition does not tell.</summary>
    public required int? ImageWidth { get; init; }

    /// <summary>Rows of the model's chip; null where the definition does not tell.</summary>
    public required int? ImageHeight { get; init; }

    /// <summary>Bands that go into the model, from 0; empty where the definition does not tell or names them.</summary>
    public required IReadOnlyList<int> ExtractBands { get; init => field = value.ToArray(); }

    /// <summary>Names of the bands that go into the model; empty where the definition does not name them.</summary>
    public required IReadOnlyList<string> BandNames { get; init => field = value.ToArray(); }

    /// <summary>The file of weights as the definition names it; empty where it names none.</summary>
    public required string ModelFile { get; init; }

    /// <summary>The definition (.emd), or the package or folder that holds it; null for one that was given as text or table.</summary>
    public required string? Path { get; init; }

    /// <summary>The file of weights of a definition that was given as text or table; null where it names none, and for others, which know theirs by their path.</summary>
    public required string? WeightsPath { get; init; }

    /// <summary>The definition as it was written: JSON.</summary>
    public required string Json { get; init; }

    /// <summary>The path again: binds to parameters that take a literal path.</summary>
    public string? PSPath => Path;

    /// <inheritdoc/>
    public override string ToString() => Name;
}
