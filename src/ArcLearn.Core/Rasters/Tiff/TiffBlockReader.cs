using System.Buffers;
using System.IO.Compression;
using System.Runtime.InteropServices;
using ZstdSharp;

namespace ArcLearn.Core.Rasters.Tiff;

/// <summary>Reads and decodes one block at a time; holds no state, so any number of threads may.</summary>
internal sealed class TiffBlockReader(TiffLayout layout, BlockBuffers buffers, double? noData)
{
    private const int WholeReadBytes = 1 << 16;

    private readonly byte[] _jpegTables = layout.Compression == TiffCompression.Jpeg ? layout.Directory.Bytes(TiffTag.JpegTables) : [];

    /// <exception cref="LearnFormatException">The block is damaged.</exception>
    /// <exception cref="IOException">The disk failed.</exception>
    public DecodedBlock Read(int block)
    {
        int rows = layout.BlockRows(block);
        long stored = layout.RowBytes * rows;
        if (layout.Lengths[block] == 0)
        {
            byte[] samples = buffers.Rent(rows * layout.BlockWidth * layout.BlockBands * layout.SampleBytes);
            Unwritten(samples);
            return Interleaved(samples);
        }

        int read = (int)Math.Min(CheckedLength(block, rows, stored), Array.MaxLength);
        byte[] raw = ArrayPool<byte>.Shared.Rent(read);
        try
        {
            Span<byte> data = raw.AsSpan(0, read);
            layout.Directory.Source.Read(layout.Offsets[block], data);
            if (layout.ReversesBits)
            {
                TiffSamples.ReverseBits(data);
            }

            return layout.Compression switch
            {
                TiffCompression.Jpeg when layout.BlockBands is 1 or 3 => DecodeJpeg(block, data, rows),
                TiffCompression.WebP => DecodeWebP(block, data, rows),
                _ => Decode(block, raw, read, rows, (int)stored),
            };
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(raw);
        }
    }

    /// <summary>
    /// Reads <paramref name="area"/> of a block that needs no decoding (<see cref="TiffLayout.IsPlain"/>) and that covers <paramref name="stored"/>, both in
    /// pixels of the image. Answers what <paramref name="samples"/>, which has room for all of the block's rows that are touched, then covers.
    /// </summary>
    /// <exception cref="LearnFormatException">The block is damaged.</exception>
    /// <exception cref="IOException">The disk failed.</exception>
    public PixelWindow ReadPlain(int block, PixelWindow stored, PixelWindow area, Span<byte> samples)
    {
        int pixelBytes = layout.BlockBands * layout.SampleBytes;
        int rowBytes = (int)layout.RowBytes;
        PixelWindow touched = stored with { Row = area.Row, Height = area.Height };
        if (layout.Lengths[block] == 0)
        {
            Unwritten(samples[..(area.Height * rowBytes)]);
            return touched;
        }

        _ = CheckedLength(block, stored.Height, layout.RowBytes * stored.Height);
        long start = layout.Offsets[block] + ((long)(area.Row - stored.Row) * rowBytes);
        int read = area.Height * rowBytes;
        if (read <= WholeReadBytes || area.Width >= stored.Width / 4)
        {
            layout.Directory.Source.Read(start, samples[..read]);
        }
        else
        {
            // A narrow window of long rows: mostly the others' pixels would be read.
            touched = area;
            int part = area.Width * pixelBytes;
            read = area.Height * part;
            start += (long)(area.Column - stored.Column) * pixelBytes;
            for (int row = 0; row < area.Height; row++)
            {
                layout.Directory.Source.Read(start + ((long)row * rowBytes), samples.Slice(row * part, part));
            }
        }

        TiffSamples.ToNativeOrder(samples[..read], layout.SampleBytes, layout.Directory.IsBigEndian);
        return touched;
    }

    /// <summary>Bytes of the block in the file, of which enough are there.</summary>
    private long CheckedLength(int block, int rows, long stored)
    {
        long length = layout.Lengths[block];
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

        return length;
    }

    private DecodedBlock Interleaved(byte[] samples) => new(samples, layout.BlockBands, 1);

    private DecodedBlock Decode(int block, byte[] raw, int length, int rows, int stored)
    {
        byte[] decoded = buffers.Rent(stored);
        int written = Decompress(block, raw, length, decoded, rows);
        return written >= stored ? Finish(decoded, rows) : throw Damaged(block, $"holds {written} of its {stored} bytes");
    }

