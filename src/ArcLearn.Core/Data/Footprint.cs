using System.Globalization;
using ArcLearn.Core.Crs;
using NetTopologySuite.Geometries;

namespace ArcLearn.Core.Data;

/// <summary>Where a chip lies. Chips of different spaces (other CRS, other image) never overlap.</summary>
/// <param name="Bounds">In map units, a rotated chip's box around it; null where the chip has no place.</param>
internal sealed record Footprint(string Space, Envelope? Bounds)
{
    public static Footprint Of(ChipEntry chip, TrainingFolder folder, int folderIndex)
    {
        string space = folder.IsMapSpace && (Key(chip.SpatialReference) ?? folder.SpaceKey) is string crs
            ? crs
            : string.Create(CultureInfo.InvariantCulture, $"folder {folderIndex}");
        if (chip.Transform is not GeoTransform transform)
        {
            return new Footprint(space, null);
        }

        Envelope bounds = new();
        foreach ((int column, int row) in new[] { (0, 0), (chip.Width, 0), (0, chip.Height), (chip.Width, chip.Height) })
        {
            (double x, double y) = transform.ToMap(column, row);
            bounds.ExpandToInclude(x, y);
        }

        return new Footprint(space, bounds);
    }

    /// <summary>Neighbours share a border; what world files round away of it is no overlap.</summary>
    public Envelope Inner()
    {
        Envelope inner = Bounds!.Copy();
        inner.ExpandBy(-0.001 * inner.Width, -0.001 * inner.Height);
        return inner;
    }

    /// <summary>The code, found out from the well-known text where need be: one file names it, its neighbour may not.</summary>
    private static string? Key(SpatialReference? crs) =>
        crs is null ? null
        : (crs.Epsg ?? CoordinateSystems.Identify(crs)?.Epsg) is int code ? string.Create(CultureInfo.InvariantCulture, $"EPSG:{code}")
        : crs.Name;
}
