using System.Buffers;
using ArcLearn.Core.Rasters.Warp;

namespace ArcLearn.Core.Rasters.Composite;

/// <summary>What a composite is, before any of its files is read.</summary>
internal sealed record CompositeLayout(
    string Path,
    int Width,
    int Height,
    SampleType SampleType,
    GeoTransform? Transform,
    SpatialReference? SpatialReference,
    IReadOnlyList<RasterBand> Bands,
    IReadOnlyList<IReadOnlyList<PlacedSource>> Sources,
    IReadOnlyList<PlacedSource>? Mask,
    IReadOnlyList<RasterColor> ColorTable,
    RasterStorage Storage,
    int BlockWidth,
    int BlockHeight)
{
    /// <summary>Whether the first three bands are red, green and blue.</summary>
    public bool IsColor { get; init; }

    /// <summary>What the values of the first band mean.</summary>
    public IReadOnlyList<ClassDefinition> Classes { get; init; } = [];
}

/// <summary>One raster made of bands of other files, each in its place; where two overlap the later one lies on top.</summary>
/// <param name="layout">What it is.</param>
/// <param name="pool">Its files; disposed with it.</param>
/// <param name="whole">The raster that this one is an overview of, which owns the files, or null.</param>
internal sealed class CompositeRaster(CompositeLayout layout, RasterPool pool, CompositeRaster? whole = null) : IRaster
{
    private readonly object _gate = new();
    private IReadOnlyList<IRaster>? _overviews;

    /// <summary>Whether all bands lie in the same places of the same files, as in a plain mosaic: those are read together.</summary>
    private readonly bool _isUniform = layout.Sources.All(band => band.Count == layout.Sources[0].Count
        && band.Zip(layout.Sources[0]).All(pair => pair.First.IsPlain && pair.First with { Band = pair.Second.Band } == pair.Second));

    public string Path => layout.Path;

    public IReadOnlyList<string> Files =>
        [layout.Path, .. layout.Sources.SelectMany(band => band).Concat(layout.Mask ?? []).Select(source => source.Path).Distinct(StringComparer.Ordinal)];

    public int Width => layout.Width;

    public int Height => layout.Height;

    public int Bands => layout.Bands.Count;

    public SampleType SampleType => layout.SampleType;

    public bool IsColor => layout.IsColor;

    public GeoTransform Transform => layout.Transform ?? GeoTransform.Pixels;

    public bool IsGeoreferenced => whole?.IsGeoreferenced ?? layout.Transform is not null;

    public SpatialReference? SpatialReference => layout.SpatialReference;

    public double? NoData => layout.Bands[0].NoData;

    public int BlockWidth => layout.BlockWidth;

    public int BlockHeight => layout.BlockHeight;

    public IReadOnlyList<RasterBand> BandInfo => layout.Bands;

    public IReadOnlyList<RasterColor> ColorTable => layout.ColorTable;

    public IReadOnlyList<ClassDefinition> Classes => layout.Classes;

    public RasterStorage Storage => layout.Storage;

    /// <summary>Of the sizes that the overviews of the first file have; files without them are averaged. The first call opens that file.</summary>
    public IReadOnlyList<IRaster> Overviews
    {
        get
        {
            lock (_gate)
            {
                return _overviews ??= whole is null ? FindOverviews() : [];
            }
        }
    }

    public bool HasMask => layout.Mask is not null;

