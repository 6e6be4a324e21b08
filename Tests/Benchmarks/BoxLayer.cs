using System.Globalization;
using System.Text;

namespace ArcLearn.Benchmarks;

/// <summary>Boxes as a GeoJSON layer of rectangles with a class field.</summary>
internal static class BoxLayer
{
    /// <param name="path">The file to write.</param>
    /// <param name="boxes">Class, left, top, right, bottom in pixels.</param>
    /// <param name="transform">From pixels to the layer's coordinates.</param>
    /// <param name="epsg">The layer's CRS; null for the raster's own coordinates.</param>
    public static void Write(
        string path, IEnumerable<(string Class, double Left, double Top, double Right, double Bottom)> boxes, GeoTransform transform, int? epsg)
    {
        StringBuilder text = new("{\"type\": \"FeatureCollection\",");
        if (epsg is int code)
        {
            text.Append(CultureInfo.InvariantCulture, $"\"crs\": {{\"type\": \"name\", \"properties\": {{\"name\": \"urn:ogc:def:crs:EPSG::{code}\"}}}},");
        }

        text.Append("\"features\": [");
        text.AppendJoin(",\n", boxes.Select(box => Feature(box.Class, Ring(box.Left, box.Top, box.Right, box.Bottom, transform))));
        text.Append("]}\n");
        File.WriteAllText(path, text.ToString());
    }

    private static string Feature(string name, string ring) =>
        $"{{\"type\": \"Feature\", \"properties\": {{\"class\": \"{name}\"}}, \"geometry\": {{\"type\": \"Polygon\", \"coordinates\": [[{ring}]]}}}}";

    private static string Ring(double left, double top, double right, double bottom, GeoTransform transform) => string.Join(
        ", ",
        new[] { (left, top), (left, bottom), (right, bottom), (right, top), (left, top) }.Select(corner =>
        {
            (double x, double y) = transform.ToMap(corner.Item1, corner.Item2);
            return string.Create(CultureInfo.InvariantCulture, $"[{x:R}, {y:R}]");
        }));
}
