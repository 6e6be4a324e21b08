using ArcLearn.Core.Rasters;

namespace ArcLearn.Core.Drawing;

/// <summary>
/// A raster made small: each sample the mean over a square of <see cref="Step"/> pixels, nodata left out. It is read in windows, so memory
/// does not grow with the raster.
/// </summary>
internal sealed class RasterThumbnail
{
    /// <summary>Columns of a window at most, before it is rounded to whole squares.</summary>
    private const int WindowWidth = 2048;

    private const int WindowHeight = 256;

    private readonly double[] _sums;
    private readonly int[] _counts;
    private readonly int[] _bands;

    private RasterThumbnail(IRaster raster, int step)
    {
        Step = step;
        SampleType = raster.SampleType;
        Width = (raster.Width + step - 1) / step;
        Height = (raster.Height + step - 1) / step;
        _bands = raster.Bands >= 3 ? [0, 1, 2] : [0];
        _sums = new double[_bands.Length * Width * Height];
        _counts = new int[Width * Height];
    }

    /// <summary>Pixels of the raster along the side of one of the thumbnail's.</summary>
    public int Step { get; }

    public int Width { get; }

    public int Height { get; }

    /// <summary>Three for the first three bands of a raster, else one for its first.</summary>
    public int Bands => _bands.Length;

    public SampleType SampleType { get; }

    /// <summary>Reads a raster down to <paramref name="maxSide"/> pixels on its longer side.</summary>
    public static RasterThumbnail Read(IRaster raster, int maxSide, CancellationToken cancel = default)
    {
        int step = Math.Max(1, (Math.Max(raster.Width, raster.Height) + maxSide - 1) / maxSide);
        RasterThumbnail thumbnail = new(raster, step);
        int width = Math.Max(1, WindowWidth / step) * step;
        int height = Math.Max(1, WindowHeight / step) * step;
        float[] samples = new float[thumbnail.Bands * Math.Min(width, raster.Width) * Math.Min(height, raster.Height)];
        for (int row = 0; row < raster.Height; row += height)
        {
            for (int column = 0; column < raster.Width; column += width)
            {
                cancel.ThrowIfCancellationRequested();
                PixelWindow window = new PixelWindow(column, row, width, height).Intersect(new PixelWindow(0, 0, raster.Width, raster.Height));
                Span<float> part = samples.AsSpan(0, (int)(thumbnail.Bands * window.Area));
                raster.Read(window, thumbnail._bands, part, 0f);
                thumbnail.Add(window, part, raster.NoData);
            }
        }

        return thumbnail;
    }

    /// <summary>The mean at a place, or null where all of the raster there is nodata.</summary>
    public double? this[int band, int column, int row]
    {
        get
        {
            int at = (row * Width) + column;
            return _counts[at] > 0 ? _sums[(band * _counts.Length) + at] / _counts[at] : null;
        }
    }

    private void Add(PixelWindow window, ReadOnlySpan<float> samples, double? noData)
    {
        int area = (int)window.Area;
        float? none = (float?)noData;
        for (int i = 0; i < area; i++)
        {
            bool hasData = false;
            for (int band = 0; !hasData && band < Bands; band++)
            {
                float sample = samples[(band * area) + i];
                hasData = float.IsFinite(sample) && sample != none;
            }

            if (hasData)
            {
                (int row, int column) = Math.DivRem(i, window.Width);
                int at = ((window.Row + row) / Step * Width) + ((window.Column + column) / Step);
                _counts[at]++;
                for (int band = 0; band < Bands; band++)
                {
                    float sample = samples[(band * area) + i];
                    _sums[(band * _counts.Length) + at] += float.IsFinite(sample) ? sample : 0;
                }
            }
        }
    }
}
