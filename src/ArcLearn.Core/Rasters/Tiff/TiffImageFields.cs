using System.Globalization;

namespace ArcLearn.Core.Rasters.Tiff;

/// <summary>The fields that say how an image lies in a file that is written here.</summary>
internal static class TiffImageFields
{
    private const int Orientation = 274;

    public static void Add(TiffFields fields, TiffFormat format, long[] offsets, long[] lengths, double? noData, bool isPalette = false)
    {
        int bands = format.Bands;
        int[] bits = new int[bands];
        Array.Fill(bits, format.SampleBytes * 8);
        int[] formats = new int[bands];
        Array.Fill(formats, format.SampleType.IsFloatingPoint() ? 3 : format.SampleType.IsSigned() ? 2 : 1);
        bool isColor = format.IsColor && bands >= 3;
        fields.AddLongs(TiffTag.ImageWidth, format.Width);
        fields.AddLongs(TiffTag.ImageLength, format.Height);
        fields.AddShorts(TiffTag.BitsPerSample, bits);
        fields.AddShorts(TiffTag.Compression, format.Compression);
        fields.AddShorts(TiffTag.Photometric, isPalette ? 3 : isColor ? 2 : 1);
        fields.AddShorts(Orientation, 1);
        fields.AddShorts(TiffTag.SamplesPerPixel, bands);
        fields.AddShorts(TiffTag.PlanarConfiguration, 1);
        if (format.Predictor > 1)
        {
            fields.AddShorts(TiffTag.Predictor, format.Predictor);
        }

        fields.AddShorts(TiffTag.SampleFormat, formats);
        int extra = bands - (isColor ? 3 : 1);
        if (extra > 0)
        {
            fields.AddShorts(TiffTag.ExtraSamples, new int[extra]); // 0: unspecified, no opacity
        }

        if (format.IsTiled)
        {
            fields.AddLongs(TiffTag.TileWidth, format.BlockWidth);
            fields.AddLongs(TiffTag.TileLength, format.BlockHeight);
        }
        else
        {
            fields.AddLongs(TiffTag.RowsPerStrip, format.BlockHeight);
        }

        fields.AddLongs(format.IsTiled ? TiffTag.TileOffsets : TiffTag.StripOffsets, offsets);
        fields.AddLongs(format.IsTiled ? TiffTag.TileByteCounts : TiffTag.StripByteCounts, lengths);
        if (noData is double value)
        {
            fields.AddText(TiffTag.GdalNoData, value.ToString("R", CultureInfo.InvariantCulture));
        }
    }
}