    private int Decompress(int block, byte[] raw, int length, byte[] output, int rows)
    {
        ReadOnlySpan<byte> data = raw.AsSpan(0, length);
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
            case TiffCompression.Zstd:
                return Unpack(block, data, output);
            default:
                return LibTiffDecoder.Decode(layout, data, _jpegTables, rows, output, output.Length);
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

    private int Unpack(int block, ReadOnlySpan<byte> data, Span<byte> output)
    {
        try
        {
            using Decompressor decompressor = new();
            return decompressor.TryUnwrap(data, output, out int written) ? written : throw Damaged(block, $"holds more than its {output.Length} bytes");
        }
        catch (ZstdException e)
        {
            throw Damaged(block, "is not a Zstandard frame", e);
        }
    }

    /// <summary>Decoded bytes become samples in this machine's order.</summary>
    private DecodedBlock Finish(byte[] decoded, int rows)
    {
        int bands = layout.BlockBands;
        int rowSamples = layout.BlockWidth * bands;
        bool isBigEndian = layout.Directory.IsBigEndian;
        int storedBytes = layout.Bits / 8;
        if (layout.Predictor == 3)
        {
            int rowBytes = (int)layout.RowBytes;
            byte[] scratch = ArrayPool<byte>.Shared.Rent(rowBytes);
            for (int row = 0; row < rows; row++)
            {
                TiffSamples.UndoFloatingPoint(decoded.AsSpan(row * rowBytes, rowBytes), scratch, storedBytes, bands);
            }

            ArrayPool<byte>.Shared.Return(scratch);
        }
        else if (layout.Bits is 16 or 32 or 64)
        {
            TiffSamples.ToNativeOrder(decoded, storedBytes, isBigEndian);
        }

        if (layout.Predictor == 2)
        {
            int rowBytes = (int)layout.RowBytes;
            for (int row = 0; row < rows; row++)
            {
                TiffSamples.UndoDifferences(decoded.AsSpan(row * rowBytes, rowBytes), storedBytes, bands);
            }
        }

        if (layout.IsWholeBytes)
        {
            return Interleaved(decoded);
        }

        byte[] samples = Widen(decoded, rowSamples, rows);
        buffers.Return(decoded);
        return Interleaved(samples);
    }

    private byte[] Widen(byte[] decoded, int rowSamples, int rows)
    {
        byte[] samples = buffers.Rent(checked(rowSamples * rows * layout.SampleBytes));
        bool isBigEndian = layout.Directory.IsBigEndian;
        if (layout.SampleType.IsFloatingPoint())
        {
            if (layout.Bits == 24 && layout.Predictor != 3 && isBigEndian == BitConverter.IsLittleEndian)
            {
                for (int i = 0; i < decoded.Length; i += 3)
                {
                    decoded.AsSpan(i, 3).Reverse();
                }
            }

            TiffSamples.WidenFloats(decoded, samples, layout.Bits);
        }
        else
        {
            TiffSamples.Unpack(decoded, samples, layout.Bits, layout.SampleType, rowSamples, rows);
        }

        return samples;
    }

    private DecodedBlock DecodeJpeg(int block, ReadOnlySpan<byte> data, int rows)
    {
        byte[] planes = buffers.Rent(layout.BlockWidth * rows * layout.BlockBands);
        string? fault = JpegBlockDecoder.Decode(
            data, _jpegTables, planes, layout.BlockWidth, rows, layout.BlockBands, isYCbCr: layout.Photometric == 6);
        return fault is null ? new DecodedBlock(planes, 1, layout.BlockWidth * rows) : throw Damaged(block, fault);
    }

    private DecodedBlock DecodeWebP(int block, ReadOnlySpan<byte> data, int rows)
    {
        byte[] pixels = buffers.Rent(checked(layout.BlockWidth * rows * 4));
        string? fault = WebPBlockDecoder.Decode(data, pixels, layout.BlockWidth, rows);
        return fault is null ? new DecodedBlock(pixels, 4, 1) : throw Damaged(block, fault);
    }

    /// <summary>A block that a sparse file leaves out reads as "no data", or as zeros.</summary>
    private void Unwritten(Span<byte> samples)
    {
        if (noData is double value && value != 0)
        {
            Fill(samples, layout.SampleType, value);
        }
        else
        {
            samples.Clear();
        }
    }

    private static void Fill(Span<byte> bytes, SampleType type, double value)
    {
        switch (type)
        {
            case SampleType.UInt8:
                bytes.Fill((byte)value);
                break;
            case SampleType.Int8:
                bytes.Fill((byte)(sbyte)value);
                break;
            case SampleType.UInt16:
                MemoryMarshal.Cast<byte, ushort>(bytes).Fill((ushort)value);
                break;
            case SampleType.Int16:
                MemoryMarshal.Cast<byte, short>(bytes).Fill((short)value);
                break;
            case SampleType.UInt32:
                MemoryMarshal.Cast<byte, uint>(bytes).Fill((uint)value);
                break;
            case SampleType.Int32:
                MemoryMarshal.Cast<byte, int>(bytes).Fill((int)value);
                break;
            case SampleType.UInt64:
                MemoryMarshal.Cast<byte, ulong>(bytes).Fill((ulong)value);
                break;
            case SampleType.Int64:
                MemoryMarshal.Cast<byte, long>(bytes).Fill((long)value);
                break;
            case SampleType.Float32:
                MemoryMarshal.Cast<byte, float>(bytes).Fill((float)value);
                break;
            default:
                MemoryMarshal.Cast<byte, double>(bytes).Fill(value);
                break;
        }
    }

    private LearnFormatException Damaged(int block, string what, Exception? inner = null)
    {
        int inPlane = block % layout.BlocksPerPlane;
        string name = layout.IsTiled ? $"tile (column {inPlane % layout.BlocksAcross}, row {inPlane / layout.BlocksAcross})" : $"strip {inPlane}";
        string band = layout.IsPlanar ? $" of band {(block / layout.BlocksPerPlane) + 1}" : "";
        return new LearnFormatException($"is damaged: {name}{band} {what}.", layout.Directory.Source.Path, inner: inner);
    }
}
