using System.Buffers;

namespace ArcLearn.Core.Rasters.Warp;

/// <summary>
/// A raster seen on another grid: another extent, cell size or coordinate reference system. Each window is resampled when it is read, from the
/// overview that is just finer than the cells where that cannot change classes. Cells without a valid pixel become the reader's fill.
/// </summary>
internal sealed class GridRaster : IRaster
{
    /// <summary>What a reader holds at most beside the window that it fills.</summary>
    public const long StepBytes = StepSamples * sizeof(double);

    /// <summary>Source samples of all bands that one step reads at most.</summary>
    private const long StepSamples = 1 << 21;

    /// <summary>Cells a side of one step.</summary>
    private const int StepCells = 256;

    private readonly IRaster _whole;
    private readonly IRaster _source;
    private readonly PixelMapping _mapping;
    private readonly Resampling _method;
    private readonly bool _isOwner;

    /// <param name="source">The raster.</param>
    /// <param name="grid">The cells wanted.</param>
    /// <param name="method">How a cell gets its value.</param>
    /// <param name="isOwner">Whether disposing this disposes <paramref name="source"/>.</param>
    /// <exception cref="LearnDataException">UnknownCrs: there is no way from one system to the other.</exception>
    public GridRaster(IRaster source, RasterGrid grid, Resampling method, bool isOwner = false)
    {
        (_whole, _method, _isOwner) = (source, method, isOwner);
        Transform = grid.Transform;
        (Width, Height) = (grid.Width, grid.Height);
        SpatialReference = grid.SpatialReference ?? source.SpatialReference;
        PixelMapping mapping = new(grid with { SpatialReference = SpatialReference }, RasterGrid.Of(source));
        _source = ChooseOverview(mapping);
        _mapping = _source == source ? mapping : mapping.To(_source.Transform);
    }

    public string Path => _whole.Path;

    public IReadOnlyList<string> Files => _whole.Files;

    public int Width { get; }

    public int Height { get; }

    public int Bands => _whole.Bands;

    public SampleType SampleType => _whole.SampleType;

    public GeoTransform Transform { get; }

    public bool IsGeoreferenced => _whole.IsGeoreferenced;

    public SpatialReference? SpatialReference { get; }

    public double? NoData => _whole.NoData;

    public int BlockWidth => Math.Min(StepCells, Width);

    public int BlockHeight => Math.Min(StepCells, Height);

    public IReadOnlyList<RasterBand> BandInfo => _whole.BandInfo;

    public IReadOnlyList<RasterColor> ColorTable => _whole.ColorTable;

    public IReadOnlyList<ClassDefinition> Classes => _whole.Classes;

    public bool IsColor => _whole.IsColor;

    public RasterStorage Storage => _whole.Storage;

    public bool HasMask => true;

    /// <summary>The raster beneath.</summary>
    public IRaster Whole => _whole;

    /// <summary>How a cell gets its value.</summary>
    public Resampling Method => _method;

    /// <summary>The raster or overview that is read.</summary>
    public IRaster Source => _source;

    public void Read<T>(PixelWindow window, ReadOnlySpan<int> bands, Span<T> destination, T fill)
        where T : unmanaged
    {
        WindowCopy.Check(this, window, bands, destination);
        destination.Fill(fill);
        PixelWindow inside = window.Intersect(new PixelWindow(0, 0, Width, Height));
        ReadParts(window, inside, bands, destination, fill, default);
    }

    /// <inheritdoc/>
    /// <remarks>No sample is read: a cell is valid where the mask of the raster beneath gives it a value, whatever nodata its bands hold there.</remarks>
    public void ReadMask(PixelWindow window, Span<byte> destination)
    {
        destination.Clear();
        PixelWindow inside = window.Intersect(new PixelWindow(0, 0, Width, Height));
        ReadParts<double>(window, inside, [0], new double[destination.Length], 0, destination);
    }

    /// <summary>Whether any pixel of the raster beneath can lie in a window; whether it is valid is not looked at.</summary>
    public bool Reaches(PixelWindow window)
    {
        PixelWindow inside = window.Intersect(new PixelWindow(0, 0, Width, Height));
        return inside.Area > 0 && SourceWindow(inside).Area > 0;
    }

    public void Dispose()
    {
        if (_isOwner)
        {
            _whole.Dispose();
        }
    }

    /// <summary>An overview whose pixels are not larger than the cells. Classes that were averaged into it would be wrong: those are read in full.</summary>
    private IRaster ChooseOverview(PixelMapping mapping)
    {
        if (_method == Resampling.Majority || (_method == Resampling.Nearest && (_whole.ColorTable.Count > 0 || _whole.Classes.Count > 0)))
        {
            return _whole;
        }

        (double columns, double rows) = mapping.Ratio(Width / 2.0, Height / 2.0);
        double ratio = Math.Min(columns, rows) * (1 + 1e-6);
        return _whole.Overviews.LastOrDefault(overview =>
            _whole.Width <= ratio * overview.Width && _whole.Height <= ratio * overview.Height) ?? _whole;
    }

