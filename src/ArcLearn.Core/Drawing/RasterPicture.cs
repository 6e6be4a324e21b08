using SkiaSharp;

namespace ArcLearn.Core.Drawing;

/// <summary>Turns samples into colours that can be looked at.</summary>
internal static class RasterPicture
{
    /// <summary>Where the raster holds nodata.</summary>
    public static readonly SKColor NoDataColor = new(236, 236, 236);

    /// <summary>Samples of 8 bits as they are; of more each band is stretched from its 2nd to its 98th percentile.</summary>
    public static SKBitmap Draw(RasterThumbnail raster)
    {
        (double Low, double High)[] range = [.. Enumerable.Range(0, raster.Bands).Select(band => Range(raster, band))];
        SKBitmap picture = new(raster.Width, raster.Height, SKColorType.Rgba8888, SKAlphaType.Opaque);
        SKColor[] pixels = new SKColor[raster.Width * raster.Height];
        for (int i = 0; i < pixels.Length; i++)
        {
            (int row, int column) = Math.DivRem(i, raster.Width);
            pixels[i] = raster[0, column, row] is double first ? Color(raster, range, first, column, row) : NoDataColor;
        }

        picture.Pixels = pixels;
        return picture;
    }

    private static SKColor Color(RasterThumbnail raster, (double Low, double High)[] range, double first, int column, int row)
    {
        byte red = Scale(first, range[0]);
        return raster.Bands == 1
            ? new SKColor(red, red, red)
            : new SKColor(red, Scale(raster[1, column, row] ?? 0, range[1]), Scale(raster[2, column, row] ?? 0, range[2]));
    }

    private static byte Scale(double value, (double Low, double High) range) =>
        (byte)Math.Round(255 * Math.Clamp((value - range.Low) / (range.High - range.Low), 0, 1));

    private static (double Low, double High) Range(RasterThumbnail raster, int band)
    {
        if (raster.SampleType == SampleType.UInt8)
        {
            return (0, byte.MaxValue);
        }

        List<double> values = [];
        for (int row = 0; row < raster.Height; row++)
        {
            for (int column = 0; column < raster.Width; column++)
            {
                if (raster[band, column, row] is double value)
                {
                    values.Add(value);
                }
            }
        }

        return Percentiles.Stretch(values);
    }
}
