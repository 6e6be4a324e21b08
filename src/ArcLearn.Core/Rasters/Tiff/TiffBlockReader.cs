using System.Buffers;
using System.IO.Compression;
using System.Runtime.InteropServices;

namespace ArcLearn.Core.Rasters.Tiff;

/// <summary>
/// Reads and decodes one block at a time; holds no state, so any number of threads may.
/// A block becomes <c>bands × rows × BlockWidth</c> samples, band after band, 16-bit samples in this machine's byte order.
/// </summary>
internal sealed class TiffBlockReader(TiffLayout layout, double? noData)
{
    private readonly byte[] _jpegTables = layout.Compression == TiffCompression.Jpeg ? layout.Directory.Bytes(TiffTag.JpegTables) : [];

    /// <exception cref="LearnFormatException">The block is damaged.</exception>
    /// <exception cref="IOException">The disk failed.</exception>
    public byte[] Read(int block)
    {
        int rows = layout.BlockRows(block);
        long samples = (long)rows * layout.BlockWidth * layout.BlockBands;
        long stored = layout.RowBytes * rows;
        long length = layout.Lengths[block];
        if (length == 0)
        {
            return Unwritten(samples);
        }

        if (layout.Compression == TiffCompression.None)
        {
            length = Math.Min(length, stored); // nothing is behind the samples that could matter
        }

        if (length < 0 || length > layout.Directory.Source.Length - layout.Offsets[block])
        {
            throw Damaged(block, $"is said to be {length} bytes at {layout.Offsets[block]}, beyond the file's {layout.Directory.Source.Length}");
        }

        if (stored / TiffCompression.MaximumRatio(layout.Compression) > length)
        {
            throw Damaged(block, $"has {length} bytes, too few for {layout.BlockWidth} by {rows} pixels");
        }

        byte[] planes = GC.AllocateUninitializedArray<byte>((int)(samples * layout.SampleBytes));
        int read = (int)Math.Min(length, Array.MaxLength);
        byte[] raw = ArrayPool<byte>.Shared.Rent(read);
        try
        {
            Span<byte> data = raw.AsSpan(0, read);
            layout.Directory.Source.Read(layout.Offsets[block], data);
            if (layout.Compression == TiffCompression.Jpeg && layout.BlockBands is 1 or 3)
            {
                DecodeJpeg(block, data, planes, rows);
            }
            else
            {
                Decode(block, raw, read, planes, rows, (int)stored);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(raw);
        }

        return planes;
    }

    private void Decode(int block, byte[] raw, int length, byte[] planes, int rows, int stored)
    {
        if (layout.ReversesBits)
        {
            TiffSamples.ReverseBits(raw.AsSpan(0, length));
        }

        // Where blocks hold one band of whole bytes, the decoded bytes are the samples.
        bool isDirect = layout.BlockBands == 1 && layout.Bits is 8 or 16;
        byte[] rented = isDirect ? planes : ArrayPool<byte>.Shared.Rent(stored);
        try
        {
            Span<byte> decoded = rented.AsSpan(0, stored);
            int written = Decompress(block, raw, length, rented, stored, rows);
            if (written < stored)
            {
                throw Damaged(block, $"holds {written} of its {stored} bytes");
            }

            ToPlanes(decoded, planes, rows, isDirect);
        }
        finally
        {
            if (!isDirect)
            {
                ArrayPool<byte>.Shared.Return(rented);
            }
        }
    }

    private int Decompress(int block, byte[] raw, int length, byte[] target, int stored, int rows)
    {
        ReadOnlySpan<byte> data = raw.AsSpan(0, length);
        Span<byte> output = target.AsSpan(0, stored);
        switch (layout.Compression)
        {
            case TiffCompression.None:
                int count = Math.Min(length, output.Length);
                data[..count].CopyTo(output);
                return count;
            case TiffCompression.Lzw:
                return LzwDecoder.Decode(data, output);
            case TiffCompression.PackBits:
                return PackBitsDecoder.Decode(data, output);
            case TiffCompression.AdobeDeflate or TiffCompression.Deflate:
                return Inflate(block, raw, length, output);
            default:
                return LibTiffDecoder.Decode(layout, data, _jpegTables, rows, target, stored);
        }
    }

    private int Inflate(int block, byte[] raw, int length, Span<byte> output)
    {
        try
        {
            using ZLibStream stream = new(new MemoryStream(raw, 0, length, writable: false), CompressionMode.Decompress);
            return stream.ReadAtLeast(output, output.Length, throwOnEndOfStream: false);
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            // The bytes are in memory: what the stream throws is about them, not about the disk.
            throw Damaged(block, "is not a Deflate stream", e);
        }
    }

    private void ToPlanes(Span<byte> decoded, byte[] planes, int rows, bool isDirect)
    {
        int bands = layout.BlockBands;
        int rowSamples = layout.BlockWidth * bands;
        int pixels = layout.BlockWidth * rows;
        if (layout.Bits is not (8 or 16))
        {
            if (bands == 1)
            {
                TiffSamples.Unpack(decoded, planes, layout.Bits, rowSamples, rows);
                return;
            }

            byte[] unpacked = new byte[planes.Length];
            TiffSamples.Unpack(decoded, unpacked, layout.Bits, rowSamples, rows);
            Separate(unpacked, planes, pixels, bands);
            return;
        }

        if (layout.Bits == 16)
        {
            TiffSamples.ToNativeOrder(decoded, layout.Directory.IsBigEndian);
        }

        if (layout.Predictor == 2)
        {
            int rowBytes = (int)layout.RowBytes;
            for (int row = 0; row < rows; row++)
            {
                Span<byte> line = decoded.Slice(row * rowBytes, rowBytes);
                if (layout.Bits == 8)
                {
                    TiffSamples.Accumulate(line, bands);
                }
                else
                {
                    TiffSamples.Accumulate(MemoryMarshal.Cast<byte, ushort>(line), bands);
                }
            }
        }

        if (!isDirect)
        {
            Separate(decoded, planes, pixels, bands);
        }
    }

    private void Separate(ReadOnlySpan<byte> interleaved, Span<byte> planes, int pixels, int bands)
    {
        if (layout.SampleBytes == 1)
        {
            TiffSamples.Separate(interleaved, planes, pixels, bands, bands);
        }
        else
        {
            TiffSamples.Separate(MemoryMarshal.Cast<byte, ushort>(interleaved), MemoryMarshal.Cast<byte, ushort>(planes), pixels, bands, bands);
        }
    }

    private void DecodeJpeg(int block, ReadOnlySpan<byte> data, byte[] planes, int rows)
    {
        string? fault = JpegBlockDecoder.Decode(
            data, _jpegTables, planes, layout.BlockWidth, rows, layout.BlockBands, isYCbCr: layout.Photometric == 6);
        if (fault is not null)
        {
            throw Damaged(block, fault);
        }
    }

    /// <summary>A block that a sparse file leaves out reads as "no data", or as zeros.</summary>
    private byte[] Unwritten(long samples)
    {
        byte[] planes = new byte[samples * layout.SampleBytes];
        if (noData is double value)
        {
            if (layout.SampleBytes == 1)
            {
                planes.AsSpan().Fill((byte)value);
            }
            else
            {
                MemoryMarshal.Cast<byte, ushort>(planes.AsSpan()).Fill((ushort)value);
            }
        }

        return planes;
    }

    private LearnFormatException Damaged(int block, string what, Exception? inner = null)
    {
        int inPlane = block % layout.BlocksPerPlane;
        string name = layout.IsTiled ? $"tile (column {inPlane % layout.BlocksAcross}, row {inPlane / layout.BlocksAcross})" : $"strip {inPlane}";
        string band = layout.IsPlanar ? $" of band {(block / layout.BlocksPerPlane) + 1}" : "";
        return new LearnFormatException($"is damaged: {name}{band} {what}.", layout.Directory.Source.Path, inner: inner);
    }
}
