namespace ArcLearn.Core.Inference;

internal enum ArgumentKind
{
    Integer,
    Number,
    Boolean,
}

/// <summary>An argument of an inference function: what users' tables are checked against, and what they are told of.</summary>
/// <param name="Lowest">The least that it may be.</param>
/// <param name="Highest">The most; infinite where there is no limit.</param>
/// <param name="Meaning">What it does, with its unit.</param>
internal sealed record ArgumentDefinition(string Name, ArgumentKind Kind, double Lowest, double Highest, string Meaning)
{
    public static ArgumentDefinition Integer(string name, int lowest, int? highest, string meaning) =>
        new(name, ArgumentKind.Integer, lowest, highest ?? double.PositiveInfinity, meaning);

    public static ArgumentDefinition Share(string name, string meaning) => new(name, ArgumentKind.Number, 0, 1, meaning);

    public static ArgumentDefinition Boolean(string name, string meaning) => new(name, ArgumentKind.Boolean, 0, 1, meaning);

    /// <param name="value">The default.</param>
    public ModelArgument Describe(object? value) => new()
    {
        Name = Name,
        Type = Kind.ToString(),
        Default = value,
        Minimum = Kind == ArgumentKind.Boolean ? null : Lowest,
        Maximum = Kind == ArgumentKind.Boolean || double.IsInfinity(Highest) ? null : Highest,
        Meaning = Meaning,
    };
}
