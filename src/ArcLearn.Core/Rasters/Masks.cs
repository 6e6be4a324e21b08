namespace ArcLearn.Core.Rasters;

/// <summary>Validity of pixels.</summary>
internal static class Masks
{
    /// <summary>The mask of a raster without one: 255 inside, 0 beyond.</summary>
    public static void FillInside(PixelWindow window, int width, int height, Span<byte> destination)
    {
        PixelWindow inside = window.Intersect(new PixelWindow(0, 0, width, height));
        destination.Clear();
        for (int row = inside.Row; row < inside.Bottom; row++)
        {
            destination.Slice(((row - window.Row) * window.Width) + inside.Column - window.Column, inside.Width).Fill(byte.MaxValue);
        }
    }

    /// <summary>What is valid of one band: by the raster's mask, and by the band's nodata value.</summary>
    public static void ReadValid(IRaster raster, int band, PixelWindow window, Span<byte> destination)
    {
        raster.ReadMask(window, destination);
        if (raster.BandInfo[band].NoData is not double noData)
        {
            return;
        }

        double[] samples = new double[destination.Length];
        raster.Read<double>(window, [band], samples, noData);
        for (int i = 0; i < samples.Length; i++)
        {
            if (IsNoData(samples[i], noData))
            {
                destination[i] = 0;
            }
        }
    }

    /// <summary>Whether a sample is the nodata value; NaN is equal to itself here.</summary>
    public static bool IsNoData(double sample, double? noData) => noData is double value && value.Equals(sample);
}
