using ArcLearn.Core.Rasters;

namespace ArcLearn.Tests.Unit.Inference;

/// <summary>A raster in memory, with a place to inject faults.</summary>
internal sealed class MemoryRaster(int width, int height, int bands = 1) : IRaster
{
    private readonly float[] _samples = new float[bands * width * height];

    public string Path => "memory.tif";

    public int Width => width;

    public int Height => height;

    public int Bands => bands;

    public SampleType SampleType { get; init; }

    public GeoTransform Transform { get; init; } = new(500_000, 4_000_000, 0.5, -0.5);

    public bool IsGeoreferenced => true;

    public SpatialReference? SpatialReference { get; init; } = new("WGS 84 / UTM zone 18N", 32618, null);

    public double? NoData { get; init; }

    /// <summary>Nodata of each band; empty where all have <see cref="NoData"/>.</summary>
    public double?[] BandNoData { get; init; } = [];

    public IReadOnlyList<RasterBand> BandInfo => [.. Enumerable.Range(0, bands).Select(band => new RasterBand(NoData: BandNoData.Length > 0 ? BandNoData[band] : NoData))];

    public int BlockWidth => 32;

    public int BlockHeight => 32;

    /// <summary>Called before each read.</summary>
    public Action<PixelWindow>? OnRead { get; set; }

    public float this[int band, int column, int row]
    {
        get => _samples[(((band * height) + row) * width) + column];
        set => _samples[(((band * height) + row) * width) + column] = value;
    }

    public void Fill(PixelWindow window, float value)
    {
        PixelWindow inside = window.Intersect(new PixelWindow(0, 0, width, height));
        for (int band = 0; band < bands; band++)
        {
            for (int row = inside.Row; row < inside.Bottom; row++)
            {
                _samples.AsSpan((((band * height) + row) * width) + inside.Column, inside.Width).Fill(value);
            }
        }
    }

    public void Read<T>(PixelWindow window, ReadOnlySpan<int> bands, Span<T> destination, T fill)
        where T : unmanaged
    {
        OnRead?.Invoke(window);
        int at = 0;
        foreach (int band in bands)
        {
            for (int row = window.Row; row < window.Bottom; row++)
            {
                for (int column = window.Column; column < window.Right; column++)
                {
                    bool isInside = column >= 0 && row >= 0 && column < width && row < height;
                    destination[at++] = isInside ? (T)Convert.ChangeType(this[band, column, row], typeof(T)) : fill;
                }
            }
        }
    }

    public void Dispose()
    {
    }
}
