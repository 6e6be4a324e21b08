using ArcLearn.Core.Rasters.Warp;

namespace ArcLearn.Core.Rasters.Composite;

/// <summary>A rectangle in pixel corners, not only whole ones.</summary>
internal readonly record struct PixelRectangle(double Left, double Top, double Width, double Height);

/// <summary>A band of a file that fills a rectangle of a composite.</summary>
/// <param name="Path">The file.</param>
/// <param name="Band">From 0; with <paramref name="IsMask"/> what is valid of it: 255, or 0.</param>
/// <param name="From">The part of the file, or null for all of it.</param>
/// <param name="To">The part of the composite, or null for the upper-left corner at the file's own size.</param>
/// <param name="Method">For a part that is larger or smaller there.</param>
/// <param name="NoData">Samples of this value are left out.</param>
/// <param name="Scale">Samples are multiplied by this, then <paramref name="Offset"/> is added.</param>
/// <param name="UseMask">Pixels that the file's mask excludes are left out.</param>
internal sealed record PlacedSource(
    string Path, int Band, PixelRectangle? From, PixelRectangle? To, Resampling Method = Resampling.Nearest, double? NoData = null, double Scale = 1, double Offset = 0, bool UseMask = false, bool IsMask = false)
{
    private const double Slack = 1e-6;

    /// <summary>The overview of the file that is read, from 1; 0 for the file itself.</summary>
    public int Level { get; init; }

    /// <summary>Columns of the composite that make one of its overview; 1 in the composite itself.</summary>
    public double Across { get; init; } = 1;

    /// <summary>Rows of the composite that make one of its overview.</summary>
    public double Down { get; init; } = 1;

    /// <summary>Whether samples go into the composite as they are.</summary>
    public bool IsPlain => NoData is null && Scale == 1 && Offset == 0 && !UseMask && !IsMask;

    /// <summary>Pixels of the composite whose centres lie in the rectangle, where that is known without opening the file.</summary>
    public PixelWindow? Area => To is PixelRectangle to ? Cells(Shrink(to)) : null;

    /// <summary>Places the open file: what to read, in pixels of the composite.</summary>
    /// <returns>A raster whose pixel (column + <c>Shift.Column</c>, row + <c>Shift.Row</c>) is the composite's (column, row), and the pixels that it fills.</returns>
    public (IRaster Raster, PixelWindow Area, int ShiftColumn, int ShiftRow) Place(IRaster file, int width, int height)
    {
        PixelRectangle from = From ?? new PixelRectangle(0, 0, file.Width, file.Height);
        PixelRectangle to = Shrink(To ?? new PixelRectangle(0, 0, from.Width, from.Height));
        double left = from.Left - to.Left;
        double top = from.Top - to.Top;
        if (Math.Abs(from.Width - to.Width) < Slack && Math.Abs(from.Height - to.Height) < Slack && IsWhole(left) && IsWhole(top))
        {
            // Beyond the file nothing is filled, whatever the rectangle says.
            PixelWindow inFile = new((int)-Math.Round(left), (int)-Math.Round(top), file.Width, file.Height);
            return (file, Cells(to).Intersect(inFile), (int)Math.Round(left), (int)Math.Round(top));
        }

        double across = from.Width / to.Width;
        double down = from.Height / to.Height;
        GeoTransform transform = file.Transform.Shift(from.Left - (to.Left * across), from.Top - (to.Top * down)).Scale(across, down);
        return (new GridRaster(file, new RasterGrid(transform, width, height, null), Method), Cells(to), 0, 0);
    }

    private PixelRectangle Shrink(PixelRectangle to) => new(to.Left / Across, to.Top / Down, to.Width / Across, to.Height / Down);

    private static PixelWindow Cells(PixelRectangle to)
    {
        int left = Cell(to.Left);
        int top = Cell(to.Top);
        return new PixelWindow(left, top, Math.Max(0, Cell(to.Left + to.Width) - left), Math.Max(0, Cell(to.Top + to.Height) - top));
    }

    private static int Cell(double edge) => (int)Math.Clamp(Math.Ceiling(edge - 0.5 - Slack), int.MinValue / 2, int.MaxValue / 2);

    private static bool IsWhole(double value) => Math.Abs(value - Math.Round(value)) < Slack && Math.Abs(value) < int.MaxValue / 2;
}
