using SkiaSharp;

namespace ArcLearn.Demo;

/// <summary>Paints the plan as a camera above would see it: ground, shadows, objects, haze of the sensor. RGB, 8 bits.</summary>
internal sealed class SceneRenderer(ScenePlan plan, int seed)
{
    // The sun stands in the north-west: shadows fall to the south-east, a part of the object's height away.
    private const float ShadowX = 0.62f;
    private const float ShadowY = 0.48f;

    private readonly Noise _noise = new((uint)seed);

    /// <summary>Pixels row by row, four bytes each: red, green, blue, 255.</summary>
    public byte[] Render()
    {
        SKImageInfo info = new(plan.Size, plan.Size, SKColorType.Rgba8888, SKAlphaType.Opaque);
        using SKBitmap bitmap = new(info);
        Ground().CopyTo(bitmap.GetPixelSpan());
        using (SKCanvas canvas = new(bitmap))
        {
            Shadows(canvas);
            foreach (SceneObject item in plan.Objects)
            {
                Paint(canvas, item);
            }
        }

        return Sensor(bitmap.GetPixelSpan().ToArray());
    }

    private byte[] Ground()
    {
        int size = plan.Size;
        byte[] pixels = new byte[size * size * 4];
        float[] streetX = Distances(plan.Columns);
        float[] streetY = Distances(plan.Rows);
        float streetHalf = ScenePlan.StreetHalf * plan.Scale;
        Parallel.For(0, size, y =>
        {
            for (int x = 0; x < size; x++)
            {
                float wide = _noise.Fractal(x, y, 330);
                float grain = _noise.Fractal(x, y, 9) - 0.5f;
                float dry = Math.Clamp((wide - 0.42f) * 5, 0, 1);
                float red = float.Lerp(92, 158, dry);
                float green = float.Lerp(112, 140, dry);
                float blue = float.Lerp(64, 104, dry);
                float street = MathF.Min(streetX[x], streetY[y]);
                if (street < streetHalf)
                {
                    bool pavement = street > streetHalf - (9 * plan.Scale);
                    bool line = street < 1.5f * plan.Scale && (((streetX[x] < streetY[y] ? y : x) / (int)(26 * plan.Scale)) % 2) == 0;
                    (red, green, blue) = line ? (205, 203, 190) : pavement ? (158, 154, 146) : (98, 98, 101);
                    grain *= 0.45f;
                }
                else if (InLot(x, y))
                {
                    (red, green, blue) = (116, 115, 117);
                    grain *= 0.5f;
                }

                int at = ((y * size) + x) * 4;
                float shade = 1 + (0.38f * grain) + (0.12f * (_noise.Smooth(x, y, 61) - 0.5f));
                pixels[at] = Byte(red * shade);
                pixels[at + 1] = Byte(green * shade);
                pixels[at + 2] = Byte(blue * shade);
                pixels[at + 3] = 255;
            }
        });
        return pixels;
    }

    private bool InLot(int x, int y)
    {
        foreach (SKRect lot in plan.Lots)
        {
            if (lot.Contains(x, y))
            {
                return true;
            }
        }

        return false;
    }

    private float[] Distances(IReadOnlyList<float> streets)
    {
        float[] nearest = new float[plan.Size];
        for (int i = 0; i < nearest.Length; i++)
        {
            nearest[i] = streets.Min(s => MathF.Abs(s - i));
        }

        return nearest;
    }

    private void Shadows(SKCanvas canvas)
    {
        using SKPaint paint = new() { Color = new SKColor(10, 14, 30, 120), IsAntialias = true };
        using SKMaskFilter blur = SKMaskFilter.CreateBlur(SKBlurStyle.Normal, 1.6f);
        paint.MaskFilter = blur;
        foreach (SceneObject item in plan.Objects.Where(o => o.Height > 0))
        {
            using SKPath path = item.Path();
            canvas.Save();
            canvas.Translate(ShadowX * item.Height, ShadowY * item.Height);
            canvas.DrawPath(path, paint);
            canvas.Restore();
        }
    }

