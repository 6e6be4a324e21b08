namespace ArcLearn.Core.Rasters.Tiff;

/// <summary>One image of a TIFF file (the raster itself, an overview, a mask), read block by block through the file's cache.</summary>
internal sealed class TiffImage(TiffLayout layout, BlockCache cache, double? noData)
{
    private readonly int _id = cache.AddImage();
    private readonly TiffBlockReader _reader = new(layout, noData);

    public TiffLayout Layout => layout;

    public int Width => layout.Width;

    public int Height => layout.Height;

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

        for (int row = inside.Row / layout.BlockHeight; row <= (inside.Bottom - 1) / layout.BlockHeight; row++)
        {
            for (int column = inside.Column / layout.BlockWidth; column <= (inside.Right - 1) / layout.BlockWidth; column++)
            {
                ReadBlock(column, row, window, inside, bands, destination);
            }
        }
    }

    private void ReadBlock<T>(int column, int row, PixelWindow window, PixelWindow inside, ReadOnlySpan<int> bands, Span<T> destination)
        where T : unmanaged
    {
        int block = (row * layout.BlocksAcross) + column;
        PixelWindow stored = new(column * layout.BlockWidth, row * layout.BlockHeight, layout.BlockWidth, layout.BlockRows(block));
        PixelWindow area = inside.Intersect(stored with
        {
            // A tile at the border may reach further than whole numbers do.
            Width = Math.Min(stored.Width, Width - stored.Column),
            Height = Math.Min(stored.Height, Height - stored.Row),
        });
        if (!layout.IsPlanar)
        {
            WindowCopy.Copy(cache.Get(_id, block, _reader.Read), layout.SampleType, stored, area, window, bands, destination);
            return;
        }

        int pixels = window.Width * window.Height;
        for (int i = 0; i < bands.Length; i++)
        {
            DecodedBlock samples = cache.Get(_id, block + (bands[i] * layout.BlocksPerPlane), _reader.Read);
            WindowCopy.Copy(samples, layout.SampleType, stored, area, window, [0], destination.Slice(i * pixels, pixels));
        }
    }
}
