namespace ArcLearn;

/// <summary>How often each class was found as each: the truth in rows, what was found in columns.</summary>
public sealed record ConfusionMatrix
{
    /// <summary>The names of rows and columns.</summary>
    public required IReadOnlyList<string> Classes { get; init => field = value.ToArray(); }

    /// <summary>A row for each class in truth, with a number for each class that it was found as.</summary>
    public required IReadOnlyList<IReadOnlyList<long>> Counts { get; init => field = value.Select(row => (IReadOnlyList<long>)row.ToArray()).ToArray(); }

    /// <summary>What is counted: pixels or images.</summary>
    public required string Unit { get; init; }

    /// <summary>All that was counted.</summary>
    public long Total => Counts.Sum(row => row.Sum());

    /// <summary>The share on the diagonal; 0 where nothing was counted.</summary>
    public double Accuracy => Total == 0 ? 0 : (double)Counts.Select((row, i) => row[i]).Sum() / Total;

    /// <summary>The picture that was drawn of it; null where none was.</summary>
    public string? Path { get; init; }

    /// <summary>How often one class was found as another.</summary>
    /// <param name="actual">The name of the class in truth.</param>
    /// <param name="predicted">The name of the class that it was found as.</param>
    /// <exception cref="ArgumentException">There is no class of that name.</exception>
    public long Count(string actual, string predicted) => Counts[IndexOf(actual)][IndexOf(predicted)];

    private int IndexOf(string name)
    {
        int index = Classes.ToList().IndexOf(name);
        return index >= 0 ? index : throw new ArgumentException($"There is no class '{name}'; the classes are {string.Join(", ", Classes)}.", nameof(name));
    }
}