    public void Read<T>(PixelWindow window, ReadOnlySpan<int> bands, Span<T> destination, T fill)
        where T : unmanaged
    {
        WindowCopy.Check(this, window, bands, destination);
        PixelWindow inside = window.Intersect(new PixelWindow(0, 0, Width, Height));
        if (inside != window)
        {
            destination.Fill(fill);
        }

        if (inside.Area == 0 || bands.IsEmpty)
        {
            return;
        }

        int plane = window.Width * window.Height;
        for (int i = 0; i < bands.Length; i++)
        {
            FillRows(destination.Slice(i * plane, plane), window, inside, SampleStore.As<T>(layout.Bands[bands[i]].NoData ?? 0));
        }

        if (_isUniform)
        {
            for (int k = 0; k < layout.Sources[0].Count; k++)
            {
                int[] sourceBands = new int[bands.Length];
                for (int i = 0; i < bands.Length; i++)
                {
                    sourceBands[i] = layout.Sources[bands[i]][k].Band;
                }

                ReadSource(layout.Sources[0][k], sourceBands, window, inside, destination);
            }

            return;
        }

        for (int i = 0; i < bands.Length; i++)
        {
            foreach (PlacedSource source in layout.Sources[bands[i]])
            {
                ReadSource(source, [source.Band], window, inside, destination.Slice(i * plane, plane));
            }
        }
    }

    public void ReadMask(PixelWindow window, Span<byte> destination)
    {
        if (layout.Mask is null)
        {
            Masks.FillInside(window, Width, Height, destination);
            return;
        }

        destination.Clear();
        PixelWindow inside = window.Intersect(new PixelWindow(0, 0, Width, Height));
        foreach (PlacedSource source in layout.Mask)
        {
            ReadSource(source, [source.Band], window, inside, destination);
        }
    }

    public void Dispose()
    {
        if (whole is null)
        {
            pool.Dispose();
        }
    }

    private IReadOnlyList<IRaster> FindOverviews()
    {
        if (layout.Sources.SelectMany(band => band).FirstOrDefault() is not PlacedSource first)
        {
            return [];
        }

        try
        {
            using RasterPool.Lease lease = pool.Rent(first.Path);
            return
            [
                .. lease.Raster.Overviews
                    .Select(overview => Overview((double)lease.Raster.Width / overview.Width, (double)lease.Raster.Height / overview.Height))
                    .Where(overview => overview.Width < Width && overview.Height < Height),
            ];
        }
        catch (Exception e) when (e is LearnFormatException or IOException)
        {
            return []; // reading its samples is what tells that the file is lost
        }
    }

    private CompositeRaster Overview(double across, double down)
    {
        int width = (int)Math.Ceiling((Width / across) - 0.01);
        int height = (int)Math.Ceiling((Height / down) - 0.01);
        (across, down) = ((double)Width / width, (double)Height / height);

        // Between classes there is no mean.
        Resampling method = ColorTable.Count > 0 || Classes.Count > 0 ? Resampling.Nearest : Resampling.Average;
        PlacedSource[] Shrink(IReadOnlyList<PlacedSource> sources) => [.. sources.Select(source => source with { Across = across, Down = down, Method = method })];
        return new CompositeRaster(
            layout with
            {
                Width = width,
                Height = height,
                Transform = Transform.Scale(across, down),
                Sources = [.. layout.Sources.Select(Shrink)],
                Mask = layout.Mask is null ? null : Shrink(layout.Mask),
            },
            pool,
            this);
    }

    private static void FillRows<T>(Span<T> plane, PixelWindow window, PixelWindow inside, T value)
    {
        for (int row = inside.Row; row < inside.Bottom; row++)
        {
            plane.Slice(((row - window.Row) * window.Width) + inside.Column - window.Column, inside.Width).Fill(value);
        }
    }