    private void Paint(SKCanvas canvas, SceneObject item)
    {
        Random random = new(item.Seed);
        using SKPath path = item.Path();
        using SKPaint fill = new() { Color = item.Color, IsAntialias = true };
        switch (item.Kind)
        {
            case "tree" or "bush":
                Crown(canvas, item, path, fill, random);
                break;
            case "car":
                Car(canvas, item, path, fill);
                break;
            case "house":
                Roof(canvas, item, path, fill);
                break;
            case "pool":
                Pool(canvas, item, path, fill, random);
                break;
            case "container":
                canvas.DrawPath(path, fill);
                Ribs(canvas, item, 7, Shade(item.Color, 0.72f));
                break;
            case "tarpaulin":
                canvas.DrawPath(path, fill);
                Ribs(canvas, item, 3, Shade(item.Color, 1.18f));
                break;
            default:
                canvas.DrawPath(path, fill);
                break;
        }
    }

    private void Crown(SKCanvas canvas, SceneObject item, SKPath path, SKPaint fill, Random random)
    {
        canvas.Save();
        fill.Color = Shade(item.Color, 0.62f);
        canvas.DrawPath(path, fill);
        canvas.ClipPath(path, SKClipOperation.Intersect, antialias: true);
        SKRect box = item.Bounds;
        float reach = box.Width / 2;
        for (int i = 0; i < 16 + (int)reach; i++)
        {
            float angle = random.NextSingle() * MathF.Tau;
            float out_ = MathF.Sqrt(random.NextSingle()) * reach;
            float x = box.MidX + (MathF.Cos(angle) * out_);
            float y = box.MidY + (MathF.Sin(angle) * out_);

            // Leaves towards the sun are bright, those behind are dark.
            float light = 0.95f - (0.38f * ((MathF.Cos(angle) + MathF.Sin(angle)) / 1.42f) * (out_ / reach)) + (0.2f * (random.NextSingle() - 0.5f));
            fill.Color = Shade(item.Color, light).WithAlpha(190);
            canvas.DrawCircle(x, y, 1.5f + (reach * 0.16f * (0.6f + random.NextSingle())), fill);
        }

        canvas.Restore();
    }

    private void Car(SKCanvas canvas, SceneObject item, SKPath path, SKPaint fill)
    {
        using SKPaint round = new() { Color = item.Color, IsAntialias = true, Style = SKPaintStyle.StrokeAndFill, StrokeWidth = 2 * plan.Scale, StrokeJoin = SKStrokeJoin.Round };
        SKPoint[] inner = Inset(item, 0.92f, 0.86f);
        using (SKPath body = Polygon(inner))
        {
            canvas.DrawPath(body, round);
        }

        SKColor glass = new(28, 36, 46);
        Across(canvas, item, 0.30f, 0.16f, 0.8f, glass);
        Across(canvas, item, -0.52f, 0.10f, 0.74f, glass);
        Across(canvas, item, -0.10f, 0.26f, 0.66f, Shade(item.Color, 1.16f));
        _ = path;
        _ = fill;
    }

    /// <summary>A band across an object's length: position and half length from −1 to 1, width as a part.</summary>
    private static void Across(SKCanvas canvas, SceneObject item, float at, float half, float width, SKColor color)
    {
        using SKPath band = Polygon(Band(item, at - half, at + half, width));
        using SKPaint paint = new() { Color = color, IsAntialias = true };
        canvas.DrawPath(band, paint);
    }

    private void Roof(SKCanvas canvas, SceneObject item, SKPath path, SKPaint fill)
    {
        canvas.DrawPath(path, fill);
        SKPoint[] o = item.Outline;
        SKPoint front = Mid(o[0], o[1]);
        SKPoint back = Mid(o[2], o[3]);
        using SKPath shaded = Polygon([front, o[0], o[3], back]);
        fill.Color = Shade(item.Color, 0.7f);
        canvas.DrawPath(shaded, fill);
        using SKPaint ridge = new() { Color = Shade(item.Color, 1.25f), IsAntialias = true, StrokeWidth = 1.6f * plan.Scale };
        canvas.DrawLine(front, back, ridge);
    }

