using System.Globalization;
using System.Text;
using SkiaSharp;

namespace ArcLearn.Demo;

/// <summary>The truth as a GeoJSON layer: the outline of every labelled object of which enough can be seen.</summary>
internal static class SceneLabels
{
    // A person who draws labels sees a car with a third of its roof showing, and misses one with less.
    private const float VisibleShare = 0.35f;

    /// <summary>Labels in the raster's coordinates, with the CRS named in the older <c>crs</c> member.</summary>
    public static string ToGeoJson(ScenePlan plan, GeoTransform transform, int epsg)
    {
        StringBuilder text = new();
        text.Append("{\n\"type\": \"FeatureCollection\",\n\"crs\": { \"type\": \"name\", \"properties\": { \"name\": \"urn:ogc:def:crs:EPSG::");
        text.Append(epsg).Append("\" } },\n\"features\": [\n");
        bool first = true;
        foreach (SceneObject item in plan.Objects.Where(o => o.Class is not null && IsSeen(o, plan)))
        {
            text.Append(first ? "" : ",\n");
            first = false;
            text.Append("{ \"type\": \"Feature\", \"properties\": { \"class\": \"").Append(item.Class);
            text.Append("\" }, \"geometry\": { \"type\": \"Polygon\", \"coordinates\": [[");
            foreach (SKPoint point in item.Outline.Append(item.Outline[0]))
            {
                (double x, double y) = transform.ToMap(Math.Clamp(point.X, 0, plan.Size), Math.Clamp(point.Y, 0, plan.Size));
                text.Append(CultureInfo.InvariantCulture, $"[{x:F3}, {y:F3}],");
            }

            text.Length--;
            text.Append("]] } }");
        }

        return text.Append("\n]\n}\n").ToString();
    }

    private static bool IsSeen(SceneObject item, ScenePlan plan)
    {
        SKRect box = item.Bounds;
        SceneObject[] above = [.. plan.Objects.Where(o => o.Height > item.Height && o.Bounds.IntersectsWith(box))];
        int all = 0;
        int seen = 0;
        for (float y = box.Top + 0.5f; y < box.Bottom; y++)
        {
            for (float x = box.Left + 0.5f; x < box.Right; x++)
            {
                if (!item.Contains(x, y))
                {
                    continue;
                }

                all++;
                bool inScene = x >= 0 && y >= 0 && x < plan.Size && y < plan.Size;
                seen += inScene && !Array.Exists(above, o => o.Contains(x, y)) ? 1 : 0;
            }
        }

        return seen >= VisibleShare * all;
    }
}
