using ArcLearn.Core.Rasters;

namespace ArcLearn.Core.Data;

/// <summary>
/// Where each place of the network's input lies in a chip: an affine map from parts of the input's side (0 to 1, first across, then down) to
/// the chip's pixels (corner coordinates). Pixels, boxes and, later, masks all go through the same record, so that they cannot part.
/// </summary>
/// <param name="X">Column of the chip at the input's upper left corner.</param>
/// <param name="Y">Row there.</param>
/// <param name="XAcross">Columns of the chip along the input's upper side.</param>
/// <param name="XDown">Columns of the chip along its left side.</param>
/// <param name="YAcross">Rows of the chip along its upper side.</param>
/// <param name="YDown">Rows of the chip along its left side.</param>
internal readonly record struct ChipView(double X, double Y, double XAcross, double XDown, double YAcross, double YDown)
{
    private const double LeastBoxSide = 1;                  // pixels of the output: less is no object to a detector

    /// <summary>Whether input and chip have their sides parallel.</summary>
    public bool IsUpright => (XDown == 0 && YAcross == 0) || (XAcross == 0 && YDown == 0);

    /// <summary>Whether all of the input lies in a chip of this size.</summary>
    public bool IsWithin(int width, int height)
    {
        (double left, double top, double right, double bottom) = Bounds;
        return left >= 0 && top >= 0 && right <= width && bottom <= height;
    }

    /// <summary>The upright rectangle around the view, in the chip's pixels.</summary>
    private (double Left, double Top, double Right, double Bottom) Bounds => (
        X + Math.Min(XAcross, 0) + Math.Min(XDown, 0),
        Y + Math.Min(YAcross, 0) + Math.Min(YDown, 0),
        X + Math.Max(XAcross, 0) + Math.Max(XDown, 0),
        Y + Math.Max(YAcross, 0) + Math.Max(YDown, 0));

    /// <summary>An upright square of a chip: first flipped, then rows and columns exchanged.</summary>
    /// <param name="left">Of the square in the chip's pixels (corner coordinates).</param>
    /// <param name="top">Of the square.</param>
    /// <param name="side">Of the square.</param>
    public static ChipView Square(double left, double top, double side, bool flipX = false, bool flipY = false, bool transpose = false)
    {
        (double x, double columns) = flipX ? (left + side, -side) : (left, side);
        (double y, double rows) = flipY ? (top + side, -side) : (top, side);
        return transpose ? new ChipView(x, y, 0, columns, rows, 0) : new ChipView(x, y, columns, 0, 0, rows);
    }

    /// <summary>The middle of a chip: as large as the output, or all of the shorter side where that is smaller.</summary>
    public static ChipView Centre(int width, int height, int outputSide)
    {
        int side = Math.Min(outputSide, Math.Min(width, height));
        return Square((width - side) / 2, (height - side) / 2, side);
    }

    /// <summary>Draws cut, zoom, turn and flip.</summary>
    public static ChipView Draw(int width, int height, int outputSide, LearnTransform transform, ref ItemRandom random)
    {
        int shorter = Math.Min(width, height);
        double side = Math.Min(outputSide, shorter);
        bool isZoomed = Occurs(transform.Zoom.Probability, ref random);
        if (isZoomed)
        {
            side /= Math.Exp(random.Next(Math.Log(transform.Zoom.Min), Math.Log(transform.Zoom.Max)));
        }

        double degrees = Occurs(transform.Rotation.Probability, ref random) ? random.Next(transform.Rotation.Min, transform.Rotation.Max) : 0;
        bool isPlaced = transform.CropProbability >= 1 || Occurs(transform.CropProbability, ref random);

        // A turned square reaches further: as far as there is room it stays within the chip.
        double angle = degrees * Math.PI / 180;
        double turned = side * (Math.Abs(Math.Cos(angle)) + Math.Abs(Math.Sin(angle)));
        double reach = Math.Max(side, Math.Min(turned, shorter));
        double left = Place(width - reach, isPlaced, isWhole: !isZoomed && degrees == 0, ref random) + ((reach - side) / 2);
        double top = Place(height - reach, isPlaced, isWhole: !isZoomed && degrees == 0, ref random) + ((reach - side) / 2);
        (bool flipX, bool flipY, bool transpose) = Turn(transform, ref random);
        ChipView view = Square(left, top, side, flipX, flipY, transpose);
        return degrees == 0 ? view : view.Turned(left + (side / 2), top + (side / 2), angle);
    }

    /// <summary>The view turned about a place of the chip, so that the picture turns counter-clockwise.</summary>
    /// <param name="centreX">In the chip's pixels.</param>
    /// <param name="centreY">In the chip's pixels.</param>
    /// <param name="angle">In radians.</param>
    public ChipView Turned(double centreX, double centreY, double angle)
    {
        (double sine, double cosine) = Math.SinCos(angle);
        return new ChipView(
            centreX + (cosine * (X - centreX)) - (sine * (Y - centreY)),
            centreY + (sine * (X - centreX)) + (cosine * (Y - centreY)),
            (cosine * XAcross) - (sine * YAcross),
            (cosine * XDown) - (sine * YDown),
            (sine * XAcross) + (cosine * YAcross),
            (sine * XDown) + (cosine * YDown));
    }

    /// <summary>The place of the chip, in pixels, that a place of the input shows.</summary>
    public (double X, double Y) ToChip(double across, double down) =>
        (X + (XAcross * across) + (XDown * down), Y + (YAcross * across) + (YDown * down));

    /// <summary>The place of the input, in parts of its side, where a place of the chip is seen.</summary>
    public (double Across, double Down) FromChip(double x, double y)
    {
        double area = (XAcross * YDown) - (XDown * YAcross);
        return (((YDown * (x - X)) - (XDown * (y - Y))) / area, ((XAcross * (y - Y)) - (YAcross * (x - X))) / area);
    }

    /// <summary>Pixels that a bilinear reading of the view touches, within the chip.</summary>
    public PixelWindow Window(int width, int height)
    {
        (double left, double top, double right, double bottom) = Bounds;
        (int column, int row) = ((int)Math.Floor(left - 1), (int)Math.Floor(top - 1));
        return new PixelWindow(column, row, (int)Math.Ceiling(right + 1) - column, (int)Math.Ceiling(bottom + 1) - row)
            .Intersect(new PixelWindow(0, 0, width, height));
    }

    /// <summary>A box in parts of the output's side: the upright box around what of it is seen; null where too little is.</summary>
    /// <remarks>Of a turned box the corners turn, so that its upright box is larger than the object may be.</remarks>
    /// <param name="minShare">Least share of the box's area that must be seen.</param>
    public BoxLabel? Map(ChipBox box, int label, int outputSide, double minShare)
    {
        ReadOnlySpan<(double Across, double Down)> corners =
            [FromChip(box.XMin, box.YMin), FromChip(box.XMax, box.YMin), FromChip(box.XMax, box.YMax), FromChip(box.XMin, box.YMax)];
        ConvexPolygon seen = new(corners);
        double whole = seen.Area;
        seen.ClipToUnitSquare();
        (double left, double top, double right, double bottom) = seen.Bounds;
        if (seen.Area < (minShare - 1e-9) * whole || Math.Min(right - left, bottom - top) * outputSide < LeastBoxSide - 1e-9)
        {
            return null;
        }

        return new BoxLabel((float)top, (float)left, (float)bottom, (float)right, label);
    }

    private static double Place(double room, bool isPlaced, bool isWhole, ref ItemRandom random)
    {
        if (!isPlaced)
        {
            return isWhole ? (int)room / 2 : room / 2;
        }

        // At whole pixels nothing has to be interpolated. A view larger than the chip has all of it.
        return isWhole ? random.Next((int)room + 1) : random.Next(Math.Min(0, room), Math.Max(0, room));
    }

    private static (bool FlipX, bool FlipY, bool Transpose) Turn(LearnTransform transform, ref ItemRandom random)
    {
        if (transform.Flip == ChipFlip.None || !Occurs(transform.FlipProbability, ref random))
        {
            return default;
        }

        int turn = transform.Flip switch
        {
            ChipFlip.Horizontal => random.Next(2),
            ChipFlip.Vertical => random.Next(2) << 1,
            ChipFlip.Both => random.Next(4),
            _ => random.Next(8),
        };
        return ((turn & 1) != 0, (turn & 2) != 0, (turn & 4) != 0);
    }

    private static bool Occurs(double probability, ref ItemRandom random) => probability > 0 && random.Next() < probability;
}
