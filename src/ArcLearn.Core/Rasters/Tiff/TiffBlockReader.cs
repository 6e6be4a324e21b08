using System.Buffers;
using System.IO.Compression;
using System.Runtime.InteropServices;
using ArcLearn.Core.Rasters.Jpeg;
using ZstdSharp;

namespace ArcLearn.Core.Rasters.Tiff;

/// <summary>Reads and decodes one block at a time; holds no state, so any number of threads may.</summary>
internal sealed class TiffBlockReader
{
    private const int WholeReadBytes = 1 << 16;

    private readonly TiffLayout _layout;
    private readonly BlockBuffers _buffers;
    private readonly double? _noData;
    private readonly byte[] _jpegTables = [];
    private readonly JpegHeader _jpegHeader = new();

    public TiffBlockReader(TiffLayout layout, BlockBuffers buffers, double? noData)
    {
        (_layout, _buffers, _noData) = (layout, buffers, noData);
        if (layout.Compression == TiffCompression.Jpeg && layout.Directory.Has(TiffTag.JpegTables))
        {
            _jpegTables = layout.Directory.Bytes(TiffTag.JpegTables);
            _ = _jpegHeader.Read(_jpegTables); // tables that cannot be read are missed in the blocks
        }
    }

    /// <exception cref="LearnFormatException">The block is damaged.</exception>
    /// <exception cref="IOException">The disk failed.</exception>
    public DecodedBlock Read(int block)
    {
        int rows = _layout.BlockRows(block);
        long stored = _layout.RowBytes * rows;
        if (_layout.Lengths[block] == 0)
        {
            byte[] samples = _buffers.Rent(rows * _layout.BlockWidth * _layout.BlockBands * _layout.SampleBytes);
            Unwritten(samples);
            return Interleaved(samples);
        }

        int read = (int)Math.Min(CheckedLength(block, rows, stored), Array.MaxLength);
        byte[] raw = ArrayPool<byte>.Shared.Rent(read);
        try
        {
            Span<byte> data = raw.AsSpan(0, read);
            _layout.Directory.Source.Read(_layout.Offsets[block], data);
            if (_layout.ReversesBits)
            {
                TiffSamples.ReverseBits(data);
            }

            return _layout.Compression switch
            {
                TiffCompression.Jpeg when _layout.BlockBands is 1 or 3 => DecodeJpeg(block, data, rows),
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
        int pixelBytes = _layout.BlockBands * _layout.SampleBytes;
        int rowBytes = (int)_layout.RowBytes;
        PixelWindow touched = stored with { Row = area.Row, Height = area.Height };
        if (_layout.Lengths[block] == 0)
        {
            Unwritten(samples[..(area.Height * rowBytes)]);
            return touched;
        }

        _ = CheckedLength(block, stored.Height, _layout.RowBytes * stored.Height);
        long start = _layout.Offsets[block] + ((long)(area.Row - stored.Row) * rowBytes);
        int read = area.Height * rowBytes;
        if (read <= WholeReadBytes || area.Width >= stored.Width / 4)
        {
            _layout.Directory.Source.Read(start, samples[..read]);
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
                _layout.Directory.Source.Read(start + ((long)row * rowBytes), samples.Slice(row * part, part));
            }
        }

        TiffSamples.ToNativeOrder(samples[..read], _layout.SampleBytes, _layout.Directory.IsBigEndian);
        return touched;
    }

    /// <summary>Bytes of the block in the file, of which enough are there.</summary>
    private long CheckedLength(int block, int rows, long stored)
    {
        long length = _layout.Lengths[block];
        if (_layout.Compression == TiffCompression.None)
        {
            length = Math.Min(length, stored); // nothing is behind the samples that could matter
        }

        if (length < 0 || length > _layout.Directory.Source.Length - _layout.Offsets[block])
        {
            throw Damaged(block, $"is said to be {length} bytes at {_layout.Offsets[block]}, beyond the file's {_layout.Directory.Source.Length}");
        }

        if (stored / TiffCompression.MaximumRatio(_layout.Compression) > length)
        {
            throw Damaged(block, $"has {length} bytes, too few for {_layout.BlockWidth} by {rows} pixels");
        }

        return length;
    }

    private DecodedBlock Interleaved(byte[] samples) => new(samples, _layout.BlockBands, 1);

    private DecodedBlock Decode(int block, byte[] raw, int length, int rows, int stored)
    {
        byte[] decoded = _buffers.Rent(stored);
        int written = Decompress(block, raw, length, decoded, rows);
        return written >= stored ? Finish(decoded, rows) : throw Damaged(block, $"holds {written} of its {stored} bytes");
    }

    private int Decompress(int block, byte[] raw, int length, byte[] output, int rows)
    {
        ReadOnlySpan<byte> data = raw.AsSpan(0, length);
        switch (_layout.Compression)
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
                return LibTiffDecoder.Decode(_layout, data, _jpegTables, rows, output, output.Length);
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
        int bands = _layout.BlockBands;
        int rowSamples = _layout.BlockWidth * bands;
        bool isBigEndian = _layout.Directory.IsBigEndian;
        int storedBytes = _layout.Bits / 8;
        if (_layout.Predictor == 3)
        {
            int rowBytes = (int)_layout.RowBytes;
            byte[] scratch = ArrayPool<byte>.Shared.Rent(rowBytes);
            for (int row = 0; row < rows; row++)
            {
                TiffSamples.UndoFloatingPoint(decoded.AsSpan(row * rowBytes, rowBytes), scratch, storedBytes, bands);
            }

            ArrayPool<byte>.Shared.Return(scratch);
        }
        else if (_layout.Bits is 16 or 32 or 64)
        {
            TiffSamples.ToNativeOrder(decoded, storedBytes, isBigEndian);
        }

        if (_layout.Predictor == 2)
        {
            int rowBytes = (int)_layout.RowBytes;
            for (int row = 0; row < rows; row++)
            {
                TiffSamples.UndoDifferences(decoded.AsSpan(row * rowBytes, rowBytes), storedBytes, bands);
            }
        }

        if (_layout.IsWholeBytes)
        {
            return Interleaved(decoded);
        }

        byte[] samples = Widen(decoded, rowSamples, rows);
        _buffers.Return(decoded);
        return Interleaved(samples);
    }

    private byte[] Widen(byte[] decoded, int rowSamples, int rows)
    {
        byte[] samples = _buffers.Rent(checked(rowSamples * rows * _layout.SampleBytes));
        bool isBigEndian = _layout.Directory.IsBigEndian;
        if (_layout.SampleType.IsFloatingPoint())
        {
            if (_layout.Bits == 24 && _layout.Predictor != 3 && isBigEndian == BitConverter.IsLittleEndian)
            {
                for (int i = 0; i < decoded.Length; i += 3)
                {
                    decoded.AsSpan(i, 3).Reverse();
                }
            }

            TiffSamples.WidenFloats(decoded, samples, _layout.Bits);
        }
        else
        {
            TiffSamples.Unpack(decoded, samples, _layout.Bits, _layout.SampleType, rowSamples, rows);
        }

        return samples;
    }

    private DecodedBlock DecodeJpeg(int block, ReadOnlySpan<byte> data, int rows)
    {
        byte[] planes = _buffers.Rent(_layout.BlockWidth * rows * _layout.BlockBands);
        string? fault = JpegBlockDecoder.Decode(
            data, _jpegTables, _jpegHeader, planes, _layout.BlockWidth, rows, _layout.BlockBands, isYCbCr: _layout.Photometric == 6);
        return fault is null ? new DecodedBlock(planes, 1, _layout.BlockWidth * rows) : throw Damaged(block, fault);
    }

    private DecodedBlock DecodeWebP(int block, ReadOnlySpan<byte> data, int rows)
    {
        byte[] pixels = _buffers.Rent(checked(_layout.BlockWidth * rows * 4));
        string? fault = WebPBlockDecoder.Decode(data, pixels, _layout.BlockWidth, rows);
        return fault is null ? new DecodedBlock(pixels, 4, 1) : throw Damaged(block, fault);
    }

    /// <summary>A block that a sparse file leaves out reads as "no data", or as zeros.</summary>
    private void Unwritten(Span<byte> samples)
    {
        if (_noData is double value && value != 0)
        {
            Fill(samples, _layout.SampleType, value);
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
        int inPlane = block % _layout.BlocksPerPlane;
        string name = _layout.IsTiled ? $"tile (column {inPlane % _layout.BlocksAcross}, row {inPlane / _layout.BlocksAcross})" : $"strip {inPlane}";
        string band = _layout.IsPlanar ? $" of band {(block / _layout.BlocksPerPlane) + 1}" : "";
        return new LearnFormatException($"is damaged: {name}{band} {what}.", _layout.Directory.Source.Path, inner: inner);
    }
}
