using ArcLearn.Core.Crs;
namespace ArcLearn.Core.Rasters.Tiff;

/// <summary>The tags that say where a GeoTIFF lies (OGC 19-008r4).</summary>
internal static class GeoTiffFields
{
    private const int UserDefined = 32767;

    public static void Add(TiffFields fields, GeoTransform? transform, SpatialReference? crs)
    {
        if (transform is GeoTransform t)
        {
            if (t.IsAxisAligned && t.PixelWidth > 0 && t.PixelHeight < 0)
            {
                fields.AddDoubles(TiffTag.ModelPixelScale, t.PixelWidth, -t.PixelHeight, 0);
                fields.AddDoubles(TiffTag.ModelTiepoint, 0, 0, 0, t.OriginX, t.OriginY, 0);
            }
            else
            {
                fields.AddDoubles(
                    TiffTag.ModelTransformation,
                    t.PixelWidth, t.RowRotation, 0, t.OriginX, t.ColumnRotation, t.PixelHeight, 0, t.OriginY, 0, 0, 0, 0, 0, 0, 0, 1);
            }
        }

        if (transform is not null || crs is not null)
        {
            AddKeys(fields, crs);
        }
    }

    private static void AddKeys(TiffFields fields, SpatialReference? crs)
    {
        List<int> keys = [];
        string ascii = "";
        if (crs is not null)
        {
            bool isGeographic = crs.Epsg is int code
                ? EpsgTable.IsGeographic(code)
                : crs.Wkt?.StartsWith("GEOG", StringComparison.OrdinalIgnoreCase) == true;
            int epsg = crs.Epsg is int known and >= 1024 and < UserDefined ? known : UserDefined;
            string? wkt = epsg == UserDefined ? crs.Wkt : null;
            Key(1024, wkt is not null && !isGeographic ? UserDefined : isGeographic ? 2 : 1);
            Key(1025, 1); // raster positions name areas: (0, 0) is the corner
            Text(1026, crs.Name);
            Key(isGeographic ? 2048 : 3072, epsg);
            if (wkt is not null)
            {
                Text(isGeographic ? 2049 : 3073, "ESRI PE String = " + wkt); // how Esri and GDAL carry a system without a code
            }
        }
        else
        {
            Key(1025, 1);
        }

        fields.AddShorts(TiffTag.GeoKeyDirectory, [1, 1, 0, keys.Count / 4, .. keys]);
        if (ascii.Length > 0)
        {
            fields.AddText(TiffTag.GeoAsciiParams, ascii);
        }

        void Key(int id, int value) => keys.AddRange([id, 0, 1, value]);

        void Text(int id, string text)
        {
            string stored = text.Replace('|', '/') + "|";
            keys.AddRange([id, TiffTag.GeoAsciiParams, stored.Length, ascii.Length]);
            ascii += stored;
        }
    }
}
