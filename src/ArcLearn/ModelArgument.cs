namespace ArcLearn;

/// <summary>A setting of a model's inference, as -ModelArguments takes it.</summary>
public sealed record ModelArgument
{
    /// <summary>The name, as arcgis.learn has it.</summary>
    public required string Name { get; init; }

    /// <summary>Integer, Number or Boolean.</summary>
    public required string Type { get; init; }

    /// <summary>What it is where it is left out: a number, true or false; null where that depends on what the model's definition does not tell.</summary>
    public required object? Default { get; init; }

    /// <summary>The least it may be; null for a Boolean.</summary>
    public required double? Minimum { get; init; }

    /// <summary>The most it may be; null where there is no limit, and for a Boolean.</summary>
    public required double? Maximum { get; init; }

    /// <summary>What it does, with its unit.</summary>
    public required string Meaning { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
