using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using ArcLearn.Core.Rasters;
using ArcLearn.Core.Rasters.Warp;

namespace ArcLearn.Core.Inference;

/// <summary>
/// Reads the samples of tiles as the model saw them in training: raw values, what lies beyond the raster filled with nodata, or 0 without one. Nodata of 8 bits
/// is a value like others, since dark or bright pixels have it too; of all other types it is NaN, for which a model takes the mean of the band.
/// </summary>
internal sealed class TileReader
{
    private readonly IRaster _raster;
    private readonly int[] _bands;
    private readonly float _fill;
    private readonly bool _hasNoData;
    private readonly bool _isMarked;
    private readonly float?[] _marks;
    private readonly float[] _missing;

    /// <param name="chosen">The bands to read, from 0; null for the first ones.</param>
    public TileReader(IRaster raster, int bands, IReadOnlyList<int>? chosen = null)
    {
        _raster = raster;
        _bands = [.. chosen ?? Enumerable.Range(0, bands)];

        // Some files name a nodata value that their samples cannot take, such as -9999 in 8 bits: no pixel has it.
        bool CanHold(double? value) => value is double number && SampleTypes.Represent(number, raster.SampleType) is not null;
        _fill = CanHold(raster.NoData) ? (float)raster.NoData!.Value : 0;
        _isMarked = raster.SampleType != SampleType.UInt8;
        IReadOnlyList<RasterBand> info = raster.BandInfo;

        // The files of a stack may have different nodata values.
        double?[] noData = [.. _bands.Select(band => info[band].NoData ?? (raster.SampleType is SampleType.UInt8 or SampleType.UInt16 ? raster.NoData : null))];
        _marks = [.. noData.Select(value => (float?)value)];
        _hasNoData = noData.All(CanHold);
        _missing = [.. _marks.Select(mark => _isMarked ? float.NaN : mark ?? float.NaN)];
    }

    /// <summary>Floats of one chip of this side.</summary>
    public int ChipLength(int chipSize) => checked(_bands.Length * chipSize * chipSize);

    /// <summary>Whether an error says that a tile's samples could not be read, and in which words; any other fault of the run is none of the tile's.</summary>
    public static bool IsFault(LearnDataException error, [NotNullWhen(true)] out string? reason)
    {
        reason = error is { Id: "TileFailed", InnerException: IOException or LearnFormatException or UnauthorizedAccessException } ? error.InnerException.Message : null;
        return reason is not null;
    }

    /// <summary>Reads a tile's window.</summary>
    /// <param name="tile">Which.</param>
    /// <param name="chip"><c>[Bands, ChipSize, ChipSize]</c>.</param>
    /// <returns>False for a window that is wholly nodata, or one that the raster under another grid does not reach.</returns>
    /// <exception cref="LearnDataException">TileFailed: names the tile; the cause is inside.</exception>
    public bool Read(in Tile tile, Span<float> chip)
    {
        try
        {
            if (_raster is GridRaster view && !view.Reaches(tile.Window))
            {
                return false;
            }

            ReadBands(tile.Window, chip);
            Mark(chip);
        }
        catch (Exception e) when (e is not (OperationCanceledException or OutOfMemoryException))
        {
            throw Failed(tile, e);
        }

        return !(_isMarked || _hasNoData) || HasData(tile.Window, chip);
    }

    /// <summary>Tells the pixels of a tile's core that have no data: in none of the bands, or masked in the file.</summary>
    /// <param name="chip">What <see cref="Read"/> gave.</param>
    /// <param name="missing">1 for each pixel of the core without data, else 0.</param>
    /// <returns>Whether there is one.</returns>
    /// <exception cref="LearnDataException">TileFailed.</exception>
    public bool FindMissing(in Tile tile, ReadOnlySpan<float> chip, Span<byte> missing)
    {
        PixelWindow core = tile.Core;
        missing.Clear();
        if (_isMarked || _hasNoData)
        {
            int side = tile.Window.Width;
            int plane = side * tile.Window.Height;
            for (int row = 0; row < core.Height; row++)
            {
                int at = ((core.Row - tile.Window.Row + row) * side) + core.Column - tile.Window.Column;
                Span<byte> line = missing.Slice(row * core.Width, core.Width);
                for (int column = 0; column < line.Length; column++)
                {
                    int band = 0;
                    while (band < _bands.Length && chip[(band * plane) + at + column].Equals(_missing[band]))
                    {
                        band++;
                    }

                    line[column] = band == _bands.Length ? (byte)1 : (byte)0;
                }
            }
        }

        if (_raster.HasMask)
        {
            AddMasked(tile, missing);
        }

        return missing.Contains((byte)1);
    }

    private void AddMasked(in Tile tile, Span<byte> missing)
    {
        byte[] valid = ArrayPool<byte>.Shared.Rent(missing.Length);
        try
        {
            _raster.ReadMask(tile.Core, valid.AsSpan(0, missing.Length));
            for (int i = 0; i < missing.Length; i++)
            {
                missing[i] |= valid[i] == 0 ? (byte)1 : (byte)0;
            }
        }
        catch (Exception e) when (e is not (OperationCanceledException or OutOfMemoryException))
        {
            throw Failed(tile, e);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(valid);
        }
    }

    /// <summary>Whether a band has another value than its nodata somewhere within the raster.</summary>
    private bool HasData(PixelWindow window, ReadOnlySpan<float> chip)
    {
        PixelWindow inside = window.Intersect(new PixelWindow(0, 0, _raster.Width, _raster.Height));
        int plane = chip.Length / _bands.Length;
        for (int band = 0; band < _bands.Length; band++)
        {
            for (int row = inside.Row; row < inside.Bottom; row++)
            {
                int at = (band * plane) + ((row - window.Row) * window.Width) + inside.Column - window.Column;
                if (chip.Slice(at, inside.Width).ContainsAnyExcept(_missing[band]))
                {
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>A cell of another grid that finds no value in a band takes what the reader fills with: that band's nodata, which another band may have as a value.</summary>
    private void ReadBands(PixelWindow window, Span<float> chip)
    {
        if (_raster is not GridRaster || !_hasNoData || Array.TrueForAll(_marks, mark => mark == _fill))
        {
            _raster.Read(window, _bands, chip, _fill);
            return;
        }

        int plane = chip.Length / _bands.Length;
        for (int band = 0; band < _bands.Length; band++)
        {
            _raster.Read(window, [_bands[band]], chip.Slice(band * plane, plane), _marks[band]!.Value);
        }
    }

    private void Mark(Span<float> chip)
    {
        int plane = chip.Length / _bands.Length;
        for (int band = 0; band < _bands.Length && _isMarked; band++)
        {
            if (_marks[band] is float mark && !float.IsNaN(mark))
            {
                chip.Slice(band * plane, plane).Replace(mark, float.NaN);
            }
        }
    }

    private LearnDataException Failed(in Tile tile, Exception cause) =>
        new("TileFailed", $"{_raster.Path}: {tile} cannot be read. {cause.Message}", _raster.Path, cause);
}
