using SkiaSharp;

namespace ArcLearn.Demo;

/// <summary>
/// Where everything stands, laid out in units of which a car is about 40 long and then brought to pixels: streets, parking lots, gardens, groves, and in them cars, trees and pools
/// with their look-alikes (containers, bushes, blue roofs and tarpaulins).
/// </summary>
internal sealed class ScenePlan
{
    /// <summary>Half the width of a street, in units.</summary>
    public const float StreetHalf = 34;

    private readonly Random _random;
    private readonly float _extent;
    private readonly List<SKRect> _lots = [];
    private readonly List<SceneObject> _objects = [];
    private readonly float[] _columns;
    private readonly float[] _rows;

    /// <param name="size">Pixels of a side.</param>
    /// <param name="scale">Pixels of a unit.</param>
    public ScenePlan(int size, float scale, int seed)
    {
        Size = size;
        Scale = scale;
        _extent = size / scale;
        _random = new Random(seed);
        _columns = Streets();
        _rows = Streets();
        TrafficOn(_columns, vertical: true);
        TrafficOn(_rows, vertical: false);
        Blocks();

        // Painted from the ground up: crowns hang over cars and pools.
        Objects = [.. _objects.OrderBy(o => o.Height).Select(o => o.Times(scale))];
        Columns = [.. _columns.Select(x => x * scale)];
        Rows = [.. _rows.Select(y => y * scale)];
        Lots = [.. _lots.Select(r => new SKRect(r.Left * scale, r.Top * scale, r.Right * scale, r.Bottom * scale))];
    }

    public int Size { get; }

    public IReadOnlyList<SceneObject> Objects { get; }

    public float Scale { get; }

    public IReadOnlyList<float> Columns { get; }

    public IReadOnlyList<float> Rows { get; }

    public IReadOnlyList<SKRect> Lots { get; }

    private float[] Streets()
    {
        List<float> at = [];
        for (float x = 150 + (200 * Next()); x < _extent; x += 560 + (220 * Next()))
        {
            at.Add(x);
        }

        return [.. at];
    }

    private void TrafficOn(float[] streets, bool vertical)
    {
        foreach (float street in streets)
        {
            for (float along = 40 * Next(); along < _extent; along += 70 + (260 * Next()))
            {
                float across = street + ((Next() < 0.5f ? -1 : 1) * (12 + (4 * Next())));
                Vehicle(vertical ? across : along, vertical ? along : across, (vertical ? MathF.PI / 2 : 0) + (0.06f * (Next() - 0.5f)));
            }
        }
    }

    private void Blocks()
    {
        float[] columns = [-StreetHalf, .. _columns, _extent + StreetHalf];
        float[] rows = [-StreetHalf, .. _rows, _extent + StreetHalf];
        for (int i = 0; i + 1 < columns.Length; i++)
        {
            for (int j = 0; j + 1 < rows.Length; j++)
            {
                SKRect block = new(columns[i] + StreetHalf, rows[j] + StreetHalf, columns[i + 1] - StreetHalf, rows[j + 1] - StreetHalf);
                int across = Math.Max(1, (int)(block.Width / 190));
                int down = Math.Max(1, (int)(block.Height / 190));
                for (int u = 0; u < across; u++)
                {
                    for (int v = 0; v < down; v++)
                    {
                        Parcel(new SKRect(
                            block.Left + (u * block.Width / across), block.Top + (v * block.Height / down),
                            block.Left + ((u + 1) * block.Width / across), block.Top + ((v + 1) * block.Height / down)));
                    }
                }
            }
        }
    }

    private void Parcel(SKRect at)
    {
        if (at.Width < 120 || at.Height < 120)
        {
            Trees(at, 2);
            return;
        }

        switch (Next())
        {
            case < 0.46f:
                Garden(at);
                break;
            case < 0.58f:
                Parking(at);
                break;
            case < 0.76f:
                Trees(at, 6);
                break;
            default:
                Trees(at, 1);
                Clutter(at, 2);
                break;
        }
    }

    private void Garden(SKRect at)
    {
        float angle = (Next() < 0.5f ? 0 : MathF.PI / 2) + (0.16f * (Next() - 0.5f));
        float x = at.MidX + (24 * (Next() - 0.5f));
        float y = at.Top + 48 + (10 * Next());
        SKColor[] roofs = [new(150, 82, 62), new(120, 108, 100), new(92, 88, 92), new(168, 140, 116), new(70, 112, 150)];
        Place(new SceneObject(null, "house", SceneObject.Rectangle(x, y, 92 + (30 * Next()), 58 + (16 * Next()), angle), 22, Pick(roofs), _random.Next()));
        if (Next() < 0.85f)
        {
            Pool(at.Left + 44 + ((at.Width - 88) * Next()), at.Bottom - 36 - (18 * Next()));
        }

        if (Next() < 0.5f)
        {
            Vehicle(at.Left + 26 + (10 * Next()), at.MidY + (20 * Next()), (MathF.PI / 2) + (0.2f * (Next() - 0.5f)));
        }

        Trees(at, 2);
        Clutter(at, 2);
    }

