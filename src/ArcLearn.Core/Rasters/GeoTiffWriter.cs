using ArcLearn.Core.IO;
using ArcLearn.Core.Rasters.Tiff;

namespace ArcLearn.Core.Rasters;

/// <summary>
/// Writes a tiled, Deflate-compressed GeoTIFF of any size piece by piece, in memory for a row of tiles only. Compression runs on all cores;
/// the bytes depend on the samples alone. The file appears under its name at <see cref="Complete"/>; without that nothing stays.
/// </summary>
internal sealed class GeoTiffWriter : IDisposable
{
    private readonly IFileSystem _files;
    private readonly string _path;
    private readonly string _partial;
    private readonly TiffFormat _format;
    private readonly TiffBlockEncoder _encoder;
    private readonly TiffFileWriter _writer;
    private readonly Stream _stream;
    private readonly GeoTransform? _transform;
    private readonly SpatialReference? _crs;
    private readonly double? _noData;
    private readonly Dictionary<int, byte[]> _waiting = [];
    private readonly object _gate = new();
    private byte[]? _band;
    private int _bandRows;
    private int _rows;
    private bool _isClosed;

    public GeoTiffWriter(
        IFileSystem files,
        string path,
        int width,
        int height,
        int bands,
        SampleType sampleType,
        GeoTransform? transform,
        SpatialReference? crs,
        double? noData,
        int tileSize = 256,
        bool isColor = false)
    {
        _format = TiffFormat.Tiled(width, height, bands, sampleType, tileSize) with { IsColor = isColor };
        (_files, _path, _transform, _crs, _noData) = (files, path, transform, crs, noData);
        _encoder = new TiffBlockEncoder(_format);
        _partial = FileSystemExtensions.PartialName(path);
        _stream = files.Create(_partial);
        try
        {
            _writer = new TiffFileWriter(_stream, _format);
        }
        catch
        {
            Abandon();
            throw;
        }
    }

    public int TilesAcross => _format.BlocksAcross;

    public int TilesDown => _format.BlocksDown;

    /// <summary>Adds the next rows from the top. Not together with <see cref="WriteTile"/>, and from one thread at a time.</summary>
    /// <param name="rowCount">How many.</param>
    /// <param name="samples">Band after band: sample <c>(band·rowCount + row)·width + column</c>, 16-bit ones little-endian.</param>
    public void WriteRows(int rowCount, ReadOnlySpan<byte> samples)
    {
        int rowBytes = _format.Width * _format.SampleBytes;
        if (rowCount < 0 || rowCount > _format.Height - _rows || samples.Length != (long)rowCount * rowBytes * _format.Bands)
        {
            throw new ArgumentException(
                $"{samples.Length} bytes are not {rowCount} of the {_format.Height - _rows} missing rows of {_format.Width} pixels and {_format.Bands} bands.");
        }

        _band ??= new byte[checked((int)((long)rowBytes * _format.Bands * _format.BlockHeight))];
        for (int first = 0; first < rowCount;)
        {
            int wanted = Math.Min(_format.BlockHeight, _format.Height - (_rows - _bandRows));
            int taken = Math.Min(rowCount - first, wanted - _bandRows);
            for (int band = 0; band < _format.Bands; band++)
            {
                // The buffer's planes have as many rows as this row of tiles: the last may be lower.
                samples.Slice(((band * rowCount) + first) * rowBytes, taken * rowBytes)
                    .CopyTo(_band.AsSpan(((band * wanted) + _bandRows) * rowBytes));
            }

            first += taken;
            _rows += taken;
            _bandRows += taken;
            if (_bandRows == wanted)
            {
                FlushBand(wanted);
            }
        }
    }

    /// <summary>Writes one tile; any thread, any order, but tiles that come early wait in memory, compressed, for those before them.</summary>
    /// <param name="column">Tile column.</param>
    /// <param name="row">Tile row.</param>
    /// <param name="samples">Band after band, each of tile size by tile size samples; what lies beyond the raster is not looked at by readers.</param>
    public void WriteTile(int column, int row, ReadOnlySpan<byte> samples)
    {
        long length = (long)_format.BlockWidth * _format.BlockHeight * _format.Bands * _format.SampleBytes;
        if (column < 0 || column >= TilesAcross || row < 0 || row >= TilesDown || samples.Length != length)
        {
            throw new ArgumentException($"{samples.Length} bytes are no tile ({column}, {row}) of {length} bytes among {TilesAcross} by {TilesDown}.");
        }

        Add((row * TilesAcross) + column, _encoder.EncodeTile(samples));
    }

    /// <summary>Ends the file and gives it its name; an old one is replaced.</summary>
    /// <exception cref="InvalidOperationException">Rows or tiles are missing.</exception>
    public void Complete()
    {
        ObjectDisposedException.ThrowIf(_isClosed, this);
        try
        {
            _writer.Complete(_transform, _crs, _noData);
            _stream.Flush();
            _stream.Dispose();
            _files.Move(_partial, _path, overwrite: true);
            _isClosed = true;
        }
        catch
        {
            Abandon();
            throw;
        }
    }

    public void Dispose()
    {
        if (!_isClosed)
        {
            Abandon();
        }
    }

    private void FlushBand(int rows)
    {
        int firstTile = (_rows - 1) / _format.BlockHeight * TilesAcross;
        byte[][] encoded = new byte[TilesAcross][];
        Parallel.For(0, TilesAcross, column => encoded[column] = _encoder.EncodeRows(_band, rows, 0, column * _format.BlockWidth));
        for (int column = 0; column < TilesAcross; column++)
        {
            Add(firstTile + column, encoded[column]);
        }

        _bandRows = 0;
    }

    private void Add(int index, byte[] block)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isClosed, this);
            if (index < _writer.Count || !_waiting.TryAdd(index, block))
            {
                throw new InvalidOperationException($"Tile {index} was written twice.");
            }

            while (_waiting.Remove(_writer.Count, out byte[]? next))
            {
                _writer.Append(next);
            }
        }
    }

    private void Abandon()
    {
        _isClosed = true;
        try
        {
            _stream.Dispose();
        }
        catch (IOException)
        {
            // A full disk fails again when the stream's buffer is flushed; the first failure is the one to report.
        }

        FileSystemExtensions.TryDelete(_files, _partial);
    }
}
