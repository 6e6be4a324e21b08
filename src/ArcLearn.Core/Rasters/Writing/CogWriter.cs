using ArcLearn.Core.IO;
using ArcLearn.Core.Rasters.Tiff;

namespace ArcLearn.Core.Rasters.Writing;

/// <summary>
/// Writes a cloud-optimised GeoTIFF row by row: all directories first, then the tiles of the smallest overview to those of the raster itself. In
/// memory is one row of tiles for each level; compressed tiles wait in files beside the output. The file appears under its name at
/// <see cref="Complete"/>; without that nothing stays. The bytes depend on the samples alone.
/// </summary>
internal sealed class CogWriter : IDisposable
{
    // Positions behind this need BigTIFF; the margin holds the directories.
    private const long ClassicLimit = (4L << 30) - (64L << 20);

    private readonly IFileSystem _files;
    private readonly string _path;
    private readonly RasterWriteOptions _options;
    private readonly List<(PyramidLevel Level, string File)> _levels = [];
    private readonly BandStatistics _statistics;
    private readonly SortedDictionary<string, string> _items = new(StringComparer.Ordinal);
    private int _rows;
    private bool _isClosed;

    /// <exception cref="ArgumentException">The sizes or the tile size are none that TIFF allows.</exception>
    public CogWriter(IFileSystem files, string path, RasterWriteOptions options)
    {
        if (options.Classes.Count > 0 && options.Bands.Count != 1)
        {
            throw new ArgumentException($"{options.Classes.Count} classes cannot be the values of {options.Bands.Count} bands.");
        }

        if (options.ColorTable.Count == 0)
        {
            options = options with { ColorTable = RasterAttributeTable.Colors(options.Classes) };
        }

        (_files, _path, _options) = (files, path, options);
        _statistics = new BandStatistics(options);
        List<TiffFormat> formats = [];
        (int width, int height) = (options.Width, options.Height);
        while (true)
        {
            formats.Add(TiffFormat.Tiled(width, height, options.Bands.Count, options.SampleType, options.TileSize) with { Compression = options.Compression, IsColor = options.IsColor });
            if (width <= options.TileSize && height <= options.TileSize)
            {
                break;
            }

            (width, height) = ((width + 1) / 2, (height + 1) / 2);
        }

        try
        {
            PyramidLevel? next = null;
            for (int i = formats.Count - 1; i >= 0; i--)
            {
                string file = FileSystemExtensions.PartialName(path);
                next = new PyramidLevel(options, formats[i], files.Create(file), next);
                _levels.Insert(0, (next, file));
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Adds the next rows from the top; from one thread at a time.</summary>
    /// <param name="rowCount">How many.</param>
    /// <param name="samples">Band after band: sample <c>(band·rowCount + row)·width + column</c>, little-endian.</param>
    public void WriteRows(int rowCount, ReadOnlySpan<byte> samples)
    {
        ObjectDisposedException.ThrowIf(_isClosed, this);
        long length = (long)rowCount * _options.Width * _options.SampleType.Bytes() * _options.Bands.Count;
        if (rowCount < 0 || rowCount > _options.Height - _rows || samples.Length != length)
        {
            throw new ArgumentException($"{samples.Length} bytes are not {rowCount} of the {_options.Height - _rows} missing rows.");
        }

        _statistics.Add(rowCount, samples);
        _levels[0].Level.AddRows(rowCount, samples);
        _rows += rowCount;
    }

    /// <summary>Lets the file say something of itself, among GDAL's metadata; until it is complete.</summary>
    public void Describe(string name, string value) => _items[name] = value;

    /// <summary>Ends the file and gives it its name; an old one is replaced.</summary>
    /// <exception cref="InvalidOperationException">Rows are missing.</exception>
    public void Complete()
    {
        using StagedFiles staged = new(_files);
        Stage(staged);
        staged.Commit();
    }

    /// <summary>Ends the file and its side file; <paramref name="staged"/> gives them their names, the file its last.</summary>
    /// <exception cref="InvalidOperationException">Rows are missing.</exception>
    public void Stage(StagedFiles staged)
    {
        ObjectDisposedException.ThrowIf(_isClosed, this);
        if (!_levels.TrueForAll(level => level.Level.IsComplete))
        {
            throw new InvalidOperationException($"{_rows} of {_options.Height} rows were written.");
        }

        SideFile.Write(staged, _path, _options.Classes, _statistics.ClassCounts);
        staged.Write(_path, Assemble);
        Dispose();
    }

    public void Dispose()
    {
        _isClosed = true;
        foreach ((PyramidLevel level, string file) in _levels)
        {
            try
            {
                level.Blocks.Dispose();
            }
            catch (IOException)
            {
                // A full disk fails again when the stream's buffer is flushed; the first failure is the one to report.
            }

            FileSystemExtensions.TryDelete(_files, file);
        }

        _levels.Clear();
    }

    private void Assemble(Stream stream)
    {
        long data = _levels.Sum(level => level.Level.Lengths.Sum());
        bool isBig = data > ClassicLimit;

        // The sizes of the directories do not depend on the positions in them, so a first pass with zeros finds all places.
        long position = isBig ? 16 : 8;
        long[] places = new long[_levels.Count];
        for (int i = 0; i < places.Length; i++)
        {
            places[i] = position;
            position += Directory(i, new long[_levels[i].Level.Lengths.Length], isBig, position, 0).Length;
            position += position & 1;
        }

        long[][] offsets = new long[_levels.Count][];
        for (int i = offsets.Length - 1; i >= 0; i--)
        {
            long[] lengths = _levels[i].Level.Lengths;
            offsets[i] = new long[lengths.Length];
            for (int block = 0; block < lengths.Length; block++)
            {
                offsets[i][block] = position;
                position += lengths[block];
            }
        }

        stream.Write(new TiffFields(isBig).Header(places[0]));
        for (int i = 0; i < places.Length; i++)
        {
            Pad(stream, places[i]);
            stream.Write(Directory(i, offsets[i], isBig, places[i], i + 1 < places.Length ? places[i + 1] : 0));
        }

        for (int i = offsets.Length - 1; i >= 0; i--)
        {
            Pad(stream, offsets[i][0]);
            Stream blocks = _levels[i].Level.Blocks;
            blocks.Position = 0;
            blocks.CopyTo(stream, 1 << 20);
        }
    }

    private static void Pad(Stream stream, long position)
    {
        if (stream.Position < position)
        {
            stream.Write(new byte[position - stream.Position]);
        }
    }

    private byte[] Directory(int level, long[] offsets, bool isBig, long position, long next)
    {
        TiffFields fields = new(isBig);
        TiffFormat format = _levels[level].Level.Format;
        bool isPalette = _options.ColorTable.Count > 0 && format.Bands == 1 && _options.SampleType is SampleType.UInt8 or SampleType.UInt16;
        TiffImageFields.Add(fields, format, offsets, _levels[level].Level.Lengths, _options.Bands[0].NoData, isPalette);
        if (isPalette)
        {
            fields.AddShorts(TiffTag.ColorMap, TiffColorMap.Values(_options.ColorTable, 1 << (8 * format.SampleBytes)));
        }

        if (level > 0)
        {
            fields.AddLongs(TiffTag.NewSubfileType, 1);
        }
        else
        {
            GeoTiffFields.Add(fields, _options.Transform, _options.SpatialReference);
            if (GdalMetadata.Write(_options.Bands, _statistics, _items) is string metadata)
            {
                fields.AddUtf8Text(TiffTag.GdalMetadata, metadata);
            }
        }

        return fields.Directory(position, next);
    }
}
