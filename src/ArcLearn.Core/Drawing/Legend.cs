using SkiaSharp;

namespace ArcLearn.Core.Drawing;

/// <summary>One row of a legend.</summary>
internal readonly record struct LegendEntry(string Label, SKColor Color);

/// <summary>A panel below a picture: lines of text, then colours with their meaning, as many side by side as fit. Lines are broken to its width; below a small picture it is as wide as its longest name needs.</summary>
internal static class Legend
{
    private const int Dots = 8;

    // How wide the panel is below a picture that is less.
    private const int LeastDots = 180;
    private const int MostDots = 360;

    private static readonly SKColor s_ink = new(32, 32, 32);

    /// <summary>The picture with the panel below it, on white.</summary>
    public static SKBitmap Append(SKBitmap picture, IReadOnlyList<string> lines, IReadOnlyList<LegendEntry> entries)
    {
        int scale = Math.Clamp(picture.Width / 500, 2, 4);
        int line = DotFont.LineHeight(scale);
        int margin = Dots * scale;
        int swatch = Dots * scale;
        int widest = entries.Select(entry => DotFont.Measure(entry.Label, scale)).DefaultIfEmpty(0).Max() + swatch + (2 * margin);
        int width = Math.Max(picture.Width, Math.Clamp(widest + (2 * margin), LeastDots * scale, MostDots * scale));
        int room = width - (2 * margin);
        int entryWidth = Math.Min(room, widest);
        lines = [.. lines.SelectMany(text => DotFont.Wrap(text, scale, room))];
        int perRow = Math.Max(1, room / Math.Max(1, entryWidth));
        int rows = (entries.Count + perRow - 1) / perRow;
        SKBitmap sheet = new(width, picture.Height + (2 * margin) + ((lines.Count + rows) * line), SKColorType.Rgba8888, SKAlphaType.Opaque);
        using SKCanvas canvas = new(sheet);
        canvas.Clear(SKColors.White);
        canvas.DrawBitmap(picture, 0, 0, SKSamplingOptions.Default);
        int y = picture.Height + margin;
        foreach (string text in lines)
        {
            DotFont.Draw(canvas, text, margin, y, scale, s_ink);
            y += line;
        }

        using SKPaint paint = new();
        for (int i = 0; i < entries.Count; i++)
        {
            int x = margin + (i % perRow * entryWidth);
            int top = y + (i / perRow * line);
            paint.Color = entries[i].Color;
            canvas.DrawRect(x, top, swatch, DotFont.LineHeight(scale) - (3 * scale), paint);
            string label = DotFont.Fit(entries[i].Label, scale, entryWidth - swatch - margin);
            DotFont.Draw(canvas, label, x + swatch + (margin / 2f), top, scale, s_ink);
        }

        return sheet;
    }
}
