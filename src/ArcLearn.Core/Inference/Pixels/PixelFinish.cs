using System.Numerics;
using System.Runtime.InteropServices;
using ArcLearn.Core.Chips.Labels;
using ArcLearn.Core.Rasters;
using ArcLearn.Core.Rasters.Writing;
using NetTopologySuite.Geometries;

namespace ArcLearn.Core.Inference;

/// <summary>What is written of a classification, and what it holds.</summary>
/// <param name="Content">See <see cref="RasterDigest"/>.</param>
/// <param name="ShareContent">The same of the probabilities; null where there are none.</param>
internal sealed record PixelContent(ClassArea[] Classes, string Content, string? ShareContent);

/// <summary>
/// Brings the tiles of a journal together row of tiles by row of tiles, cuts them to extent and mask, and hands the rows on: in memory are the pixels of one row of tiles,
/// or of a part of its rows where those are many.
/// </summary>
/// <param name="mostBytes">What the pixels, or the percents, of the rows at a time may take; one row always may.</param>
internal sealed class PixelFinish(PixelJournal journal, int mostBytes = 1 << 30) : IDisposable
{
    private readonly PixelRecord _run = journal.Run;
    private readonly ClassCodes _codes = journal.Run.ToCodes();
    private readonly TileGrid _grid = journal.Run.ToGrid();
    private readonly PixelWindow _window = journal.Run.ToWindow();
    private readonly ClassBlocks _blocks = new();
    private byte[] _block = [];

    private int Channels => _codes.Channels;

    private int PlaceSize => ClassBlocks.SizeOf(Channels);

    private int ShareBands => CorePacker.BandsOf(Channels, _run.PredictBackground);

    /// <param name="shares">Takes the probabilities; null where none are asked for.</param>
    /// <exception cref="LearnDataException">JournalDamaged.</exception>
    public PixelContent Write(CogWriter classes, CogWriter? shares, CancellationToken cancel)
    {
        using RasterDigest digest = new();
        using RasterDigest shareDigest = new();
        ClassTally tally = new(Channels, 1 << (8 * PlaceSize), new RowAreas(_run.ToTransform(), _run.SpatialReference, _window));
        uint[] table = new uint[1 << (8 * PlaceSize)];
        Array.Fill(table, _codes.NoData);
        for (int place = 0; place < Channels; place++)
        {
            table[place] = _codes.Values[place];
        }

        Geometry? mask = _run.ToMask()?.InPixels(_run.ToTransform());
        int pixelBytes = Math.Max(PlaceSize, shares is null ? 0 : ShareBands);
        int most = (int)Math.Clamp(mostBytes / ((long)_window.Width * pixelBytes), 1, Enumerable.Range(0, _grid.Rows).Max(row => Rows(row).Height));
        byte[] places = new byte[checked(most * _window.Width * PlaceSize)];
        byte[] percents = shares is null ? [] : new byte[checked(most * _window.Width * ShareBands)];
        byte[] inside = mask is null ? [] : new byte[most * _window.Width];
        byte[] samples = new byte[_window.Width * _codes.SampleType.Bytes()];
        byte[] shareRow = new byte[_window.Width * ShareBands];
        foreach ((int tileRow, PixelWindow band) in Enumerable.Range(0, _grid.Rows).SelectMany(tileRow => Bands(tileRow, most)))
        {
            cancel.ThrowIfCancellationRequested();
            Gather(tileRow, band, places, percents);
            if (mask is not null)
            {
                Cut(mask, band, inside, places, percents);
            }

            for (int row = 0; row < band.Height; row++)
            {
                Map(places.AsSpan(row * band.Width * PlaceSize, band.Width * PlaceSize), table, samples, tally.Row);
                tally.EndRow(band.Row + row);
                classes.WriteRows(1, samples);
                digest.Add(samples);
                if (shares is not null)
                {
                    for (int share = 0; share < ShareBands; share++)
                    {
                        percents.AsSpan(((share * band.Height) + row) * band.Width, band.Width).CopyTo(shareRow.AsSpan(share * band.Width));
                    }

                    shares.WriteRows(1, shareRow);
                    shareDigest.Add(shareRow);
                }
            }
        }

        return new PixelContent(tally.Result(_codes), digest.ToString(), shares is null ? null : shareDigest.ToString());
    }

    public void Dispose() => _blocks.Dispose();

    /// <summary>The pixels of the output that the cores of a row of tiles hold.</summary>
    private PixelWindow Rows(int tileRow)
    {
        PixelWindow core = _grid[tileRow * _grid.Columns].Core;
        return new PixelWindow(0, core.Row, _grid.Width, core.Height).Intersect(_window);
    }