    private void ReadSource<T>(PlacedSource source, ReadOnlySpan<int> bands, PixelWindow window, PixelWindow inside, Span<T> destination)
        where T : unmanaged
    {
        if (source.Area is PixelWindow known && known.Intersect(inside).Area == 0)
        {
            return; // and the file stays closed
        }

        using RasterPool.Lease lease = Rent(source);
        foreach (int band in bands)
        {
            if (band >= lease.Raster.Bands)
            {
                throw new LearnFormatException($"asks for band {band + 1} of {source.Path}, which has {lease.Raster.Bands}.", Path);
            }
        }

        (IRaster raster, PixelWindow area, int shiftColumn, int shiftRow) = source.Place(lease.Raster, Width, Height);
        PixelWindow part = area.Intersect(inside);
        if (part.Area == 0)
        {
            return;
        }

        PixelWindow wanted = part with { Column = part.Column + shiftColumn, Row = part.Row + shiftRow };
        if (source.IsPlain && SampleTypes.Fits(raster.SampleType, SampleType) && SampleTypes.Of<T>() is SampleType type && SampleTypes.Fits(raster.SampleType, type)
            && raster is not GridRaster)
        {
            CopyPlain(raster, bands, wanted, part, window, destination);
        }
        else
        {
            for (int i = 0; i < bands.Length; i++)
            {
                CopyComputed(source with { Band = bands[i] }, raster, wanted, part, window, destination.Slice(i * window.Width * window.Height, window.Width * window.Height));
            }
        }
    }

    private static void CopyPlain<T>(IRaster raster, ReadOnlySpan<int> bands, PixelWindow wanted, PixelWindow part, PixelWindow window, Span<T> destination)
        where T : unmanaged
    {
        if (part == window)
        {
            raster.Read(wanted, bands, destination, default);
            return;
        }

        int count = checked((int)(part.Area * bands.Length));
        T[] samples = ArrayPool<T>.Shared.Rent(count);
        try
        {
            raster.Read(wanted, bands, samples.AsSpan(0, count), default);
            for (int i = 0; i < bands.Length; i++)
            {
                for (int row = 0; row < part.Height; row++)
                {
                    int target = (((i * window.Height) + part.Row - window.Row + row) * window.Width) + part.Column - window.Column;
                    samples.AsSpan(((i * part.Height) + row) * part.Width, part.Width).CopyTo(destination[target..]);
                }
            }
        }
        finally
        {
            ArrayPool<T>.Shared.Return(samples);
        }
    }

    /// <summary>Sample by sample: what is left out stays as it was; the others are scaled and brought into the composite's type.</summary>
    private void CopyComputed<T>(PlacedSource source, IRaster raster, PixelWindow wanted, PixelWindow part, PixelWindow window, Span<T> destination)
        where T : unmanaged
    {
        int count = checked((int)part.Area);
        double[] samples = ArrayPool<double>.Shared.Rent(count);
        byte[]? mask = source.IsMask || source.UseMask || raster is GridRaster ? ArrayPool<byte>.Shared.Rent(count) : null;
        try
        {
            if (mask is not null)
            {
                Masks.ReadValid(raster, source.Band, wanted, mask.AsSpan(0, count));
            }

            if (!source.IsMask)
            {
                raster.Read(wanted, [source.Band], samples.AsSpan(0, count), 0);
            }

            for (int i = 0; i < count; i++)
            {
                double value = source.IsMask ? mask![i] : samples[i];
                if ((!source.IsMask && mask is not null && mask[i] == 0) || Masks.IsNoData(value, source.NoData))
                {
                    continue;
                }

                (int row, int column) = Math.DivRem(i, part.Width);
                int target = ((part.Row - window.Row + row) * window.Width) + part.Column - window.Column + column;
                SampleType type = source.IsMask && layout.Mask is not null ? SampleType.UInt8 : SampleType;
                destination[target] = SampleStore.As<T>(SampleStore.Round((value * source.Scale) + source.Offset, type));
            }
        }
        finally
        {
            ArrayPool<double>.Shared.Return(samples);
            if (mask is not null)
            {
                ArrayPool<byte>.Shared.Return(mask);
            }
        }
    }

    private RasterPool.Lease Rent(PlacedSource source)
    {
        try
        {
            return pool.Rent(source.Path);
        }
        catch (FileNotFoundException e)
        {
            throw new LearnFormatException($"names {source.Path}, which is not there.", Path, inner: e);
        }
    }
}
