using System.Globalization;
using System.Text;

namespace ArcLearn.Tests.Cmdlets.TestSupport;

/// <summary>
/// A georeferenced picture with things to find, written byte by byte: an uncompressed GeoTIFF (UTM 18N, half a metre to the pixel)
/// of grey noise with red and blue squares on it, and their outlines as GeoJSON.
/// </summary>
internal static class TestScene
{
    public const double OriginX = 500_000;
    public const double OriginY = 4_500_000;
    public const double Cell = 0.5;

    /// <param name="bands">1 to 4; squares show in the first three.</param>
    public static void Write(string rasterPath, string labelPath, int size = 384, int seed = 1, int bands = 3)
    {
        (byte[] samples, List<(string Class, int X, int Y, int Side)> squares) = Paint(size, seed, bands);
        File.WriteAllBytes(rasterPath, Tiff(samples, size, bands, OriginX, OriginY));
        File.WriteAllText(labelPath, Labels(squares));
    }

    /// <summary>The same raster in four files, 0.tif to 3.tif, row by row.</summary>
    public static void WriteQuarters(string folder, int size = 384, int seed = 1, int bands = 3)
    {
        byte[] samples = Paint(size, seed, bands).Samples;
        int half = size / 2;
        Directory.CreateDirectory(folder);
        for (int i = 0; i < 4; i++)
        {
            (int row, int column) = (i / 2 * half, i % 2 * half);
            byte[] part = [.. Enumerable.Range(row, half).SelectMany(y => samples.Skip(((y * size) + column) * bands).Take(half * bands))];
            File.WriteAllBytes(Path.Combine(folder, $"{i}.tif"), Tiff(part, half, bands, OriginX + (column * Cell), OriginY - (row * Cell)));
        }
    }

    private static (byte[] Samples, List<(string Class, int X, int Y, int Side)> Squares) Paint(int size, int seed, int bands)
    {
        Random random = new(seed);
        byte[] samples = new byte[size * size * bands];
        for (int i = 0; i < samples.Length; i++)
        {
            samples[i] = (byte)random.Next(90, 150);
        }

        List<(string Class, int X, int Y, int Side)> squares = [];
        for (int y = 12; y < size - 48; y += 60)
        {
            for (int x = 12; x < size - 48; x += 60)
            {
                bool red = random.Next(2) == 0;
                (int left, int top, int side) = (x + random.Next(10), y + random.Next(10), random.Next(26, 36));
                squares.Add((red ? "roof" : "pool", left, top, side));
                Paint(samples, size, bands, left, top, side, red ? [220, 40, 30, 0] : [30, 60, 220, 0]);
            }
        }

        return (samples, squares);
    }

    private static void Paint(byte[] samples, int size, int bands, int left, int top, int side, byte[] color)
    {
        for (int y = top; y < top + side; y++)
        {
            for (int x = left; x < left + side; x++)
            {
                color.AsSpan(0, bands).CopyTo(samples.AsSpan(((y * size) + x) * bands));
            }
        }
    }

    private static string Labels(List<(string Class, int X, int Y, int Side)> squares)
    {
        IEnumerable<string> features = squares.Select(s =>
        {
            string[] x = [Text(OriginX + (s.X * Cell)), Text(OriginX + ((s.X + s.Side) * Cell))];
            string[] y = [Text(OriginY - (s.Y * Cell)), Text(OriginY - ((s.Y + s.Side) * Cell))];
            return $$"""
                { "type": "Feature", "properties": { "class": "{{s.Class}}" }, "geometry": { "type": "Polygon", "coordinates":
                [[[{{x[0]}}, {{y[0]}}], [{{x[0]}}, {{y[1]}}], [{{x[1]}}, {{y[1]}}], [{{x[1]}}, {{y[0]}}], [{{x[0]}}, {{y[0]}}]]] } }
                """;
        });
        return $$"""
            { "type": "FeatureCollection", "crs": { "type": "name", "properties": { "name": "urn:ogc:def:crs:EPSG::32618" } }, "features": [
            {{string.Join(",\n", features)}} ] }
            """;
    }

    private static string Text(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    private static byte[] Tiff(byte[] samples, int size, int bands, double left, double top)
    {
        ushort[] geoKeys = [1, 1, 0, 3, 1024, 0, 1, 1, 1025, 0, 1, 1, 3072, 0, 1, 32618];
        double[] scale = [Cell, Cell, 0];
        double[] tie = [0, 0, 0, left, top, 0];
        ushort[] bits = [.. Enumerable.Repeat((ushort)8, bands)];
        ushort[] extra = [.. Enumerable.Repeat((ushort)0, Math.Max(0, bands - (bands >= 3 ? 3 : 1)))];
        List<(ushort Tag, ushort Type, int Count, byte[] Value)> tags =
        [
            (256, 4, 1, BitConverter.GetBytes(size)), (257, 4, 1, BitConverter.GetBytes(size)),
            (258, 3, bands, Bytes(bits)), (259, 3, 1, Bytes([1])), (262, 3, 1, Bytes([(ushort)(bands >= 3 ? 2 : 1)])),
            (273, 4, 1, []), (277, 3, 1, Bytes([(ushort)bands])), (278, 4, 1, BitConverter.GetBytes(size)), (279, 4, 1, BitConverter.GetBytes(samples.Length)),
        ];
        if (extra.Length > 0)
        {
            tags.Add((338, 3, extra.Length, Bytes(extra)));
        }

        tags.Add((33550, 12, 3, Bytes(scale)));
        tags.Add((33922, 12, 6, Bytes(tie)));
        tags.Add((34735, 3, geoKeys.Length, Bytes(geoKeys)));

        using MemoryStream stream = new();
        using BinaryWriter writer = new(stream, Encoding.ASCII);
        writer.Write("II*\0"u8);
        writer.Write(8);
        int after = 8 + 2 + (12 * tags.Count) + 4;
        int pixels = after + tags.Where(t => t.Value.Length > 4).Sum(t => t.Value.Length);
        writer.Write((ushort)tags.Count);
        int next = after;
        foreach ((ushort tag, ushort type, int count, byte[] value) in tags)
        {
            writer.Write(tag);
            writer.Write(type);
            writer.Write(count);
            byte[] inline = tag == 273 ? BitConverter.GetBytes(pixels) : value;
            if (inline.Length > 4)
            {
                writer.Write(next);
                next += inline.Length;
            }
            else
            {
                writer.Write([.. inline, .. new byte[4 - inline.Length]]);
            }
        }

        writer.Write(0);
        foreach ((_, _, _, byte[] value) in tags.Where(t => t.Value.Length > 4))
        {
            writer.Write(value);
        }

        writer.Write(samples);
        writer.Flush();
        return stream.ToArray();
    }

    private static byte[] Bytes(ushort[] values) => [.. values.SelectMany(BitConverter.GetBytes)];

    private static byte[] Bytes(double[] values) => [.. values.SelectMany(BitConverter.GetBytes)];
}
