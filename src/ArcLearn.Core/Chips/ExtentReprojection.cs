using ArcLearn.Core.Crs;
using ArcLearn.Core.Rasters;
using NetTopologySuite.Geometries;

namespace ArcLearn.Core.Chips;

/// <summary>Brings an extent to the coordinates of a raster.</summary>
internal static class ExtentReprojection
{
    /// <summary>Sides are curves in another system: so many points of each tell how far they reach.</summary>
    private const int Steps = 32;

    /// <param name="wkid">EPSG or Esri code of the extent's system.</param>
    /// <returns>The bounds of the extent in the raster's system.</returns>
    /// <exception cref="LearnDataException">UnknownCrs or DatumShift: there is no way between the systems; ExtentOutside: the extent has no place in the raster's.</exception>
    /// <exception cref="LearnArgumentException">Context: the raster has no system.</exception>
    public static GeoExtent To(IRaster raster, GeoExtent extent, int wkid)
    {
        if (raster.SpatialReference is not SpatialReference target)
        {
            throw new LearnArgumentException(
                "Context", $"The extent is given in the coordinate system {wkid}, but {raster.Path} names none. Give it in the raster's coordinates, without spatialReference.");
        }

        ICoordinateTransform transform = CoordinateTransforms.Create(CoordinateSystems.FromEpsg(wkid), target);
        if (transform.IsIdentity)
        {
            return extent;
        }

        Envelope bounds = new();
        for (int i = 0; i <= Steps; i++)
        {
            double x = extent.XMin + ((extent.XMax - extent.XMin) * i / Steps);
            double y = extent.YMin + ((extent.YMax - extent.YMin) * i / Steps);
            foreach ((double px, double py) in new[] { (x, extent.YMin), (x, extent.YMax), (extent.XMin, y), (extent.XMax, y) })
            {
                (double tx, double ty) = transform.Apply(px, py);
                if (!double.IsFinite(tx) || !double.IsFinite(ty))
                {
                    throw new LearnDataException("ExtentOutside", $"The extent {extent} in the coordinate system {wkid} reaches beyond what {target} can show.", raster.Path);
                }

                bounds.ExpandToInclude(tx, ty);
            }
        }

        return new GeoExtent(bounds.MinX, bounds.MinY, bounds.MaxX, bounds.MaxY);
    }
}
