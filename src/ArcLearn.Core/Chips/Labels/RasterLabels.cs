using System.Buffers;
using ArcLearn.Core.Rasters;
using ArcLearn.Core.Rasters.Warp;

namespace ArcLearn.Core.Chips.Labels;

/// <summary>
/// Labels out of a classified raster, which may lie on another grid and in another system: each pixel of a chip takes the class under its middle, or
/// the class that covers most of it where two or more pixels of the classes a side lie under it. Nodata and what the mask excludes is background.
/// </summary>
internal sealed class RasterLabels : ILabelSource
{
    private const double ManyPixels = 1.99;

    private readonly IRaster _classes;
    private readonly IRaster _onGrid;
    private readonly RasterGrid _grid;
    private readonly Resampling _method;
    private readonly double _pixelArea;

    /// <param name="classes">Its first band counts.</param>
    /// <param name="raster">The raster that chips are cut from.</param>
    /// <param name="pixelArea">What areas are multiples of; null for the square map units of a pixel.</param>
    /// <exception cref="LearnDataException">UnknownCrs: there is no way from one system to the other.</exception>
    public RasterLabels(IRaster classes, IRaster raster, double? pixelArea = null)
    {
        _classes = classes;
        _grid = RasterGrid.Of(raster);
        GeoTransform t = raster.Transform;
        _pixelArea = pixelArea ?? Math.Abs((t.PixelWidth * t.PixelHeight) - (t.RowRotation * t.ColumnRotation));
        (double columns, double rows) = new PixelMapping(_grid, RasterGrid.Of(classes)).Ratio(raster.Width / 2.0, raster.Height / 2.0);
        _method = Math.Min(columns, rows) >= ManyPixels ? Resampling.Majority : Resampling.Nearest;
        bool isSameGrid = classes.Transform == raster.Transform && (classes.Width, classes.Height) == (raster.Width, raster.Height)
            && new PixelMapping(_grid, RasterGrid.Of(classes)).Apply(0, 0) is (0, 0);
        _onGrid = isSameGrid ? classes : new GridRaster(classes, _grid, _method);
    }

    public ChipLabels Find(ChipPlace place, double minShare, out int belowShare)
    {
        belowShare = 0;
        (IRaster from, PixelWindow window) = place.IsTurned
            ? (new GridRaster(_classes, _grid with { Transform = place.TransformOf(_grid.Transform), Width = place.Width, Height = place.Height }, _method), new PixelWindow(0, 0, place.Width, place.Height))
            : (_onGrid, place.Window);
        int[] values = new int[window.Area];
        ClassSamples.Read(from, window, values);
        return ChipLabels.OfPixels(place, values, _pixelArea);
    }
}

/// <summary>Samples of a classified raster as class values.</summary>
internal static class ClassSamples
{
    /// <summary>Reads the first band; nodata, what the mask excludes and what lies beyond the raster is 0.</summary>
    /// <exception cref="LearnDataException">ClassValueInvalid: a sample below 0, beyond 32 bits, or no whole number.</exception>
    public static void Read(IRaster raster, PixelWindow window, Span<int> values)
    {
        if (SampleTypes.Fits(raster.SampleType, SampleType.Int32))
        {
            raster.Read<int>(window, [0], values, 0);
            if (raster.NoData is double noData && noData == (int)noData && noData != 0)
            {
                values.Replace((int)noData, 0);
            }

            Exclude(raster, window, values);
            foreach (int value in values)
            {
                if (value < 0)
                {
                    throw Invalid(raster, value);
                }
            }

            return;
        }

        double[] samples = ArrayPool<double>.Shared.Rent(values.Length);
        try
        {
            raster.Read<double>(window, [0], samples.AsSpan(0, values.Length), 0);
            for (int i = 0; i < values.Length; i++)
            {
                double sample = samples[i];
                values[i] = Masks.IsNoData(sample, raster.NoData) || double.IsNaN(sample) ? 0
                    : sample >= 0 && sample <= int.MaxValue && sample == Math.Floor(sample) ? (int)sample
                    : throw Invalid(raster, sample);
            }
        }
        finally
        {
            ArrayPool<double>.Shared.Return(samples);
        }

        Exclude(raster, window, values);
    }

    private static void Exclude(IRaster raster, PixelWindow window, Span<int> values)
    {
        // A raster on another grid leaves out what its source excludes.
        if (!raster.HasMask || raster is GridRaster)
        {
            return;
        }

        byte[] mask = new byte[values.Length];
        raster.ReadMask(window, mask);
        for (int i = 0; i < mask.Length; i++)
        {
            values[i] = mask[i] == 0 ? 0 : values[i];
        }
    }

    private static LearnDataException Invalid(IRaster raster, double value) => new(
        "ClassValueInvalid",
        FormattableString.Invariant($"{raster.Path} holds the value {value}, which is no class: a class is a whole number from 1 to {int.MaxValue}, 0 is background. ")
        + "Name it as nodata, or give the raster other values (gdal_calc.py).",
        raster.Path);
}
