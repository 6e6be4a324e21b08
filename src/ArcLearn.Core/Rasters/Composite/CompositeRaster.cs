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

    /// <summary>A TIFF file that holds overviews, the largest first, or null.</summary>
    public string? OverviewFile { get; init; }

    /// <summary>Cells a side that make one of each overview, rising; empty for those that the files have.</summary>
    public IReadOnlyList<int> OverviewFactors { get; init; } = [];

    /// <summary>How <see cref="OverviewFactors"/> are computed.</summary>
    public Resampling OverviewMethod { get; init; }
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

    /// <summary>A composite, and room in its cache for a pass over it.</summary>
    public static CompositeRaster Create(CompositeLayout layout, RasterPool pool)
    {
        pool.Cache.Reserve(RasterFile.PassBytes(layout.Width, layout.BlockHeight, layout.Bands.Count, layout.SampleType));
        return new CompositeRaster(layout, pool);
    }

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

    /// <summary>
    /// What its own file of overviews holds, or what it says is to be computed; else of the sizes that the overviews of the first file have, where files without
    /// them are averaged. The first call opens a file.
    /// </summary>
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

    private List<IRaster> FindOverviews()
    {
        if (layout.OverviewFile is string file && ReadOverviews(file) is { Count: > 0 } stored)
        {
            return stored;
        }

        if (layout.OverviewFactors.Count > 0)
        {
            return [.. layout.OverviewFactors.Where(factor => factor <= Math.Min(Width, Height)).Select(factor => Shrink(Width / factor, Height / factor, layout.OverviewMethod))];
        }

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
                    .Select(overview => Shrink(
                        Shrunk(Width, lease.Raster.Width, overview.Width), Shrunk(Height, lease.Raster.Height, overview.Height), Resampling.Average))
                    .Where(overview => overview.Width < Width && overview.Height < Height),
            ];
        }
        catch (Exception e) when (e is LearnFormatException or IOException)
        {
            return []; // reading its samples is what tells that the file is lost
        }
    }

    private List<IRaster> ReadOverviews(string file)
    {
        List<IRaster> found = [];
        try
        {
            using RasterPool.Lease lease = pool.Rent(file);
            IRaster[] images = [lease.Raster, .. lease.Raster.Overviews];
            for (int level = 0; level < images.Length; level++)
            {
                IRaster image = images[level];
                if (image.Bands == Bands && image.Width <= Width && image.Height <= Height && (image.Width < Width || image.Height < Height))
                {
                    found.Add(Overview(
                        image.Width, image.Height, [.. Enumerable.Range(0, Bands).Select(band => new[] { new PlacedSource(file, band, null, null) { Level = level } })], Resampling.Average));
                }
            }
        }
        catch (Exception e) when (e is LearnFormatException or IOException)
        {
            // Overviews that cannot be read are as good as absent: the files hold every value.
        }

        return found;
    }

    /// <summary>The side of an overview that shrinks as a file's does, begun cells counted.</summary>
    private static int Shrunk(int side, int whole, int overview) => (int)Math.Ceiling((side * (double)overview / whole) - 0.01);

    private CompositeRaster Shrink(int width, int height, Resampling method) =>
        Overview(width, height, [.. layout.Sources.Select(sources => Shrink(sources, width, height, method))], method);

    private CompositeRaster Overview(int width, int height, IReadOnlyList<IReadOnlyList<PlacedSource>> sources, Resampling method) => new(
        layout with
        {
            Width = width,
            Height = height,
            Transform = Transform.Scale((double)Width / width, (double)Height / height),
            Sources = sources,
            Mask = layout.Mask is null ? null : Shrink(layout.Mask, width, height, method),
        },
        pool,
        this);

    private PlacedSource[] Shrink(IReadOnlyList<PlacedSource> sources, int width, int height, Resampling wanted)
    {
        // Between classes there is no mean.
        Resampling method = (ColorTable.Count > 0 || Classes.Count > 0) && wanted != Resampling.Majority ? Resampling.Nearest : wanted;
        return [.. sources.Select(source => source with { Across = (double)Width / width, Down = (double)Height / height, Method = method })];
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

        IRaster file = source.Level == 0 ? lease.Raster : lease.Raster.Overviews[source.Level - 1];
        (IRaster raster, PixelWindow area, int shiftColumn, int shiftRow) = source.Place(file, Width, Height);
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
