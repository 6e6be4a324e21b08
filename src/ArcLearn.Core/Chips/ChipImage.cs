using System.Collections.Concurrent;
using System.Numerics;
using System.Runtime.InteropServices;
using ArcLearn.Core.Rasters;
using ArcLearn.Core.Rasters.Warp;

namespace ArcLearn.Core.Chips;

/// <summary>The pixels of a chip, in memory that the next chip takes over when this one is disposed: those of its raster as they are, or resampled where the chip is turned; nodata (0 without one) beyond.</summary>
internal abstract class ChipImage : IDisposable
{
    // Chips are alike, and memory as large as theirs is collected rarely.
    private static readonly ConcurrentBag<byte[]> s_idle = [];
    private const int MostIdle = 16;

    private protected ChipImage(IRaster raster, ChipPlace place) => (Raster, Place) = (raster, place);

    /// <summary>Whether the chip holds nothing but nodata.</summary>
    public abstract bool IsEmpty { get; }

    private protected IRaster Raster { get; }

    private protected ChipPlace Place { get; }

    public static ChipImage Read(IRaster raster, ChipPlace place) => raster.SampleType switch
    {
        SampleType.UInt8 => new Samples<byte>(raster, place),
        SampleType.UInt16 => new Samples<ushort>(raster, place),
        SampleType.Int8 => new Samples<sbyte>(raster, place),
        SampleType.Int16 => new Samples<short>(raster, place),
        SampleType.UInt32 => new Samples<uint>(raster, place),
        SampleType.Int32 => new Samples<int>(raster, place),
        SampleType.UInt64 => new Samples<ulong>(raster, place),
        SampleType.Int64 => new Samples<long>(raster, place),
        SampleType.Float32 => new Samples<float>(raster, place),
        _ => new Samples<double>(raster, place),
    };

    /// <summary>Valid until this is disposed.</summary>
    public abstract RasterImage ToRaster();

    public abstract void Dispose();

    /// <summary>Sets to 0 what no object covers.</summary>
    public abstract void Blacken(IReadOnlyList<ChipObject> objects);

    /// <summary>Of the pixels that the raster has: the filling beyond it does not count.</summary>
    public abstract RunningStatistic[] Measure();

    private sealed class Samples<T> : ChipImage
        where T : unmanaged, INumber<T>
    {
        private readonly byte[] _bytes;
        private readonly T _fill;

        public Samples(IRaster raster, ChipPlace place)
            : base(raster, place)
        {
            int[] bands = [.. Enumerable.Range(0, raster.Bands)];
            _fill = T.CreateSaturating(raster.NoData ?? 0);
            int length = checked((int)(place.Window.Area * bands.Length * Marshal.SizeOf<T>()));
            _bytes = s_idle.TryTake(out byte[]? idle) && idle.Length == length ? idle : new byte[length];
            if (place.IsTurned)
            {
                Turned().Read(new PixelWindow(0, 0, place.Width, place.Height), bands, Values, _fill);
            }
            else
            {
                raster.Read(place.Window, bands, Values, _fill);
            }
        }

        public override bool IsEmpty => Raster.NoData is not null && Values.IndexOfAnyExcept(_fill) < 0;

        private Span<T> Values => MemoryMarshal.Cast<byte, T>(_bytes.AsSpan());

        public override RasterImage ToRaster() =>
            new(Place.Width, Place.Height, Raster.Bands, Raster.SampleType, _bytes) { IsColor = Raster.IsColor };

        public override void Blacken(IReadOnlyList<ChipObject> objects)
        {
            bool[] covered = new bool[Place.Width * Place.Height];
            foreach (ChipObject item in objects)
            {
                item.Shape?.Fill((row, from, to) => covered.AsSpan((row * Place.Width) + from, to - from).Fill(true));
            }

            Span<T> values = Values;
            for (int i = 0; i < values.Length; i++)
            {
                values[i] = covered[i % covered.Length] ? values[i] : T.Zero;
            }
        }

        public override RunningStatistic[] Measure()
        {
            RunningStatistic[] result = new RunningStatistic[Raster.Bands];
            PixelWindow inside = Place.Window.Intersect(new PixelWindow(0, 0, Raster.Width, Raster.Height));
            byte[]? mask = Place.IsTurned ? new byte[Place.Window.Area] : null;
            if (mask is not null)
            {
                Turned().ReadMask(new PixelWindow(0, 0, Place.Width, Place.Height), mask);
            }

            for (int band = 0; band < result.Length; band++)
            {
                ReadOnlySpan<T> plane = Values.Slice(band * Place.Width * Place.Height, Place.Width * Place.Height);
                result[band] = new RunningStatistic();
                if (mask is not null)
                {
                    result[band].Add(Of(Select(plane, mask)));
                    continue;
                }

                if (inside == Place.Window)
                {
                    result[band].Add(Of(plane));
                    continue;
                }

                // A window that begins before the raster has filling on its left and above, too.
                for (int row = inside.Row - Place.Window.Row; row < inside.Bottom - Place.Window.Row; row++)
                {
                    result[band].Add(Of(plane.Slice((row * Place.Width) + inside.Column - Place.Window.Column, inside.Width)));
                }
            }

            return result;
        }

        public override void Dispose()
        {
            if (s_idle.Count < MostIdle)
            {
                s_idle.Add(_bytes);
            }
        }

        private static T[] Select(ReadOnlySpan<T> plane, byte[] mask)
        {
            List<T> kept = new(plane.Length);
            for (int i = 0; i < plane.Length; i++)
            {
                if (mask[i] != 0)
                {
                    kept.Add(plane[i]);
                }
            }

            return [.. kept];
        }

        private RunningStatistic Of(ReadOnlySpan<T> samples) =>
            typeof(T) == typeof(byte) ? RunningStatistic.Of(MemoryMarshal.AsBytes(samples))
            : typeof(T) == typeof(ushort) ? RunningStatistic.Of(MemoryMarshal.Cast<T, ushort>(samples))
            : RunningStatistic.OfMeasurements(samples, Raster.NoData is null ? null : _fill);

        private GridRaster Turned() => new(
            Raster,
            new RasterGrid(Place.TransformOf(Raster.Transform), Place.Width, Place.Height, Raster.SpatialReference),
            Resampling.Bilinear);
    }
}
