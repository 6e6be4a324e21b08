using System.Runtime.InteropServices;
using ArcLearn.Core.Rasters;

namespace ArcLearn.Tests.Unit.Chips;

/// <summary>A raster whose samples are a function of band, row and column.</summary>
internal sealed class MemoryRaster(int width, int height, int bands, Func<int, int, int, int> sample) : IRaster
{
    public string Path { get; init; } = "memory.tif";

    public int Width => width;

    public int Height => height;

    public int Bands => bands;

    public SampleType SampleType { get; init; }

    public bool IsColor { get; init; }

    public GeoTransform Transform { get; init; } = new(500_000, 4_000_000, 0.5, -0.5);

    public bool IsGeoreferenced { get; init; } = true;

    public SpatialReference? SpatialReference { get; init; } = new("WGS 84 / UTM zone 32N", 32632, null);

    public double? NoData { get; init; }

    public int BlockWidth => width;

    public int BlockHeight => 1;

    /// <summary>Where set, a read of a window that holds this row fails.</summary>
    public int FailingRow { get; init; } = -1;

    /// <summary>Runs before each read.</summary>
    public Action<PixelWindow>? BeforeRead { get; init; }

    public void Read<T>(PixelWindow window, ReadOnlySpan<int> asked, Span<T> destination, T fill)
        where T : unmanaged
    {
        BeforeRead?.Invoke(window);
        if (FailingRow >= 0 && FailingRow >= window.Row && FailingRow < window.Bottom)
        {
            throw new LearnFormatException("strip 7 is damaged.", Path);
        }

        int at = 0;
        foreach (int band in asked)
        {
            for (int row = window.Row; row < window.Bottom; row++)
            {
                for (int column = window.Column; column < window.Right; column++)
                {
                    bool isInside = row >= 0 && row < height && column >= 0 && column < width;
                    destination[at++] = isInside ? Convert<T>(sample(band, row, column)) : fill;
                }
            }
        }
    }

    public void Dispose()
    {
    }

    private static T Convert<T>(int value)
        where T : unmanaged
    {
        if (typeof(T) == typeof(byte))
        {
            byte narrow = (byte)value;
            return MemoryMarshal.Cast<byte, T>(MemoryMarshal.CreateSpan(ref narrow, 1))[0];
        }

        return typeof(T) == typeof(float) ? (T)(object)(float)value
            : typeof(T) == typeof(double) ? (T)(object)(double)value
            : typeof(T) == typeof(int) ? (T)(object)value
            : (T)(object)(ushort)value;
    }
}
