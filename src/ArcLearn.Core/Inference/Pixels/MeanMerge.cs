using System.Numerics.Tensors;
using ArcLearn.Core.Data;
using ArcLearn.Core.Rasters;

namespace ArcLearn.Core.Inference;

/// <summary>
/// Adds the probabilities of all tiles that see a pixel, in the order of the tiles, and hands on each tile's core when the last of them has come. The
/// sums of the rows of tiles that are not decided yet are held in memory.
/// </summary>
internal sealed class MeanMerge : ITileSink<ScoreTile>, IDisposable
{
    private readonly TileSelection _wanted;
    private readonly TileGrid _grid;
    private readonly int _reach;
    private readonly int _channels;
    private readonly ArrayStock<float> _stock;
    private readonly Action<ClassTile> _accept;
    private readonly Action<FailedTile> _failAround;
    private readonly PixelScores _math;
    private readonly CorePacker _packer;
    private readonly HashSet<int> _chosen;
    private readonly bool _keepsShares;
    private readonly Dictionary<int, OpenCore> _open = [];
    private int _next;

    /// <param name="wanted">The tiles of the run.</param>
    /// <param name="first">The place among them to begin at.</param>
    /// <param name="reach">See <see cref="PixelPlan.Reach"/>.</param>
    /// <param name="stock">Where the tiles' memory goes.</param>
    /// <param name="accept">Takes the wanted tiles in their order.</param>
    /// <param name="failAround">Takes others that could not be read, before the wanted ones that lack their probabilities.</param>
    public MeanMerge(
        TileSelection wanted, int first, int reach, int channels, PixelRunOptions options, ArrayStock<float> stock, Action<ClassTile> accept, Action<FailedTile> failAround)
    {
        (_wanted, _grid, _next, _reach, _channels, _stock, _accept, _failAround) = (wanted, wanted.Grid, first, reach, channels, stock, accept, failAround);
        _keepsShares = options.HasProbabilities;
        int largest = _grid.ChipSize * _grid.ChipSize;
        _math = new PixelScores(channels, _grid.ChipSize, options.PredictBackground ? 0 : 1);
        _packer = new CorePacker(channels, options, largest);
        _chosen = [.. Enumerable.Range(first, wanted.Count - first).Select(ordinal => wanted[ordinal].Index)];
    }

    public int Finished => 0;

    public int Skipped => 0;

    /// <summary>The wanted tiles from a place on, and all whose windows reach into their cores.</summary>
    public static TileSelection Around(TileSelection wanted, int first, int reach)
    {
        TileGrid grid = wanted.Grid;
        HashSet<int> tiles = [];
        for (int ordinal = first; ordinal < wanted.Count; ordinal++)
        {
            Tile tile = wanted[ordinal];
            for (int row = Math.Max(0, tile.Row - reach); row <= Math.Min(grid.Rows - 1, tile.Row + reach); row++)
            {
                for (int column = Math.Max(0, tile.Column - reach); column <= Math.Min(grid.Columns - 1, tile.Column + reach); column++)
                {
                    _ = tiles.Add((row * grid.Columns) + column);
                }
            }
        }

        int[] inOrder = [.. tiles];
        Array.Sort(inOrder);
        return new TileSelection(grid, inOrder);
    }

    public void Accept(ScoreTile result)
    {
        if (result.Failure is string reason && !_chosen.Contains(result.Tile))
        {
            _failAround(new FailedTile(result.Tile, reason));
        }

        Tile tile = _grid[result.Tile];
        for (int row = Math.Max(0, tile.Row - _reach); row <= Math.Min(_grid.Rows - 1, tile.Row + _reach); row++)
        {
            for (int column = Math.Max(0, tile.Column - _reach); column <= Math.Min(_grid.Columns - 1, tile.Column + _reach); column++)
            {
                int index = (row * _grid.Columns) + column;
                if (_chosen.Contains(index))
                {
                    Add(tile, result, _grid[index]);
                }
            }
        }

        if (result.Shares is float[] shares)
        {
            _stock.Give(shares);
        }

        while (_next < _wanted.Count && LastReaching(_wanted[_next]) <= result.Tile)
        {
            Close(_wanted[_next++]);
        }
    }

    public void Dispose() => _packer.Dispose();

    /// <summary>The last tile whose window reaches into a tile's core.</summary>
    private int LastReaching(in Tile tile) =>
        (Math.Min(_grid.Rows - 1, tile.Row + _reach) * _grid.Columns) + Math.Min(_grid.Columns - 1, tile.Column + _reach);

    private void Add(in Tile from, ScoreTile result, in Tile to)
    {
        if (!_open.TryGetValue(to.Index, out OpenCore? core))
        {
            _open[to.Index] = core = new OpenCore();
        }

        if (from.Index == to.Index)
        {
            core.Own = result;
        }

        if (result.Shares is not float[] shares)
        {
            return;
        }

        int area = (int)to.Core.Area;
        if (core.Sums is null)
        {
            core.Sums = _stock.Take(_channels * area);
            Array.Clear(core.Sums);
        }

        PixelWindow shared = from.Window.Intersect(to.Core);
        int side = _grid.ChipSize;
        for (int channel = 0; channel < _channels; channel++)
        {
            for (int row = shared.Row; row < shared.Bottom; row++)
            {
                ReadOnlySpan<float> line = shares.AsSpan((((channel * side) + row - from.Window.Row) * side) + shared.Column - from.Window.Column, shared.Width);
                Span<float> sums = core.Sums.AsSpan((channel * area) + ((row - to.Core.Row) * to.Core.Width) + shared.Column - to.Core.Column, shared.Width);
                TensorPrimitives.Add(sums, line, sums);
            }
        }
    }

    private void Close(in Tile tile)
    {
        OpenCore core = _open[tile.Index];
        _ = _open.Remove(tile.Index);
        ScoreTile own = core.Own!;
        _accept(own.Shares is null
            ? new ClassTile(tile.Index, own.IsSkipped, null, null, own.Failure)
            : Decide(tile, core.Sums!, own.Missing));
        if (core.Sums is float[] sums)
        {
            _stock.Give(sums);
        }
    }

    private ClassTile Decide(in Tile tile, float[] sums, byte[]? missing)
    {
        int area = (int)tile.Core.Area;
        int width = tile.Core.Width;
        Span<ushort> places = _packer.Places(area);
        for (int start = 0; start < area; start += width)
        {
            _math.Choose(sums, area, start, places.Slice(start, width));
            if (_keepsShares)
            {
                _math.Normalize(sums, area, start, width);
            }
        }

        return _packer.Pack(tile, sums, start: 0, width, area, missing ?? []);
    }

    /// <summary>A core that more tiles reach into.</summary>
    private sealed class OpenCore
    {
        public float[]? Sums { get; set; }

        /// <summary>What its own tile came to, its memory given back.</summary>
        public ScoreTile? Own { get; set; }
    }
}
