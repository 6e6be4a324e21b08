using System.Text.Json;
using NetTopologySuite.Geometries;

namespace ArcLearn.Core.Vectors;

/// <summary>A GeoJSON geometry object (RFC 7946, section 3.1) to a geometry in x and y; heights are dropped. Unclosed rings are closed.</summary>
internal static class GeoJsonGeometry
{
    private static readonly GeometryFactory s_factory = NetTopologySuite.NtsGeometryServices.Instance.CreateGeometryFactory();

    public static bool IsGeometryType(string? type) => type is
        "Point" or "MultiPoint" or "LineString" or "MultiLineString" or "Polygon" or "MultiPolygon" or "GeometryCollection";

    /// <exception cref="FormatException">The object is no geometry; the message says what was found.</exception>
    public static Geometry? Read(JsonElement element)
    {
        if (element.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        string? type = element.ValueKind == JsonValueKind.Object && element.TryGetProperty("type", out JsonElement named)
            ? named.AsText()
            : null;
        if (type == "GeometryCollection")
        {
            return s_factory.CreateGeometryCollection([.. Items(Member(element, "geometries")).Select(Read).OfType<Geometry>()]);
        }

        if (!IsGeometryType(type))
        {
            throw new FormatException($"a geometry has the type '{type}', which GeoJSON does not know (section 3.1)");
        }

        JsonElement coordinates = Member(element, "coordinates");
        return type switch
        {
            "Point" => coordinates.GetArrayLength() == 0 ? s_factory.CreatePoint() : s_factory.CreatePoint(Position(coordinates)),
            "MultiPoint" => s_factory.CreateMultiPointFromCoords(Positions(coordinates)),
            "LineString" => Line(coordinates),
            "MultiLineString" => s_factory.CreateMultiLineString([.. Items(coordinates).Select(Line)]),
            "Polygon" => ReadPolygon(coordinates),
            _ => s_factory.CreateMultiPolygon([.. Items(coordinates).Select(ReadPolygon)]),
        };
    }

    private static JsonElement Member(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Array
            ? value
            : throw new FormatException($"a geometry has no array '{name}'");

    private static JsonElement.ArrayEnumerator Items(JsonElement element) => element.ValueKind == JsonValueKind.Array
        ? element.EnumerateArray()
        : throw new FormatException($"coordinates hold {Short(element)} where an array belongs");

    private static LineString Line(JsonElement element)
    {
        Coordinate[] positions = Positions(element);
        return positions.Length == 1
            ? throw new FormatException("a line has a single position; it needs two (section 3.1.4)")
            : s_factory.CreateLineString(positions);
    }

    private static Polygon ReadPolygon(JsonElement element)
    {
        LinearRing[] rings = [.. Items(element).Select(Ring)];
        return rings.Length == 0 ? s_factory.CreatePolygon() : s_factory.CreatePolygon(rings[0], rings[1..]);
    }

    private static LinearRing Ring(JsonElement element)
    {
        Coordinate[] positions = Positions(element);
        if (positions.Length > 0 && !positions[0].Equals2D(positions[^1]))
        {
            positions = [.. positions, positions[0].Copy()];
        }

        return positions.Length is > 0 and < 4
            ? throw new FormatException($"a ring has {positions.Length} positions; it needs four (section 3.1.6)")
            : s_factory.CreateLinearRing(positions);
    }

    private static Coordinate[] Positions(JsonElement element) => [.. Items(element).Select(Position)];

    private static Coordinate Position(JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Array || element.GetArrayLength() < 2)
        {
            throw new FormatException($"a position is {Short(element)}; it needs two numbers (section 3.1.1)");
        }

        return new Coordinate(Number(element[0]), Number(element[1]));
    }

    private static double Number(JsonElement element) =>
        element.ValueKind == JsonValueKind.Number && element.TryGetDouble(out double value) && double.IsFinite(value)
            ? value
            : throw new FormatException($"a coordinate is {Short(element)}, which is not a number");

    private static string Short(JsonElement element)
    {
        string text = element.GetRawText();
        return text.Length <= 40 ? text : text[..40] + "…";
    }
}
