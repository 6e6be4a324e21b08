using System.Buffers;
using System.Buffers.Binary;
using ArcLearn.Core.Rasters.Deflate;
using ArcLearn.Core.Rasters.Tiff;
using ICSharpCode.SharpZipLib.Checksum;

namespace ArcLearn.Core.Rasters;

/// <summary>PNG of one or three bands of 8 bits (PNG specification, sections 5, 9 and 11), each row as differences from the pixel to the left.</summary>
internal static class PngWriter
{
    private const byte DifferenceToLeft = 1;
    private static readonly byte[] s_signature = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A];

    public static void Write(Stream stream, RasterImage image)
    {
        byte[] header = [0, 0, 0, 0, 0, 0, 0, 0, 8, (byte)(image.Bands == 1 ? 0 : 2), 0, 0, 0];
        BinaryPrimitives.WriteInt32BigEndian(header, image.Width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), image.Height);
        stream.Write(s_signature);
        WriteChunk(stream, "IHDR"u8, header);
        int rowBytes = image.Width * image.Bands;
        int length = (rowBytes + 1) * image.Height;
        byte[] filtered = ArrayPool<byte>.Shared.Rent(length);
        for (int row = 0; row < image.Height; row++)
        {
            Span<byte> pixels = filtered.AsSpan((rowBytes + 1) * row, rowBytes + 1);
            pixels[0] = DifferenceToLeft;
            pixels = pixels[1..];
            for (int band = 0; band < image.Bands; band++)
            {
                TiffBlockEncoder.Interleave(image.Samples.AsSpan(((band * image.Height) + row) * image.Width, image.Width), pixels[band..], image.Bands, 1);
            }

            TiffPredictor.Difference(pixels, image.Bands);
        }

        WriteChunk(stream, "IDAT"u8, FastDeflate.Encode(filtered.AsSpan(0, length)));
        ArrayPool<byte>.Shared.Return(filtered);
        WriteChunk(stream, "IEND"u8, []);
    }

    private static void WriteChunk(Stream stream, ReadOnlySpan<byte> name, ReadOnlySpan<byte> content)
    {
        byte[] chunk = ArrayPool<byte>.Shared.Rent(content.Length + 12);
        BinaryPrimitives.WriteInt32BigEndian(chunk, content.Length);
        name.CopyTo(chunk.AsSpan(4));
        content.CopyTo(chunk.AsSpan(8));
        Crc32 sum = new();
        sum.Update(new ArraySegment<byte>(chunk, 4, content.Length + 4));
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(content.Length + 8), (uint)sum.Value);
        stream.Write(chunk, 0, content.Length + 12);
        ArrayPool<byte>.Shared.Return(chunk);
    }
}
