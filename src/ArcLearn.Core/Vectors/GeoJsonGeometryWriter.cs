using System.Text.Json;
using NetTopologySuite.Algorithm;
using NetTopologySuite.Geometries;

namespace ArcLearn.Core.Vectors;

/// <summary>A geometry as a GeoJSON geometry object, in x and y, each number in the shortest form that reads back equal.</summary>
internal static class GeoJsonGeometryWriter
{
    public static void Write(Utf8JsonWriter json, Geometry geometry)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, geometry.GeometryType);
        bool isCollection = geometry.OgcGeometryType == OgcGeometryType.GeometryCollection;
        json.WritePropertyName(isCollection ? "geometries"u8 : "coordinates"u8);
        if (isCollection)
        {
            json.WriteStartArray();
            for (int i = 0; i < geometry.NumGeometries; i++)
            {
                Write(json, geometry.GetGeometryN(i));
            }

            json.WriteEndArray();
        }
        else
        {
            Coordinates(json, geometry);
        }

        json.WriteEndObject();
    }

    private static void Coordinates(Utf8JsonWriter json, Geometry geometry)
    {
        switch (geometry)
        {
            case Point { IsEmpty: false } point:
                Position(json, point.CoordinateSequence, 0);
                return;
            case LineString line:
                Positions(json, line.CoordinateSequence, reverse: false);
                return;
            default:
                json.WriteStartArray();
                Parts(json, geometry);
                json.WriteEndArray();
                return;
        }
    }

    private static void Parts(Utf8JsonWriter json, Geometry geometry)
    {
        if (geometry is Polygon { IsEmpty: false } polygon)
        {
            Ring(json, polygon.Shell, counterclockwise: true);
            foreach (LineString hole in polygon.InteriorRings)
            {
                Ring(json, hole, counterclockwise: false);
            }
        }
        else if (geometry is GeometryCollection collection)
        {
            foreach (Geometry part in collection.Geometries)
            {
                Coordinates(json, part);
            }
        }
    }

    private static void Ring(Utf8JsonWriter json, LineString ring, bool counterclockwise) => Positions(
        json, ring.CoordinateSequence, Orientation.IsCCW(ring.CoordinateSequence) != counterclockwise);

    private static void Positions(Utf8JsonWriter json, CoordinateSequence sequence, bool reverse)
    {
        json.WriteStartArray();
        for (int i = 0; i < sequence.Count; i++)
        {
            Position(json, sequence, reverse ? sequence.Count - 1 - i : i);
        }

        json.WriteEndArray();
    }

    private static void Position(Utf8JsonWriter json, CoordinateSequence sequence, int at)
    {
        json.WriteStartArray();
        json.WriteNumberValue(sequence.GetX(at));
        json.WriteNumberValue(sequence.GetY(at));
        json.WriteEndArray();
    }
}
