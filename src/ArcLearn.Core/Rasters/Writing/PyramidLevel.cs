using System.Buffers;
using System.Runtime.InteropServices;
using ArcLearn.Core.Rasters.Tiff;

namespace ArcLearn.Core.Rasters.Writing;

/// <summary>
/// One image of a file that is being written, the raster itself or an overview: takes rows from the top, holds one row of tiles, and puts the
/// compressed tiles into a stream of its own. Every two rows become one of the next level.
/// </summary>
internal sealed class PyramidLevel
{
    private readonly RasterWriteOptions _options;
    private readonly TiffBlockEncoder _encoder;
    private readonly Stream _blocks;
    private readonly PyramidLevel? _next;
    private readonly byte[] _band;
    private readonly int _rowBytes;
    private byte[]? _half;
    private int _bandRows;
    private int _rows;
    private int _count;

    public PyramidLevel(RasterWriteOptions options, TiffFormat format, Stream blocks, PyramidLevel? next)
    {
        (_options, Format, _blocks, _next) = (options, format, blocks, next);
        _encoder = new TiffBlockEncoder(format);
        _rowBytes = format.Width * format.SampleBytes;
        _band = new byte[checked((int)((long)_rowBytes * format.Bands * Math.Min(format.BlockHeight, format.Height)))];
        Lengths = new long[format.Blocks];
    }

    public TiffFormat Format { get; }

    public Stream Blocks => _blocks;

    /// <summary>Bytes of each tile, row by row.</summary>
    public long[] Lengths { get; }

    public bool IsComplete => _count == Lengths.Length;

    /// <param name="rowCount">How many rows follow.</param>
    /// <param name="samples">Band after band, little-endian.</param>
    public void AddRows(int rowCount, ReadOnlySpan<byte> samples)
    {
        for (int first = 0; first < rowCount;)
        {
            int wanted = Math.Min(Format.BlockHeight, Format.Height - (_rows - _bandRows));
            int taken = Math.Min(rowCount - first, wanted - _bandRows);
            for (int band = 0; band < Format.Bands; band++)
            {
                samples.Slice(((band * rowCount) + first) * _rowBytes, taken * _rowBytes).CopyTo(_band.AsSpan(((band * wanted) + _bandRows) * _rowBytes));
            }

            first += taken;
            _rows += taken;
            _bandRows += taken;
            if (_bandRows == wanted)
            {
                Flush(wanted);
            }
        }
    }

    private void Flush(int rows)
    {
        byte[][] encoded = new byte[Format.BlocksAcross][];
        ParallelOptions parallel = new() { MaxDegreeOfParallelism = _options.Workers > 0 ? _options.Workers : Environment.ProcessorCount };
        Parallel.For(0, encoded.Length, parallel, column => encoded[column] = _encoder.EncodeRows(_band, rows, 0, column * Format.BlockWidth));
        foreach (byte[] block in encoded)
        {
            _blocks.Write(block);
            Lengths[_count++] = block.Length;
        }

        _bandRows = 0;
        if (_next is not null)
        {
            // Tiles have an even number of rows, so only the last row of tiles ends with a row that has no partner.
            _next.AddRows((rows + 1) / 2, Halve(rows));
        }
    }

    /// <summary>Every two rows as one of the next level; the memory is the same each time.</summary>
    private ReadOnlySpan<byte> Halve(int rows)
    {
        int width = Format.Width;
        int halfWidth = (width + 1) / 2;
        int halfRows = (rows + 1) / 2;
        int size = Format.SampleBytes;
        int length = halfWidth * halfRows * Format.Bands * size;
        _half ??= new byte[length];
        for (int row = 0; row < halfRows * Format.Bands; row++)
        {
            (int band, int within) = Math.DivRem(row, halfRows);
            ReadOnlySpan<byte> source = _band.AsSpan(((band * rows) + (2 * within)) * _rowBytes, Math.Min(2, rows - (2 * within)) * _rowBytes);
            Span<byte> target = _half.AsSpan(row * halfWidth * size, halfWidth * size);
            if (_options.IsClassified)
            {
                Skip(source[.._rowBytes], target, size);
            }
            else
            {
                Mean(source, width, target);
            }
        }

        return _half.AsSpan(0, length);
    }

    /// <summary>Every second pixel of a row.</summary>
    private static void Skip(ReadOnlySpan<byte> source, Span<byte> target, int size)
    {
        switch (size)
        {
            case 1:
                Skip(source, target);
                break;
            case 2:
                Skip(MemoryMarshal.Cast<byte, ushort>(source), MemoryMarshal.Cast<byte, ushort>(target));
                break;
            case 4:
                Skip(MemoryMarshal.Cast<byte, uint>(source), MemoryMarshal.Cast<byte, uint>(target));
                break;
            default:
                Skip(MemoryMarshal.Cast<byte, ulong>(source), MemoryMarshal.Cast<byte, ulong>(target));
                break;
        }
    }

    private static void Skip<T>(ReadOnlySpan<T> source, Span<T> target)
    {
        for (int i = 0; i < target.Length; i++)
        {
            target[i] = source[2 * i];
        }
    }

    private void Mean(ReadOnlySpan<byte> source, int width, Span<byte> target)
    {
        int rows = source.Length / _rowBytes;
        double[] samples = ArrayPool<double>.Shared.Rent(width * rows);
        byte[] bytes = ArrayPool<byte>.Shared.Rent(source.Length);
        source.CopyTo(bytes);
        PixelWindow all = new(0, 0, width, rows);
        WindowCopy.Copy(new DecodedBlock(bytes, 1, width * rows), Format.SampleType, all, all, all, [0], samples.AsSpan(0, width * rows));
        SampleStore.Write(Means(samples, width, rows, _options.Bands[0].NoData), Format.SampleType, target);
        ArrayPool<double>.Shared.Return(samples);
        ArrayPool<byte>.Shared.Return(bytes);
    }

    /// <summary>Means of two by two pixels; nodata does not count, and where nothing else is it stays.</summary>
    private static double[] Means(double[] samples, int width, int rows, double? noData)
    {
        int halfWidth = (width + 1) / 2;
        double[] means = new double[halfWidth * ((rows + 1) / 2)];
        for (int i = 0; i < means.Length; i++)
        {
            (int row, int column) = Math.DivRem(i, halfWidth);
            double sum = 0;
            int count = 0;
            for (int y = 2 * row; y < Math.Min((2 * row) + 2, rows); y++)
            {
                for (int x = 2 * column; x < Math.Min((2 * column) + 2, width); x++)
                {
                    double sample = samples[(y * width) + x];
                    if (!Masks.IsNoData(sample, noData))
                    {
                        sum += sample;
                        count++;
                    }
                }
            }

            means[i] = count > 0 ? sum / count : noData!.Value;
        }

        return means;
    }
}
