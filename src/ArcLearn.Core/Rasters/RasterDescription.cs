using ArcLearn.Core.IO;
using ArcLearn.Core.Rasters.Composite;
using ArcLearn.Core.Rasters.Warp;

namespace ArcLearn.Core.Rasters;

/// <summary>Describes rasters for people: what they are, and what makes reading them slow.</summary>
internal static class RasterDescription
{
    /// <summary>Decoded bytes of a window of 512 by 512 pixels' surroundings that a cache should hold: more is decoded again and again.</summary>
    private const long LargeBlock = 16L << 20;

    private const int LargeRaster = 8192;

    /// <summary>Opens the header of a file or a folder.</summary>
    public static LearnRasterInfo Describe(string path, IFileSystem? files = null)
    {
        using IRaster raster = RasterFile.Open(path, files);
        return Describe(raster, [path]);
    }

    /// <summary>Opens the headers of files whose bands make one raster.</summary>
    public static LearnRasterInfo DescribeStack(IReadOnlyList<string> paths, IFileSystem? files = null)
    {
        using IRaster raster = RasterMosaic.Stack(paths.Count > 0 ? paths[0] : "", paths, files);
        return Describe(raster, paths);
    }

    private static LearnRasterInfo Describe(IRaster raster, IReadOnlyList<string> files)
    {
        GeoTransform t = raster.Transform;
        return new LearnRasterInfo(
            raster.Path, raster.Width, raster.Height, raster.SampleType,
            [.. raster.BandInfo.Select((band, i) => new RasterBandInfo(i + 1, band.Name, band.NoData, band.Scale, band.Offset, band.Unit))])
        {
            Files = files,
            Format = raster.Storage.Format,
            Compression = raster.Storage.Compression,
            Bits = raster.Storage.Bits,
            SpatialReference = raster.SpatialReference,
            Transform = raster.IsGeoreferenced ? t : null,
            Extent = raster.IsGeoreferenced ? RasterGrid.Of(raster).Extent : null,
            CellWidth = Math.Sqrt((t.PixelWidth * t.PixelWidth) + (t.ColumnRotation * t.ColumnRotation)),
            CellHeight = Math.Sqrt((t.PixelHeight * t.PixelHeight) + (t.RowRotation * t.RowRotation)),
            NoData = raster.NoData,
            HasMask = raster.HasMask,
            Colors = raster.ColorTable.Count,
            Classes = raster.Classes,
            IsColor = raster.IsColor,
            BlockWidth = raster.BlockWidth,
            BlockHeight = raster.BlockHeight,
            Overviews = [.. raster.Overviews.Select(overview => $"{overview.Width} x {overview.Height}")],
            Slow = [.. FindSlow(raster)],
        };
    }

    private static IEnumerable<string> FindSlow(IRaster raster)
    {
        RasterStorage storage = raster.Storage;
        string tiled = $"gdal_translate -co TILED=YES -co COMPRESS=DEFLATE -co PREDICTOR=2 -co BIGTIFF=IF_SAFER \"{Path.GetFileName(raster.Path)}\" \"{Path.GetFileNameWithoutExtension(raster.Path)}_tiled.tif\"";
        long block = (long)raster.BlockWidth * raster.BlockHeight * raster.SampleType.Bytes() * (storage.IsPlanar ? 1 : raster.Bands);
        bool isLarge = raster.Width > LargeRaster || raster.Height > LargeRaster;
        if (storage.Format is "PNG" or "JPEG" or "BMP" && (long)raster.Width * raster.Height > 1 << 24)
        {
            yield return $"A {storage.Format} is decoded whole for its first window. Tile it: {tiled}";
        }
        else if (block > LargeBlock)
        {
            yield return $"Each block of {raster.BlockWidth} x {raster.BlockHeight} pixels is {block >> 20} MB when decoded, for any window in it. Tile it: {tiled}";
        }
        else if (!storage.IsTiled && isLarge && storage.Compression != "none")
        {
            yield return $"Strips as wide as the raster are decoded for every window. Tile it: {tiled}";
        }

        if (isLarge && raster.Overviews.Count == 0)
        {
            yield return $"It has no overviews, so a picture of the whole reads every pixel. Add them: gdaladdo -r average \"{Path.GetFileName(raster.Path)}\"";
        }

        if (storage.Compression is "LZW" or "PackBits" or "CCITT fax 3" or "CCITT fax 4" && isLarge)
        {
            yield return $"{storage.Compression} is decoded more slowly than Deflate or Zstandard. Convert it: {tiled}";
        }
    }
}
