using System.Collections;
using ArcLearn.Core.Crs;

namespace ArcLearn.Core.Inference;

/// <summary>
/// The ways to name a coordinate reference system: an EPSG or Esri code as a number or text ("EPSG:32618"), well-known text, arcgis' dictionary with
/// wkid (or latestWkid, or wkt), or a <see cref="SpatialReference"/>.
/// </summary>
internal static class SpatialReferenceArgument
{
    private const string Expected = "an EPSG code such as 32618 or 'EPSG:32618', well-known text, or a table with the member wkid";

    /// <param name="name">What it is called in the table, for errors.</param>
    /// <exception cref="LearnArgumentException">It is none of these.</exception>
    public static SpatialReference Parse(ArgumentTable table, string name, object value)
    {
        if (value is SpatialReference known)
        {
            return known;
        }

        object? text = value is IDictionary members
            ? ArgumentTable.Member(members, "latestWkid") ?? ArgumentTable.Member(members, "wkid") ?? ArgumentTable.Member(members, "wkt")
            : value;
        if (ArgumentTable.TryNumber(text, out double code))
        {
            return code == Math.Floor(code) && code is > 0 and < int.MaxValue ? CoordinateSystems.FromEpsg((int)code) : throw table.Fault(name, text, Expected);
        }

        try
        {
            // A name that no list knows is no system that anything can be converted to.
            SpatialReference found = CoordinateSystems.FromName(ArgumentTable.Text(text));
            return found.Epsg is not null || found.Wkt is not null ? found : throw table.Fault(name, text, Expected);
        }
        catch (LearnFormatException)
        {
            throw table.Fault(name, text, Expected);
        }
    }
}