    /// <summary>Splits until the source pixels of a part are few enough to hold.</summary>
    private void ReadParts<T>(PixelWindow window, PixelWindow part, ReadOnlySpan<int> bands, Span<T> destination, T fill, Span<byte> valid)
        where T : unmanaged
    {
        if (part.Area == 0 || bands.IsEmpty)
        {
            return;
        }

        PixelWindow pixels = SourceWindow(part);
        bool isSmall = part.Width <= StepCells && part.Height <= StepCells && pixels.Area * bands.Length <= StepSamples;
        if (!isSmall && part.Area > 1)
        {
            bool isWide = part.Width >= part.Height;
            int width = isWide ? part.Width / 2 : part.Width;
            int height = isWide ? part.Height : part.Height / 2;
            ReadParts(window, part with { Width = width, Height = height }, bands, destination, fill, valid);
            PixelWindow rest = isWide
                ? new PixelWindow(part.Column + width, part.Row, part.Width - width, part.Height)
                : new PixelWindow(part.Column, part.Row + height, part.Width, part.Height - height);
            ReadParts(window, rest, bands, destination, fill, valid);
            return;
        }

        if (pixels.Area == 0)
        {
            return;
        }

        if (_method == Resampling.Nearest)
        {
            ReadNearest(window, part, pixels, bands, destination, valid);
        }
        else
        {
            ReadKernel(window, part, pixels, bands, destination, valid);
        }
    }

    /// <summary>The pixels that can count for a part: the borders of the part lead there, and as far as the kernel reaches.</summary>
    private PixelWindow SourceWindow(PixelWindow part)
    {
        (double left, double top, double right, double bottom) = (double.MaxValue, double.MaxValue, double.MinValue, double.MinValue);
        for (int row = 0; row <= part.Height; row++)
        {
            // The inside lies between its borders; rows in between are looked at only where the mapping bends.
            int step = row == 0 || row == part.Height ? 1 : Math.Max(1, part.Width);
            for (int column = 0; column <= part.Width; column += step)
            {
                (double x, double y) = _mapping.Apply(part.Column + column, part.Row + row);
                if (double.IsFinite(x) && double.IsFinite(y))
                {
                    (left, right) = (Math.Min(left, x), Math.Max(right, x));
                    (top, bottom) = (Math.Min(top, y), Math.Max(bottom, y));
                }
            }
        }

        if (left > right)
        {
            return default;
        }

        (double ratioX, double ratioY) = _mapping.Ratio(part.Column + (part.Width / 2.0), part.Row + (part.Height / 2.0));
        int reach = _method switch { Resampling.Bilinear => 1, Resampling.Cubic => 2, _ => 0 };
        double marginX = 2 + (double.IsFinite(ratioX) ? reach * Math.Max(1, 1.5 * ratioX) : 0);
        double marginY = 2 + (double.IsFinite(ratioY) ? reach * Math.Max(1, 1.5 * ratioY) : 0);
        int first = (int)Math.Clamp(Math.Floor(left - marginX), 0, _source.Width);
        int firstRow = (int)Math.Clamp(Math.Floor(top - marginY), 0, _source.Height);
        int last = (int)Math.Clamp(Math.Ceiling(right + marginX), 0, _source.Width);
        int lastRow = (int)Math.Clamp(Math.Ceiling(bottom + marginY), 0, _source.Height);
        return new PixelWindow(first, firstRow, Math.Max(0, last - first), Math.Max(0, lastRow - firstRow));
    }

    private void ReadNearest<T>(PixelWindow window, PixelWindow part, PixelWindow pixels, ReadOnlySpan<int> bands, Span<T> destination, Span<byte> valid)
        where T : unmanaged
    {
        int area = checked((int)pixels.Area);
        T[] samples = ArrayPool<T>.Shared.Rent(area * bands.Length);
        byte[]? mask = ReadSourceMask(pixels);
        try
        {
            ReadSource(pixels, bands, samples.AsSpan(0, area * bands.Length), isMask: !valid.IsEmpty);
            foreach (CellSquare square in Squares(part))
            {
                PixelWindow cells = square.Window.Intersect(part);
                for (int row = cells.Row; row < cells.Bottom; row++)
                {
                    int target = ((row - window.Row) * window.Width) - window.Column;
                    for (int column = cells.Column; column < cells.Right; column++)
                    {
                        if (Pixel(square.Centre(column, row)) is not (int x, int y))
                        {
                            continue;
                        }

                        int at = ((y - pixels.Row) * pixels.Width) + x - pixels.Column;
                        if (mask is not null && mask[at] == 0)
                        {
                            continue;
                        }

                        for (int i = 0; i < bands.Length; i++)
                        {
                            destination[(i * window.Width * window.Height) + target + column] = samples[(i * area) + at];
                        }

                        if (!valid.IsEmpty)
                        {
                            valid[target + column] = byte.MaxValue;
                        }
                    }
                }
            }
        }
        finally
        {
            ArrayPool<T>.Shared.Return(samples);
        }
    }

