using SkiaSharp;

namespace ArcLearn.Demo;

/// <summary>One thing in the scene: what it is, its outline in pixels, how high it stands.</summary>
/// <param name="Class">The label, or null for what is only there to be mistaken for one.</param>
internal sealed record SceneObject(string? Class, string Kind, SKPoint[] Outline, float Height, SKColor Color, int Seed)
{
    public SKRect Bounds
    {
        get
        {
            SKRect box = new(float.MaxValue, float.MaxValue, float.MinValue, float.MinValue);
            foreach (SKPoint p in Outline)
            {
                box = new SKRect(MathF.Min(box.Left, p.X), MathF.Min(box.Top, p.Y), MathF.Max(box.Right, p.X), MathF.Max(box.Bottom, p.Y));
            }

            return box;
        }
    }

    /// <summary>The same thing, larger and as much farther from the origin.</summary>
    public SceneObject Times(float scale) => this with
    {
        Outline = [.. Outline.Select(p => new SKPoint(p.X * scale, p.Y * scale))],
        Height = Height * scale,
    };

    public SKPath Path()
    {
        using SKPathBuilder builder = new();
        builder.AddPoly(Outline, close: true);
        return builder.Detach();
    }

    /// <summary>Even-odd rule.</summary>
    public bool Contains(float x, float y)
    {
        bool inside = false;
        for (int i = 0, j = Outline.Length - 1; i < Outline.Length; j = i++)
        {
            SKPoint a = Outline[i];
            SKPoint b = Outline[j];
            if ((a.Y > y) != (b.Y > y) && x < ((b.X - a.X) * (y - a.Y) / (b.Y - a.Y)) + a.X)
            {
                inside = !inside;
            }
        }

        return inside;
    }

    /// <summary>Corners of a rectangle turned about its centre, angle in radians.</summary>
    public static SKPoint[] Rectangle(float x, float y, float length, float width, float angle)
    {
        (float sin, float cos) = MathF.SinCos(angle);
        return [Corner(1, 1), Corner(1, -1), Corner(-1, -1), Corner(-1, 1)];

        SKPoint Corner(int u, int v) =>
            new(x + (u * length / 2 * cos) - (v * width / 2 * sin), y + (u * length / 2 * sin) + (v * width / 2 * cos));
    }

    /// <summary>A superellipse: power 2 is an ellipse, more is squarer; wobble in parts of the radius.</summary>
    public static SKPoint[] Round(float x, float y, float length, float width, float angle, float power, float wobble, Random random)
    {
        (float sin, float cos) = MathF.SinCos(angle);
        float phase = random.NextSingle() * MathF.Tau;
        float second = random.NextSingle() * MathF.Tau;
        SKPoint[] points = new SKPoint[28];
        for (int i = 0; i < points.Length; i++)
        {
            float t = i * MathF.Tau / points.Length;
            (float s, float c) = MathF.SinCos(t);
            float stretch = 1 + (wobble * (MathF.Sin((3 * t) + phase) + MathF.Sin((5 * t) + second)) / 2);
            float u = MathF.CopySign(MathF.Pow(MathF.Abs(c), 2 / power), c) * length / 2 * stretch;
            float v = MathF.CopySign(MathF.Pow(MathF.Abs(s), 2 / power), s) * width / 2 * stretch;
            points[i] = new SKPoint(x + (u * cos) - (v * sin), y + (u * sin) + (v * cos));
        }

        return points;
    }
}
