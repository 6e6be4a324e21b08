using System.Buffers;
using System.IO.Compression;
using System.Runtime.CompilerServices;
using ArcLearn.Core.Rasters.Deflate;
using ZstdSharp;

namespace ArcLearn.Core.Rasters.Tiff;

/// <summary>Turns planes of samples into the compressed bytes of one block; holds no state, so any number of threads may.</summary>
internal sealed class TiffBlockEncoder(TiffFormat format)
{
    private const int ZstdLevel = 9; // as GDAL

    /// <summary>Encodes the block that begins at (<paramref name="firstRow"/>, <paramref name="firstColumn"/>) of a buffer as wide as the raster.</summary>
    /// <param name="samples">Band after band, each of <paramref name="rows"/> rows of the raster's width; samples little-endian.</param>
    /// <param name="rows">Rows that the buffer holds for each band.</param>
    public byte[] EncodeRows(ReadOnlySpan<byte> samples, int rows, int firstRow, int firstColumn) =>
        Encode(samples, format.Width, rows, firstRow, firstColumn);

    /// <summary>Encodes one whole tile.</summary>
    /// <param name="samples">Band after band, each of tile size by tile size samples.</param>
    public byte[] EncodeTile(ReadOnlySpan<byte> samples) => Encode(samples, format.BlockWidth, format.BlockHeight, 0, 0);

    private byte[] Encode(ReadOnlySpan<byte> samples, int sourceWidth, int sourceRows, int firstRow, int firstColumn)
    {
        int size = format.SampleBytes;
        int blockRows = format.IsTiled ? format.BlockHeight : Math.Min(format.BlockHeight, sourceRows - firstRow);
        int pixelBytes = format.Bands * size;
        int rowBytes = format.BlockWidth * pixelBytes;
        int length = rowBytes * blockRows;
        byte[] block = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            Span<byte> target = block.AsSpan(0, length);
            target.Clear();
            int columns = Math.Min(format.BlockWidth, sourceWidth - firstColumn);
            int filled = Math.Min(blockRows, sourceRows - firstRow);
            for (int band = 0; band < format.Bands; band++)
            {
                for (int row = 0; row < filled; row++)
                {
                    long source = ((((long)band * sourceRows) + firstRow + row) * sourceWidth) + firstColumn;
                    ReadOnlySpan<byte> line = samples.Slice(checked((int)(source * size)), columns * size);
                    Interleave(line, target[((row * rowBytes) + (band * size))..], pixelBytes, size);
                }
            }

            if (format.Predictor > 1)
            {
                byte[] scratch = ArrayPool<byte>.Shared.Rent(rowBytes);
                for (int row = 0; row < blockRows; row++)
                {
                    TiffPredictor.Apply(format.Predictor, target.Slice(row * rowBytes, rowBytes), scratch, size, format.Bands);
                }

                ArrayPool<byte>.Shared.Return(scratch);
            }

            return Compress(block, length);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(block);
        }
    }

    /// <summary>Spreads a row of one band over pixels, from the first byte of <paramref name="target"/> on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Interleave(ReadOnlySpan<byte> line, Span<byte> target, int pixelBytes, int size)
    {
        if (size == 1)
        {
            for (int i = 0, at = 0; i < line.Length; i++, at += pixelBytes)
            {
                target[at] = line[i];
            }

            return;
        }

        for (int i = 0, at = 0; i < line.Length; i += size, at += pixelBytes)
        {
            line.Slice(i, size).CopyTo(target[at..]);
        }
    }

    private byte[] Compress(byte[] block, int length)
    {
        switch (format.Compression)
        {
            case TiffCompression.None:
                return block[..length];
            case TiffCompression.Lzw:
                return LzwEncoder.Encode(block.AsSpan(0, length));
            case TiffCompression.Zstd:
                using (Compressor compressor = new(ZstdLevel))
                {
                    return compressor.Wrap(block.AsSpan(0, length)).ToArray();
                }

            default:
                return format.IsFast ? FastDeflate.Encode(block.AsSpan(0, length)).ToArray() : Deflate(block, length);
        }
    }

    private static byte[] Deflate(byte[] block, int length)
    {
        // Deflate stores what it cannot shrink with a few bytes more for each stretch; new memory of this size for each block would be collected rarely.
        byte[] packed = ArrayPool<byte>.Shared.Rent(length + (length / 64) + 1024);
        try
        {
            using MemoryStream output = new(packed);
            using (ZLibStream stream = new(output, CompressionLevel.Optimal, leaveOpen: true))
            {
                stream.Write(block, 0, length);
            }

            return packed[..(int)output.Position];
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(packed);
        }
    }
}