    private void Pool(SKCanvas canvas, SceneObject item, SKPath path, SKPaint fill, Random random)
    {
        using SKPaint deck = new() { Color = new SKColor(196, 190, 176), IsAntialias = true, Style = SKPaintStyle.Stroke, StrokeWidth = 7 * plan.Scale, StrokeJoin = SKStrokeJoin.Round };
        canvas.DrawPath(path, deck);
        canvas.DrawPath(path, fill);
        canvas.Save();
        canvas.ClipPath(path, SKClipOperation.Intersect, antialias: true);
        SKRect box = item.Bounds;
        using SKPaint light = new() { Color = new SKColor(170, 232, 244, 120), IsAntialias = true, Style = SKPaintStyle.Stroke, StrokeWidth = 1 };
        for (int i = 0; i < 18; i++)
        {
            float x = box.Left + (box.Width * random.NextSingle());
            float y = box.Top + (box.Height * random.NextSingle());
            canvas.DrawOval(x, y, plan.Scale * (2 + (5 * random.NextSingle())), plan.Scale * (1 + (3 * random.NextSingle())), light);
        }

        canvas.Restore();
    }

    private static void Ribs(SKCanvas canvas, SceneObject item, int count, SKColor color)
    {
        for (int i = 0; i < count; i++)
        {
            float at = -1 + (((2 * i) + 1f) / count);
            Across(canvas, item, at, 0.4f / count, 0.94f, color);
        }
    }

    /// <summary>Blur of the optics and noise of the sensor: no edge is as sharp as a drawing's.</summary>
    private byte[] Sensor(byte[] sharp)
    {
        int size = plan.Size;
        byte[] seen = (byte[])sharp.Clone();
        Parallel.For(0, size, y =>
        {
            int above = y > 0 ? -size * 4 : 0;
            int below = y + 1 < size ? size * 4 : 0;
            for (int x = 0; x < size; x++)
            {
                float gain = 9 * (_noise.At(x, y) - 0.5f);
                int left = x > 0 ? -4 : 0;
                int right = x + 1 < size ? 4 : 0;
                for (int band = 0; band < 3; band++)
                {
                    int at = (((y * size) + x) * 4) + band;
                    float blurred = (0.5f * sharp[at]) + (0.125f * (sharp[at + left] + sharp[at + right] + sharp[at + above] + sharp[at + below]));
                    seen[at] = Byte(blurred + gain + (3 * (_noise.At(x + (band * 7919), y + 3) - 0.5f)));
                }
            }
        });
        return seen;
    }

    private static SKPoint[] Inset(SceneObject item, float length, float width) => Band(item, -length, length, width);

    private static SKPoint[] Band(SceneObject item, float from, float to, float width)
    {
        SKPoint[] o = item.Outline;
        SKPoint centre = Mid(o[0], o[2]);
        SKPoint forward = Mid(o[0], o[1]) - centre;
        SKPoint side = Mid(o[0], o[3]) - centre;
        SKPoint At(float u, float v) => new(centre.X + (forward.X * u) + (side.X * v), centre.Y + (forward.Y * u) + (side.Y * v));
        return [At(from, -width), At(to, -width), At(to, width), At(from, width)];
    }

    private static SKPath Polygon(SKPoint[] points)
    {
        using SKPathBuilder builder = new();
        builder.AddPoly(points, close: true);
        return builder.Detach();
    }

    private static SKPoint Mid(SKPoint a, SKPoint b) => new((a.X + b.X) / 2, (a.Y + b.Y) / 2);

    private static SKColor Shade(SKColor color, float factor) => new(Byte(color.Red * factor), Byte(color.Green * factor), Byte(color.Blue * factor));

    private static byte Byte(float value) => (byte)Math.Clamp(value, 0, 255);
}
