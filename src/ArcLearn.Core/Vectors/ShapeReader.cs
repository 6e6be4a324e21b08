using System.Buffers.Binary;
using NetTopologySuite.Algorithm;
using NetTopologySuite.Geometries;

namespace ArcLearn.Core.Vectors;

/// <summary>
/// Reads the shapes of a .shp in x and y, in the order of its .shx where there is one (ESRI Shapefile Technical Description, 1998). Written
/// here since every count is checked against the record's length: a file that lies must end in an error, not in a loop.
/// </summary>
internal sealed class ShapeReader : IDisposable
{
    private const int FileHeader = 100;
    private const int RecordHeader = 8;
    private const int XY = 16;

    // Of shapes with parts: type, four bounds, then the counts of parts and points.
    private const int Counts = 36;

    private static readonly GeometryFactory s_factory = new();

    private readonly Stream _shp;
    private readonly Stream? _shx;
    private byte[] _record = new byte[1024];

    public ShapeReader(Stream shp, Stream? shx)
    {
        (_shp, _shx) = (shp, shx);
        _shp.Position = FileHeader;
        if (_shx is not null)
        {
            _shx.Position = FileHeader;
        }
    }

    public void Dispose()
    {
        _shp.Dispose();
        _shx?.Dispose();
    }

    /// <summary>The next shape; null for one without a geometry. Rings are taken as they are, whether or not they cross.</summary>
    /// <exception cref="FormatException">The record is damaged.</exception>
    /// <exception cref="EndOfStreamException">There is none.</exception>
    public Geometry? Read()
    {
        Span<byte> header = stackalloc byte[RecordHeader];
        if (_shx is not null)
        {
            _shx.ReadExactly(header);
            long offset = 2L * BinaryPrimitives.ReadInt32BigEndian(header);
            _shp.Position = offset >= FileHeader && offset < _shp.Length ? offset : throw new FormatException("its index points beyond the file");
        }

        _shp.ReadExactly(header);
        long length = 2L * BinaryPrimitives.ReadInt32BigEndian(header[4..]);
        if (length < sizeof(int) || length > _shp.Length - _shp.Position)
        {
            throw new FormatException($"its shape has {length} bytes");
        }

        if (_record.Length < length)
        {
            _record = new byte[length];
        }

        _shp.ReadExactly(_record.AsSpan(0, (int)length));
        return Parse(_record.AsSpan(0, (int)length));
    }

    /// <summary>The types with heights and measures begin like the plain ones.</summary>
    private static Geometry? Parse(ReadOnlySpan<byte> record)
    {
        int type = BinaryPrimitives.ReadInt32LittleEndian(record);
        return type switch
        {
            0 => null,
            1 or 11 or 21 => s_factory.CreatePoint(Positions(record[sizeof(int)..], 1)[0]),
            8 or 18 or 28 => s_factory.CreateMultiPointFromCoords(Positions(record[(Counts + sizeof(int))..], Integer(record, Counts))),
            3 or 13 or 23 => Lines(Parts(record)),
            5 or 15 or 25 => Polygons(Parts(record)),
            31 => throw new FormatException("it is a multipatch, which is no shape on a map"),
            _ => throw new FormatException($"its shape is of the unknown type {type}"),
        };
    }

    private static int Integer(ReadOnlySpan<byte> record, int offset) => record.Length >= offset + sizeof(int)
        ? BinaryPrimitives.ReadInt32LittleEndian(record[offset..])
        : throw new FormatException("its shape is cut off");

    private static Coordinate[] Positions(ReadOnlySpan<byte> bytes, int count)
    {
        if (count < 0 || (long)count * XY > bytes.Length)
        {
            throw new FormatException($"its shape says that it has {count} points");
        }

        Coordinate[] positions = new Coordinate[count];
        for (int i = 0; i < count; i++)
        {
            positions[i] = new Coordinate(
                BinaryPrimitives.ReadDoubleLittleEndian(bytes[(i * XY)..]), BinaryPrimitives.ReadDoubleLittleEndian(bytes[((i * XY) + sizeof(double))..]));
        }

        return positions;
    }

    private static List<Coordinate[]> Parts(ReadOnlySpan<byte> record)
    {
        int parts = Integer(record, Counts);
        int points = Integer(record, Counts + sizeof(int));
        int first = Counts + (2 * sizeof(int));
        if (parts < 0 || (long)parts * sizeof(int) > record.Length - first)
        {
            throw new FormatException($"its shape says that it has {parts} parts");
        }

        Coordinate[] positions = Positions(record[(first + (parts * sizeof(int)))..], points);
        List<Coordinate[]> found = new(parts);
        for (int i = 0; i < parts; i++)
        {
            int start = Integer(record, first + (i * sizeof(int)));
            int end = i + 1 < parts ? Integer(record, first + ((i + 1) * sizeof(int))) : points;
            found.Add(start >= 0 && start <= end && end <= points
                ? positions[start..end]
                : throw new FormatException($"part {i + 1} of its shape begins at point {start} and ends at {end}"));
        }

        return found;
    }

    private static Geometry? Lines(List<Coordinate[]> parts)
    {
        LineString[] lines = [.. parts.Where(part => part.Length > 1).Select(s_factory.CreateLineString)];
        return lines.Length switch { 0 => null, 1 => lines[0], _ => s_factory.CreateMultiLineString(lines) };
    }

    /// <summary>Clockwise rings are outer ones; each other ring is a hole of the smallest outer one around it, or an outer one where there is none.</summary>
    private static Geometry? Polygons(List<Coordinate[]> parts)
    {
        LinearRing[] rings = [.. parts.Select(Close).Where(ring => ring.Length > 3).Select(s_factory.CreateLinearRing)];
        if (rings.Length < 2)
        {
            return rings.Length == 0 ? null : s_factory.CreatePolygon(rings[0]);
        }

        List<(LinearRing Shell, List<LinearRing> Holes)> polygons = [.. rings.Where(ring => !ring.IsCCW).Select(ring => (ring, new List<LinearRing>()))];
        foreach (LinearRing ring in rings.Where(ring => ring.IsCCW))
        {
            List<LinearRing>? around = polygons
                .Where(p => p.Shell.EnvelopeInternal.Contains(ring.EnvelopeInternal) && PointLocation.IsInRing(ring.GetCoordinateN(0), p.Shell.Coordinates))
                .MinBy(p => p.Shell.EnvelopeInternal.Area).Holes;
            if (around is null)
            {
                polygons.Add((ring, []));
            }
            else
            {
                around.Add(ring);
            }
        }

        Polygon[] built = [.. polygons.Select(p => s_factory.CreatePolygon(p.Shell, [.. p.Holes]))];
        return built.Length == 1 ? built[0] : s_factory.CreateMultiPolygon(built);
    }

    private static Coordinate[] Close(Coordinate[] ring) =>
        ring.Length > 2 && !ring[0].Equals2D(ring[^1]) ? [.. ring, ring[0].Copy()] : ring;
}
