using System.Globalization;

namespace ArcLearn;

/// <summary>One of the parts that a run is split into: "2/5" is the second of five.</summary>
public readonly record struct ShardNumber
{
    /// <summary>Builds a part's number.</summary>
    /// <exception cref="ArgumentException">The index is not from 1 to the count, or the count not from 1 to 100,000.</exception>
    public ShardNumber(int index, int count)
    {
        if (count is < 1 or > 100_000 || index < 1 || index > count)
        {
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"{index}/{count} is no shard: write its number and the count of all, such as 2/5."));
        }

        (Index, Count) = (index, count);
    }

    /// <summary>Which part, from 1.</summary>
    public int Index { get; }

    /// <summary>Of how many.</summary>
    public int Count { get; }

    /// <summary>Parses "2/5".</summary>
    /// <exception cref="FormatException">The text is something else.</exception>
    /// <exception cref="ArgumentException">There is no such part.</exception>
    public static ShardNumber Parse(string text)
    {
        string[] part = text.Split('/');
        return part.Length == 2
            && int.TryParse(part[0], NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out int index)
            && int.TryParse(part[1], NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out int count)
            ? new ShardNumber(index, count)
            : throw new FormatException($"'{text}' is no shard: write its number and the count of all, such as 2/5.");
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Index}/{Count}");
}
