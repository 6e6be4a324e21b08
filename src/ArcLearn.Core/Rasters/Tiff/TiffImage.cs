using System.Buffers;

namespace ArcLearn.Core.Rasters.Tiff;

/// <summary>One image of a TIFF file (the raster itself, an overview, a mask), read block by block through the file's cache.</summary>
internal sealed class TiffImage
{
    private readonly TiffLayout _layout;
    private readonly BlockCache _cache;
    private readonly int _id;
    private readonly TiffBlockReader _reader;
    private readonly Func<int, DecodedBlock> _decode;

    public TiffImage(TiffLayout layout, BlockCache cache, double? noData)
    {
        (_layout, _cache, _id) = (layout, cache, cache.AddImage());
        _reader = new TiffBlockReader(layout, cache.Buffers, noData);
        _decode = _reader.Read;
    }

    /// <summary>Its number in the cache.</summary>
    public int Id => _id;

    public TiffLayout Layout => _layout;

    public int Width => _layout.Width;

    public int Height => _layout.Height;

    /// <summary>Reads as <see cref="IRaster.Read"/> does; the arguments are checked already.</summary>
    public void Read<T>(PixelWindow window, ReadOnlySpan<int> bands, Span<T> destination, T fill)
        where T : unmanaged
    {
        PixelWindow inside = window.Intersect(new PixelWindow(0, 0, Width, Height));
        if (inside != window)
        {
            destination.Fill(fill);
        }

        if (inside.Area == 0 || bands.IsEmpty)
        {
            return;
        }

        for (int row = inside.Row / _layout.BlockHeight; row <= (inside.Bottom - 1) / _layout.BlockHeight; row++)
        {
            for (int column = inside.Column / _layout.BlockWidth; column <= (inside.Right - 1) / _layout.BlockWidth; column++)
            {
                ReadBlock(column, row, window, inside, bands, destination);
            }
        }
    }

    private void ReadBlock<T>(int column, int row, PixelWindow window, PixelWindow inside, ReadOnlySpan<int> bands, Span<T> destination)
        where T : unmanaged
    {
        int block = (row * _layout.BlocksAcross) + column;
        PixelWindow stored = new(column * _layout.BlockWidth, row * _layout.BlockHeight, _layout.BlockWidth, _layout.BlockRows(block));
        PixelWindow area = inside.Intersect(stored with
        {
            // A tile at the border may reach further than whole numbers do.
            Width = Math.Min(stored.Width, Width - stored.Column),
            Height = Math.Min(stored.Height, Height - stored.Row),
        });
        if (!_layout.IsPlanar)
        {
            CopyBlock(block, stored, area, window, bands, destination);
            return;
        }

        int pixels = window.Width * window.Height;
        for (int i = 0; i < bands.Length; i++)
        {
            CopyBlock(block + (bands[i] * _layout.BlocksPerPlane), stored, area, window, [0], destination.Slice(i * pixels, pixels));
        }
    }

    private void CopyBlock<T>(int block, PixelWindow stored, PixelWindow area, PixelWindow window, ReadOnlySpan<int> bands, Span<T> destination)
        where T : unmanaged
    {
        if (!_layout.IsPlain)
        {
            using BlockCache.Lease lease = _cache.Get(_id, block, _decode);
            WindowCopy.Copy(lease.Block, _layout.SampleType, stored, area, window, bands, destination);
            return;
        }

        // Nothing is decoded, so the system's own cache of the file serves as well as one here, without its memory.
        byte[] samples = ArrayPool<byte>.Shared.Rent((int)_layout.RowBytes * area.Height);
        try
        {
            PixelWindow covered = _reader.ReadPlain(block, stored, area, samples);
            WindowCopy.Copy(new DecodedBlock(samples, _layout.BlockBands, 1), _layout.SampleType, covered, area, window, bands, destination);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(samples);
        }
    }
}
