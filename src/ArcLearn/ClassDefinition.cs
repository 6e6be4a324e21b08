namespace ArcLearn;

/// <summary>One class of labels: its value in files, its name, its colour on maps.</summary>
/// <param name="Value">The class value; 0 is background and never a class of objects.</param>
/// <param name="Name">The class name.</param>
/// <param name="Color">Red, green, blue, each 0 to 255; [-1, -1, -1] where a file gives none.</param>
public sealed record ClassDefinition(int Value, string Name, IReadOnlyList<int> Color)
{
    /// <summary>Red, green, blue, each 0 to 255; [-1, -1, -1] where a file gives none.</summary>
    public IReadOnlyList<int> Color { get; init; } = Color.ToArray();

    /// <inheritdoc/>
    public override string ToString() => Name;
}
