using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using System.Text;
using ArcLearn.Core.Rasters;

namespace ArcLearn.Core.Chips;

/// <summary>One raster of a run with everything that its tiles need.</summary>
/// <param name="Transform">Of the raster; several rasters without georeference lie side by side, so that their chips do not seem to overlap.</param>
/// <param name="FirstTile">Number of its first tile over all rasters.</param>
internal sealed record ExportPart(IRaster Raster, ObjectIndex Objects, TileGrid Grid, GeoTransform Transform, int FirstTile);

/// <summary>
/// Cuts all tiles on worker threads. Each worker holds one chip; a chip gets its number, its line in map.txt and its place in the
/// statistics in tile order, as soon as it is known that it will be written, so neither depends on the number of workers.
/// </summary>
internal sealed class ExportRun
{
    private readonly ExportOptions _options;
    private readonly IReadOnlyList<ExportPart> _parts;
    private readonly ChipFiles _chips;
    private readonly OrderedGate _gate = new();
    private readonly StringBuilder _map = new();
    private readonly int _tiles;
    private readonly int[] _bands;
    private int _taken = -1;
    private int _done;
    private volatile Exception? _failure;

    public ExportRun(ExportOptions options, IReadOnlyList<ExportPart> parts, ChipFiles chips, ExportStatistics statistics)
    {
        (_options, _parts, _chips, Statistics) = (options, parts, chips, statistics);
        _tiles = checked((int)parts.Sum(p => p.Grid.Count()));
        _bands = [.. Enumerable.Range(0, parts[0].Raster.Bands)];
    }

    public ExportStatistics Statistics { get; }

    public string MapText => _map.ToString();

    /// <summary>Tiles with objects (or any, where all are asked for) that hold nothing but nodata.</summary>
    public int EmptyTiles { get; private set; }

    /// <summary>Parts of objects that were left out of a chip for their small share.</summary>
    public int BelowShare { get; private set; }

    /// <param name="progress">Called on this thread.</param>
    public void Execute(Action<int, int>? progress, CancellationToken cancel)
    {
        int workers = Math.Clamp(_options.Workers > 0 ? _options.Workers : Environment.ProcessorCount, 1, Math.Max(1, _tiles));
        using CountdownEvent running = new(workers);
        for (int i = 0; i < workers; i++)
        {
            new Thread(() => Work(running, cancel)) { IsBackground = true, Name = $"Chip writer {i}" }.Start();
        }

        int reported = -1;
        while (!running.Wait(100, CancellationToken.None))      // the workers see the token; until they are gone nobody may leave
        {
            int done = Volatile.Read(ref _done);
            if (done != reported)
            {
                reported = done;
                try
                {
                    progress?.Invoke(done, _tiles);
                }
                catch (Exception e)
                {
                    // The workers must have stopped before the folder is taken from under them.
                    Fail(e);
                }
            }
        }

        if (_failure is Exception failure)
        {
            ExceptionDispatchInfo.Throw(failure);
        }

        progress?.Invoke(_tiles, _tiles);
    }

    private void Work(CountdownEvent running, CancellationToken cancel)
    {
        try
        {
            int tile;
            while (_failure is null && (tile = Interlocked.Increment(ref _taken)) < _tiles)
            {
                cancel.ThrowIfCancellationRequested();
                ExportPart part = _parts.Last(p => p.FirstTile <= tile);
                if (part.Raster.SampleType == SampleType.UInt8)
                {
                    Cut<byte>(tile, part, (byte)(part.Raster.NoData ?? 0));
                }
                else
                {
                    Cut<ushort>(tile, part, (ushort)(part.Raster.NoData ?? 0));
                }

                Interlocked.Increment(ref _done);
            }
        }
        catch (Exception e)
        {
            Fail(e);
        }
        finally
        {
            running.Signal();
        }
    }

    private void Fail(Exception e)
    {
        Interlocked.CompareExchange(ref _failure, e, null);
        _gate.Close();
    }

    private void Cut<T>(int tile, ExportPart part, T fill)
        where T : unmanaged, IEquatable<T>
    {
        PixelWindow window = part.Grid[tile - part.FirstTile];
        List<ChipObject> objects = part.Objects.Find(window, _options.MinPolygonOverlapRatio, out int belowShare);
        if (objects.Count == 0 && !_options.ExportAllTiles)
        {
            _gate.Pass(tile, () => BelowShare += belowShare);
            return;
        }

        byte[] bytes = new byte[checked((int)(window.Area * _bands.Length * Marshal.SizeOf<T>()))];
        Span<T> samples = MemoryMarshal.Cast<byte, T>(bytes.AsSpan());
        part.Raster.Read(window, _bands, samples, fill);
        if (part.Raster.NoData is not null && samples.IndexOfAnyExcept(fill) < 0)
        {
            _gate.Pass(tile, () =>
            {
                BelowShare += belowShare;
                EmptyTiles++;
            });
            return;
        }

        RunningStatistic[] bands = Measure(samples, part.Raster, window);
        int number = 0;
        bool isOpen = _gate.Pass(tile, () =>
        {
            number = _options.StartIndex + Statistics.Images;
            BelowShare += belowShare;
            Statistics.Add(objects, bands);
            _map.Append(_chips.MapLine(number));
        });

        if (isOpen)
        {
            RasterImage image = new(window.Width, window.Height, _bands.Length, part.Raster.SampleType, bytes) { IsColor = part.Raster.IsColor };
            _chips.Write(
                number, image, part.Transform.Shift(window.Column, window.Row), part.Raster.IsGeoreferenced, part.Raster.SpatialReference, part.Raster.NoData, objects);
        }
    }

    /// <summary>Statistics of the pixels that the raster has; the filling beyond it does not count.</summary>
    private static RunningStatistic[] Measure<T>(ReadOnlySpan<T> samples, IRaster raster, PixelWindow window)
        where T : unmanaged
    {
        PixelWindow inside = window.Intersect(new PixelWindow(0, 0, raster.Width, raster.Height));
        RunningStatistic[] result = new RunningStatistic[raster.Bands];
        for (int band = 0; band < result.Length; band++)
        {
            result[band] = new RunningStatistic();
            for (int row = 0; row < inside.Height; row++)
            {
                ReadOnlySpan<T> line = samples.Slice(((band * window.Height) + row) * window.Width, inside.Width);
                result[band].Add(typeof(T) == typeof(ushort)
                    ? RunningStatistic.Of(MemoryMarshal.Cast<T, ushort>(line))
                    : RunningStatistic.Of(MemoryMarshal.AsBytes(line)));
            }
        }

        return result;
    }
}