    /// <summary>The same, so many rows at a time.</summary>
    private IEnumerable<(int TileRow, PixelWindow Band)> Bands(int tileRow, int most)
    {
        PixelWindow rows = Rows(tileRow);
        for (int row = rows.Row; row < rows.Bottom && rows.Width > 0; row += most)
        {
            yield return (tileRow, rows with { Row = row, Height = Math.Min(most, rows.Bottom - row) });
        }
    }

    private void Gather(int tileRow, PixelWindow band, byte[] places, byte[] percents)
    {
        places.AsSpan(0, (int)band.Area * PlaceSize).Fill(byte.MaxValue);       // nodata in one byte and in two
        percents.AsSpan().Fill(CorePacker.NoPercent);
        foreach ((int index, byte[] classes, byte[]? shares) in journal.Between(tileRow * _grid.Columns, (tileRow + 1) * _grid.Columns))
        {
            PixelWindow core = _grid[index].Core;
            PixelWindow shared = core.Intersect(band);
            if (shared.Area == 0)
            {
                continue;
            }

            Place(classes, core, shared, band, PlaceSize, 1, places);
            if (percents.Length > 0 && shares is not null)
            {
                Place(shares, core, shared, band, 1, ShareBands, percents);
            }
        }
    }

    /// <summary>Unpacks a tile's core, plane after plane, into the planes of a band of rows.</summary>
    private void Place(byte[] packed, PixelWindow core, PixelWindow shared, PixelWindow band, int size, int planes, byte[] target)
    {
        int length = (int)core.Area * size * planes;
        if (_block.Length < length)
        {
            _block = new byte[length];
        }

        journal.Check(() => _blocks.Unpack(packed, _block.AsSpan(0, length)));
        for (int plane = 0; plane < planes; plane++)
        {
            for (int row = shared.Row; row < shared.Bottom; row++)
            {
                int from = ((((plane * core.Height) + row - core.Row) * core.Width) + shared.Column - core.Column) * size;
                int to = ((((plane * band.Height) + row - band.Row) * band.Width) + shared.Column - band.Column) * size;
                _block.AsSpan(from, shared.Width * size).CopyTo(target.AsSpan(to));
            }
        }
    }

    /// <summary>Takes what lies outside the mask out of a band of rows.</summary>
    private void Cut(Geometry mask, PixelWindow band, byte[] inside, byte[] places, byte[] percents)
    {
        Array.Clear(inside);
        PolygonFill.Fill(mask, band, (row, from, to) => inside.AsSpan((row * band.Width) + from, to - from).Fill(1));
        int area = (int)band.Area;
        for (int i = 0; i < area; i++)
        {
            if (inside[i] != 0)
            {
                continue;
            }

            places.AsSpan(i * PlaceSize, PlaceSize).Fill(byte.MaxValue);
            for (int share = 0; share < ShareBands && percents.Length > 0; share++)
            {
                percents[(share * area) + i] = CorePacker.NoPercent;
            }
        }
    }

    private void Map(ReadOnlySpan<byte> places, uint[] table, Span<byte> samples, Span<int> counts)
    {
        if (PlaceSize == 1)
        {
            Map(places, table, samples, counts, _codes.SampleType);
        }
        else
        {
            Map(MemoryMarshal.Cast<byte, ushort>(places), table, samples, counts, _codes.SampleType);
        }
    }

    private static void Map<TPlace>(ReadOnlySpan<TPlace> places, uint[] table, Span<byte> samples, Span<int> counts, SampleType type)
        where TPlace : unmanaged, IBinaryInteger<TPlace>
    {
        switch (type)
        {
            case SampleType.UInt8:
                Map(places, table, samples, counts);
                break;
            case SampleType.UInt16:
                Map(places, table, MemoryMarshal.Cast<byte, ushort>(samples), counts);
                break;
            default:
                Map(places, table, MemoryMarshal.Cast<byte, uint>(samples), counts);
                break;
        }
    }

    private static void Map<TPlace, TSample>(ReadOnlySpan<TPlace> places, uint[] table, Span<TSample> samples, Span<int> counts)
        where TPlace : unmanaged, IBinaryInteger<TPlace>
        where TSample : unmanaged, IBinaryInteger<TSample>
    {
        for (int i = 0; i < places.Length; i++)
        {
            int place = int.CreateTruncating(places[i]);
            samples[i] = TSample.CreateTruncating(table[place]);
            counts[place]++;
        }
    }
}
