using System.Diagnostics.CodeAnalysis;
using ArcLearn.Core.Rasters;
using ArcLearn.Core.Rasters.Warp;

namespace ArcLearn.Core.Inference;

/// <summary>Reads the samples of tiles as the model saw them in training: raw values, what lies beyond the raster filled with nodata, or 0 without one.</summary>
internal sealed class TileReader
{
    private readonly IRaster _raster;
    private readonly int[] _bands;
    private readonly float _fill;
    private readonly bool _hasNoData;

    /// <param name="chosen">The bands to read, from 0; null for the first ones.</param>
    public TileReader(IRaster raster, int bands, IReadOnlyList<int>? chosen = null)
    {
        _raster = raster;
        _bands = [.. chosen ?? Enumerable.Range(0, bands)];

        // Some files name a nodata value that their samples cannot take, such as -9999 in 8 bits: no pixel has it.
        _hasNoData = raster.NoData is double value && SampleTypes.Represent(value, raster.SampleType) is not null;
        _fill = _hasNoData ? (float)raster.NoData!.Value : 0;
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

            _raster.Read(tile.Window, _bands, chip, _fill);
        }
        catch (Exception e) when (e is not (OperationCanceledException or OutOfMemoryException))
        {
            throw new LearnDataException("TileFailed", $"{_raster.Path}: {tile} cannot be read. {e.Message}", _raster.Path, e);
        }

        return !_hasNoData || chip.ContainsAnyExcept(_fill);
    }
}
