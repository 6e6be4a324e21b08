using BitMiracle.LibTiff.Classic;
using LibTiff = BitMiracle.LibTiff.Classic.Tiff;

namespace ArcLearn.Core.Rasters.Tiff;

/// <summary>
/// The codecs that are too rare for a decoder of our own: fax, ThunderScan, and JPEG whose components are bands and no colours.
/// Each block is handed to LibTiff.NET as a small file of one strip, so that threads share nothing.
/// </summary>
internal static class LibTiffDecoder
{
    private const ushort T4Options = 292;
    private const ushort T6Options = 293;

    static LibTiffDecoder() => LibTiff.SetErrorHandler(new Quiet()); // it would write to the console

    /// <summary>Decodes to interleaved samples as stored; answers how many bytes it could, 0 for a block that it does not accept.</summary>
    public static int Decode(TiffLayout layout, ReadOnlySpan<byte> data, ReadOnlySpan<byte> jpegTables, int rows, byte[] output, int length)
    {
        try
        {
            using LibTiff? tiff = LibTiff.ClientOpen("block", "r", new MemoryStream(Wrap(layout, data, jpegTables, rows), writable: false), new TiffStream());
            return tiff is null ? 0 : Math.Max(0, tiff.ReadEncodedStrip(0, output, 0, length));
        }
        catch (Exception)
        {
            // Damaged blocks make it throw whatever its arithmetic runs into: casts, indices, divisions, overflows.
            return 0;
        }
    }

    private static byte[] Wrap(TiffLayout layout, ReadOnlySpan<byte> data, ReadOnlySpan<byte> jpegTables, int rows)
    {
        TiffFields fields = new(isBigTiff: false);
        byte[] header = fields.Header(8 + data.Length + (data.Length & 1));
        int[] bits = new int[layout.BlockBands];
        Array.Fill(bits, layout.Bits);
        fields.AddLongs(TiffTag.ImageWidth, layout.BlockWidth);
        fields.AddLongs(TiffTag.ImageLength, rows);
        fields.AddShorts(TiffTag.BitsPerSample, bits);
        fields.AddShorts(TiffTag.Compression, layout.Compression);
        fields.AddShorts(TiffTag.Photometric, layout.Photometric is 0 or 1 ? layout.Photometric : 1);
        fields.AddShorts(TiffTag.FillOrder, (int)Math.Clamp(layout.Directory.Integer(TiffTag.FillOrder, 1), 1, 2));
        fields.AddLongs(TiffTag.StripOffsets, header.Length);
        fields.AddShorts(TiffTag.SamplesPerPixel, layout.BlockBands);
        fields.AddLongs(TiffTag.RowsPerStrip, rows);
        fields.AddLongs(TiffTag.StripByteCounts, data.Length);
        fields.AddShorts(TiffTag.PlanarConfiguration, 1);
        if (jpegTables.Length > 0)
        {
            fields.AddBytes(TiffTag.JpegTables, jpegTables);
        }

        foreach (ushort tag in (ReadOnlySpan<ushort>)[T4Options, T6Options])
        {
            if (layout.Directory.Has(tag))
            {
                fields.AddLongs(tag, layout.Directory.Integer(tag, 0) & 7);
            }
        }

        byte[] padding = new byte[data.Length & 1];
        return [.. header, .. data, .. padding, .. fields.Directory(header.Length + data.Length + padding.Length)];
    }

    private sealed class Quiet : TiffErrorHandler
    {
        public override void ErrorHandler(LibTiff tif, string method, string format, params object[] args)
        {
        }

        public override void ErrorHandlerExt(LibTiff tif, object clientData, string method, string format, params object[] args)
        {
        }

        public override void WarningHandler(LibTiff tif, string method, string format, params object[] args)
        {
        }

        public override void WarningHandlerExt(LibTiff tif, object clientData, string method, string format, params object[] args)
        {
        }
    }
}
