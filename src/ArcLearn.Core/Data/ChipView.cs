using ArcLearn.Core.Rasters;

namespace ArcLearn.Core.Data;

/// <summary>
/// Which square of a chip becomes the network's input, and how it is turned: first the flips, then the exchange of rows and columns.
/// Pixels and boxes go through the same record, so that they cannot part.
/// </summary>
/// <param name="Left">Of the square in the chip's pixels (corner coordinates).</param>
/// <param name="Top">Of the square.</param>
/// <param name="Side">Of the square.</param>
internal readonly record struct ChipView(double Left, double Top, double Side, bool FlipX = false, bool FlipY = false, bool Transpose = false)
{
    private const double LeastBoxSide = 1;                  // pixels of the output: less is no object to a detector

    /// <summary>The middle of a chip: as large as the output, or all of the shorter side where that is smaller.</summary>
    public static ChipView Centre(int width, int height, int outputSide)
    {
        int side = Math.Min(outputSide, Math.Min(width, height));
        return new ChipView((width - side) / 2, (height - side) / 2, side);
    }

    public static ChipView Draw(int width, int height, int outputSide, AugmentationOptions options, ref ItemRandom random)
    {
        ChipView view = Centre(width, height, outputSide);
        int shorter = Math.Min(width, height);
        if (Occurs(options.Zoom.Probability, ref random))
        {
            double zoom = random.Next(options.Zoom.Min, options.Zoom.Max);
            double side = Math.Min(view.Side / zoom, shorter);
            view = view with { Side = side, Left = random.Next(0, width - side), Top = random.Next(0, height - side) };
        }
        else if (options.RandomCrop)
        {
            int side = (int)view.Side;
            view = view with { Left = random.Next(width - side + 1), Top = random.Next(height - side + 1) };
        }

        if (!Occurs(options.DihedralProbability, ref random))
        {
            return view;
        }

        int turn = random.Next(8);
        return view with { FlipX = (turn & 1) != 0, FlipY = (turn & 2) != 0, Transpose = (turn & 4) != 0 };
    }

    /// <summary>Pixels that a bilinear reading of the square touches, within the chip.</summary>
    public PixelWindow Window(int width, int height)
    {
        int left = (int)Math.Floor(Left - 1);
        int top = (int)Math.Floor(Top - 1);
        return new PixelWindow(left, top, (int)Math.Ceiling(Left + Side + 1) - left, (int)Math.Ceiling(Top + Side + 1) - top)
            .Intersect(new PixelWindow(0, 0, width, height));
    }

    /// <summary>A box in parts of the output's side; null where too little of it is left.</summary>
    /// <param name="minShare">Least share of the box's area that must be in the square.</param>
    public BoxLabel? Map(ChipBox box, int label, int outputSide, double minShare)
    {
        double xMin = Math.Clamp((box.XMin - Left) / Side, 0, 1);
        double xMax = Math.Clamp((box.XMax - Left) / Side, 0, 1);
        double yMin = Math.Clamp((box.YMin - Top) / Side, 0, 1);
        double yMax = Math.Clamp((box.YMax - Top) / Side, 0, 1);
        double share = (xMax - xMin) * (yMax - yMin) * Side * Side / ((box.XMax - box.XMin) * (box.YMax - box.YMin));
        if (share < minShare - 1e-9 || Math.Min(xMax - xMin, yMax - yMin) * outputSide < LeastBoxSide - 1e-9)
        {
            return null;
        }

        if (FlipX)
        {
            (xMin, xMax) = (1 - xMax, 1 - xMin);
        }

        if (FlipY)
        {
            (yMin, yMax) = (1 - yMax, 1 - yMin);
        }

        return Transpose
            ? new BoxLabel((float)xMin, (float)yMin, (float)xMax, (float)yMax, label)
            : new BoxLabel((float)yMin, (float)xMin, (float)yMax, (float)xMax, label);
    }

    private static bool Occurs(double probability, ref ItemRandom random) => probability > 0 && random.Next() < probability;
}