    private void ReadKernel<T>(PixelWindow window, PixelWindow part, PixelWindow pixels, ReadOnlySpan<int> bands, Span<T> destination, Span<byte> valid)
        where T : unmanaged
    {
        int area = checked((int)pixels.Area);
        bool isMask = !valid.IsEmpty;
        double[] samples = ArrayPool<double>.Shared.Rent(area * bands.Length);
        byte[]? mask = ReadSourceMask(pixels);
        double?[] noData = [.. _source.BandInfo.Select(band => isMask ? null : band.NoData)];
        SampleRounding rounding = new(SampleType);
        BilinearWeights weights = new();
        Dictionary<double, double> votes = [];
        try
        {
            ReadSource(pixels, bands, samples.AsSpan(0, area * bands.Length), isMask);
            foreach (CellSquare square in Squares(part))
            {
                PixelWindow cells = square.Window.Intersect(part);
                for (int row = cells.Row; row < cells.Bottom; row++)
                {
                    int target = ((row - window.Row) * window.Width) - window.Column;
                    for (int column = cells.Column; column < cells.Right; column++)
                    {
                        (double X, double Y) centre = square.Centre(column, row);

                        // Means and majorities are of what lies under the cell, be its centre beyond the raster or not.
                        if (_method is Resampling.Bilinear or Resampling.Cubic && Pixel(centre) is null)
                        {
                            continue;
                        }

                        (double Columns, double Rows) ratio = square.Ratio(column, row);
                        if (_method == Resampling.Bilinear)
                        {
                            weights.Place(centre.X, centre.Y, ratio.Columns, ratio.Rows);
                        }

                        for (int i = 0; i < bands.Length; i++)
                        {
                            SourceBand band = new(pixels, samples.AsSpan(i * area, area), mask, noData[bands[i]]);
                            double? found = _method switch
                            {
                                Resampling.Bilinear => weights.Apply(band),
                                Resampling.Cubic => ResampleKernel.Cubic(band, centre.X, centre.Y, ratio.Columns, ratio.Rows, weights),
                                _ => Area(band, column, row, votes),
                            };
                            if (found is double value)
                            {
                                destination[(i * window.Width * window.Height) + target + column] = SampleStore.As<T>(rounding.Apply(value));
                                if (!valid.IsEmpty)
                                {
                                    valid[target + column] = byte.MaxValue;
                                }
                            }
                        }
                    }
                }
            }
        }
        finally
        {
            ArrayPool<double>.Shared.Return(samples);
        }
    }

    /// <summary>The squares of cells that a part lies in.</summary>
    private IEnumerable<CellSquare> Squares(PixelWindow part)
    {
        for (int row = part.Row / CellSquare.Side; row * CellSquare.Side < part.Bottom; row++)
        {
            for (int column = part.Column / CellSquare.Side; column * CellSquare.Side < part.Right; column++)
            {
                yield return new CellSquare(_mapping, column * CellSquare.Side, row * CellSquare.Side);
            }
        }
    }

    private double? Area(SourceBand band, int column, int row, Dictionary<double, double> votes)
    {
        (double left, double top, double right, double bottom) = (double.MaxValue, double.MaxValue, double.MinValue, double.MinValue);
        for (int corner = 0; corner < 4; corner++)
        {
            (double x, double y) = _mapping.Apply(column + (corner & 1), row + (corner >> 1));
            (left, right, top, bottom) = (Math.Min(left, x), Math.Max(right, x), Math.Min(top, y), Math.Max(bottom, y));
        }

        (left, top, right, bottom) = (Edge(left), Edge(top), Edge(right), Edge(bottom));
        return _method == Resampling.Average
            ? ResampleKernel.Average(band, left, top, right, bottom)
            : ResampleKernel.Majority(band, left, top, right, bottom, votes);
    }

    /// <summary>A border that rounding moved off a pixel's border is put back, so that no neighbour counts with a trace.</summary>
    private static double Edge(double value) => Math.Abs(value - Math.Round(value)) < 1e-6 ? Math.Round(value) : value;

    /// <summary>The pixel that a cell's centre lies in, or null beyond the raster.</summary>
    private (int Column, int Row)? Pixel((double Column, double Row) centre)
    {
        // A centre on the border of two pixels belongs to the right and lower one, however it was rounded.
        (double x, double y) = (Math.Floor(centre.Column + 1e-9), Math.Floor(centre.Row + 1e-9));
        return x >= 0 && x < _source.Width && y >= 0 && y < _source.Height ? ((int)x, (int)y) : null;
    }

    private void ReadSource<T>(PixelWindow pixels, ReadOnlySpan<int> bands, Span<T> samples, bool isMask)
        where T : unmanaged
    {
        if (isMask)
        {
            samples.Clear();
        }
        else
        {
            _source.Read(pixels, bands, samples, default);
        }
    }

    private byte[]? ReadSourceMask(PixelWindow pixels)
    {
        if (!_source.HasMask)
        {
            return null;
        }

        byte[] mask = new byte[pixels.Area];
        _source.ReadMask(pixels, mask);
        return mask;
    }
}