    private void Parking(SKRect at)
    {
        SKRect lot = SKRect.Inflate(at, -10, -10);
        _lots.Add(lot);
        float lean = 0.1f * (Next() - 0.5f);
        for (float y = lot.Top + 32; y < lot.Bottom - 26; y += 66)
        {
            for (float x = lot.Left + 20; x < lot.Right - 16; x += 31)
            {
                if (Next() < 0.5f)
                {
                    Vehicle(x + (2 * Next()), y + (5 * Next()), (MathF.PI / 2) + lean);
                }
            }
        }

        Trees(at, 1);
    }

    private void Vehicle(float x, float y, float angle)
    {
        if (Next() < 0.12f)
        {
            // As long as a car, ribbed, without windows: a container or a skip.
            SKColor[] steel = [new(150, 60, 50), new(60, 90, 120), new(90, 110, 80), new(170, 165, 150)];
            Place(new SceneObject(null, "container", SceneObject.Rectangle(x, y, 40 + (8 * Next()), 18, angle), 6, Pick(steel), _random.Next()));
            return;
        }

        SKColor[] paint =
        [
            new(225, 225, 228), new(200, 202, 206), new(38, 38, 42), new(110, 112, 118), new(150, 24, 28), new(26, 52, 110), new(176, 168, 140), new(66, 84, 70),
        ];
        Place(new SceneObject("car", "car", SceneObject.Rectangle(x, y, 36 + (8 * Next()), 17 + (2 * Next()), angle), 4, Pick(paint), _random.Next()));
    }

    private void Pool(float x, float y)
    {
        float power = Next() < 0.5f ? 2.2f : 6;
        SKPoint[] outline = SceneObject.Round(x, y, 46 + (22 * Next()), 26 + (10 * Next()), 0.3f * (Next() - 0.5f), power, power < 3 ? 0.16f : 0, _random);
        Place(new SceneObject("pool", "pool", outline, 0, new SKColor(64, 176, (byte)(200 + (30 * Next()))), _random.Next()));
    }

    private void Trees(SKRect at, int count)
    {
        for (int i = 0; i < count; i++)
        {
            float reach = 26 + (26 * Next());
            SKPoint[] outline = SceneObject.Round(
                at.Left + (at.Width * Next()), at.Top + (at.Height * Next()), reach, reach * (0.88f + (0.24f * Next())), 0, 2, 0.14f, _random);
            byte red = (byte)(48 + (46 * Next()));
            Place(new SceneObject("tree", "tree", outline, 12 + (10 * Next()), new SKColor(red, (byte)(red + 36 + (16 * Next())), (byte)(30 + (18 * Next()))), _random.Next()));
        }
    }

    private void Clutter(SKRect at, int count)
    {
        for (int i = 0; i < count; i++)
        {
            float x = at.Left + 16 + ((at.Width - 32) * Next());
            float y = at.Top + 16 + ((at.Height - 32) * Next());
            switch (Next())
            {
                case < 0.4f:
                    Place(new SceneObject(null, "bush", SceneObject.Round(x, y, 10 + (4 * Next()), 10 + (4 * Next()), 0, 2, 0.1f, _random), 2, new SKColor(66, 96, 44), _random.Next()));
                    break;
                case < 0.7f:
                    Place(new SceneObject(
                        null, "tarpaulin", SceneObject.Rectangle(x, y, 36 + (20 * Next()), 24 + (10 * Next()), MathF.PI * Next()), 1, new SKColor(58, 128, 196), _random.Next()));
                    break;
                default:
                    Place(new SceneObject(null, "lawn", SceneObject.Round(x, y, 34 + (16 * Next()), 34 + (16 * Next()), 0, 2, 0.05f, _random), 0, new SKColor(112, 142, 72), _random.Next()));
                    break;
            }
        }
    }

    /// <summary>Things on the ground do not stand in each other; crowns may hang over anything.</summary>
    private void Place(SceneObject item)
    {
        SKRect bounds = SKRect.Inflate(item.Bounds, 3, 3);
        if (item.Kind == "tree" || !_objects.Exists(other => other.Kind != "tree" && other.Bounds.IntersectsWith(bounds)))
        {
            _objects.Add(item);
        }
    }

    private float Next() => _random.NextSingle();

    private SKColor Pick(SKColor[] from) => from[_random.Next(from.Length)];
}
