namespace ArcLearn;

/// <summary>A model in the store.</summary>
public sealed record InstalledModel
{
    /// <summary>The name that inference finds it by.</summary>
    public required string Name { get; init; }

    /// <summary>What it does, such as ObjectDetection.</summary>
    public required string ModelType { get; init; }

    /// <summary>The backbone, where its definition names one.</summary>
    public required string Backbone { get; init; }

    /// <summary>The class names.</summary>
    public required IReadOnlyList<string> Classes { get; init => field = value.ToArray(); }

    /// <summary>Side of its chip, in pixels.</summary>
    public required int ChipSize { get; init; }

    /// <summary>The folder in the store.</summary>
    public required string Path { get; init; }

    /// <summary>The definition in that folder.</summary>
    public required string EmdPath { get; init; }

    /// <summary>CurrentUser or AllUsers.</summary>
    public required string Scope { get; init; }

    /// <summary>When it was installed (UTC).</summary>
    public required DateTime Installed { get; init; }

    /// <summary>The folder again: binds to parameters that take a literal path.</summary>
    public string PSPath => Path;
}
