using SkiaSharp;

namespace ArcLearn.Core.Drawing;

/// <summary>An object on a picture.</summary>
/// <param name="Box">In the picture's pixels.</param>
/// <param name="Label">What its tag says; empty for none.</param>
internal readonly record struct PaintedObject(SKRect Box, SKColor Color, string Label);

/// <summary>Draws boxes with name tags, the tags only where they cover no other.</summary>
internal static class ObjectPainter
{
    /// <summary>So few objects on one picture get large tags.</summary>
    private const int FewObjects = 4;

    /// <summary>More than these get small tags; those between where most are narrower than a large one, which would hide them.</summary>
    private const int MaxLargeTags = 8;

    /// <summary>A tag's margin around its letters, in dots.</summary>
    private const int Pad = 2;

    private const int LetterRows = 9;                       // seven, and below the line one with room

    /// <summary>Draws all boxes, then the tags of the first objects that find room.</summary>
    /// <param name="canvas">Where.</param>
    /// <param name="area">The picture; tags stay within it, boxes are cut to it.</param>
    /// <param name="objects">The most important first.</param>
    public static void Draw(SKCanvas canvas, SKRect area, IReadOnlyList<PaintedObject> objects)
    {
        float stroke = Math.Clamp(area.Width / 220, 2, 4);
        canvas.Save();
        canvas.ClipRect(area);
        using SKPaint paint = new() { IsAntialias = true, Style = SKPaintStyle.Stroke, StrokeJoin = SKStrokeJoin.Miter };
        foreach (PaintedObject one in objects)
        {
            // A dark rim keeps a bright outline visible on bright ground.
            (paint.Color, paint.StrokeWidth) = (new SKColor(0, 0, 0, 120), stroke + 1.5f);
            canvas.DrawRect(one.Box, paint);
            (paint.Color, paint.StrokeWidth) = (one.Color, stroke);
            canvas.DrawRect(one.Box, paint);
        }

        bool isLarge = objects.Count <= FewObjects
            || (objects.Count <= MaxLargeTags && 2 * objects.Count(one => TagWidth(one.Label, 2) <= one.Box.Width) >= objects.Count);
        int scale = isLarge ? 2 : 1;
        List<SKRect> taken = [];
        foreach (PaintedObject one in objects.Where(one => one.Label.Length > 0))
        {
            DrawTag(canvas, area, one, scale, taken);
        }

        canvas.Restore();
    }

    private static float TagWidth(string label, int scale) => DotFont.Measure(label, scale) + (2 * Pad * scale);

    private static void DrawTag(SKCanvas canvas, SKRect area, PaintedObject one, int scale, List<SKRect> taken)
    {
        float width = TagWidth(one.Label, scale);
        float height = (LetterRows + Pad) * scale;
        float left = Math.Max(area.Left, Math.Min(one.Box.Left, area.Right - width));
        foreach (float top in new[] { one.Box.Top - height, one.Box.Bottom, one.Box.Top })
        {
            SKRect tag = new(left, top, left + width, top + height);
            if (area.Contains(tag) && !taken.Exists(other => other.IntersectsWith(tag)))
            {
                using SKPaint ground = new() { Color = one.Color };
                canvas.DrawRect(tag, ground);
                DotFont.Draw(canvas, one.Label, MathF.Round(left) + (Pad * scale), MathF.Round(top) + (Pad * scale), scale, ClassPalette.InkOn(one.Color));
                taken.Add(tag);
                return;
            }
        }
    }
}
