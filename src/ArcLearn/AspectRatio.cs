using System.Globalization;

namespace ArcLearn;

/// <summary>An anchor's shape: what its height and width are multiplied by.</summary>
public readonly record struct AspectRatio
{
    /// <summary>Builds a ratio of two positive factors.</summary>
    /// <exception cref="ArgumentException">A factor is not a positive number.</exception>
    public AspectRatio(double height, double width)
    {
        if (!(height > 0 && width > 0 && double.IsFinite(height) && double.IsFinite(width)))
        {
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"An aspect ratio needs two positive factors; found {height}:{width}."));
        }

        (Height, Width) = (height, width);
    }

    /// <summary>Factor of the anchor's height (its first coordinate).</summary>
    public double Height { get; }

    /// <summary>Factor of the anchor's width.</summary>
    public double Width { get; }

    /// <summary>Parses "1:0.5" (height:width).</summary>
    /// <exception cref="FormatException">The text is something else.</exception>
    public static AspectRatio Parse(string text)
    {
        string[] part = text.Split(':');
        return part.Length == 2
            && double.TryParse(part[0], NumberStyles.Float, CultureInfo.InvariantCulture, out double height)
            && double.TryParse(part[1], NumberStyles.Float, CultureInfo.InvariantCulture, out double width)
            ? new AspectRatio(height, width)
            : throw new FormatException($"'{text}' is not an aspect ratio; write height:width, such as 1:0.5.");
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Height}:{Width}");
}
