using System.Globalization;

namespace ArcLearn;

/// <summary>Columns and rows of a chip, or of the step from one chip to the next.</summary>
public readonly record struct TileSize
{
    /// <summary>Builds a size of at least one pixel each way.</summary>
    /// <exception cref="ArgumentException">A side is not positive.</exception>
    public TileSize(int width, int height)
    {
        if (width < 1 || height < 1)
        {
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"A size needs at least one pixel each way; found {width} by {height}."));
        }

        (Width, Height) = (width, height);
    }

    /// <summary>Columns.</summary>
    public int Width { get; }

    /// <summary>Rows.</summary>
    public int Height { get; }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Width}×{Height}");
}
