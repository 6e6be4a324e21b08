using SkiaSharp;

namespace ArcLearn.Core.Drawing;

/// <summary>One picture of a sheet.</summary>
/// <param name="Picture">Square; the sheet disposes it.</param>
/// <param name="Caption">In one line.</param>
/// <param name="Objects">Boxes in parts of the picture's side, the most important first.</param>
internal sealed record SheetCell(SKBitmap Picture, string Caption, IReadOnlyList<PaintedObject> Objects);

/// <summary>Pictures side by side with captions, boxes and a legend of their classes.</summary>
internal static class ContactSheet
{
    private const int TextScale = 2;
    private const int UsualSide = 420;                      // of a picture on the sheet, in pixels
    private const int LargestSide = 512;
    private const int MaxWidth = 4096;
    private const int MaxHeight = 8192;
    private const int Gap = 12;

    private static readonly SKColor s_ink = new(32, 32, 32);

    /// <summary>Draws a sheet.</summary>
    /// <param name="title">Above all, in as many lines as it takes.</param>
    /// <param name="cells">Row by row; one at a time is held.</param>
    /// <param name="count">How many there are.</param>
    /// <param name="chipSize">Side of the pictures as they come.</param>
    /// <param name="columns">In a row.</param>
    /// <param name="legend">Classes with their colours.</param>
    public static SKBitmap Draw(string title, IEnumerable<SheetCell> cells, int count, int chipSize, int columns, IReadOnlyList<LegendEntry> legend)
    {
        int line = DotFont.LineHeight(TextScale);
        columns = Math.Max(1, Math.Min(columns, count));
        int rows = (count + columns - 1) / columns;
        int side = SideOf(chipSize, columns, rows);
        int width = Gap + (columns * (side + Gap));
        IReadOnlyList<string> head = DotFont.Wrap(title, TextScale, width - (2 * Gap));
        int top = Gap + (head.Count * line) + (Gap / 2);
        using SKBitmap sheet = new(
            width, top + (rows * (side + line + Gap)), SKColorType.Rgba8888, SKAlphaType.Opaque);
        using SKCanvas canvas = new(sheet);
        canvas.Clear(SKColors.White);
        for (int i = 0; i < head.Count; i++)
        {
            DotFont.Draw(canvas, head[i], Gap, Gap + (i * line), TextScale, s_ink);
        }

        int index = 0;
        foreach (SheetCell cell in cells)
        {
            (int row, int column) = Math.DivRem(index++, columns);
            DrawCell(canvas, cell, Gap + (column * (side + Gap)), top + (row * (side + line + Gap)), side);
            cell.Picture.Dispose();
        }

        return Legend.Append(sheet, [], legend);
    }

    /// <summary>Small chips are enlarged by whole factors, so that a pixel stays a square.</summary>
    private static int SideOf(int chipSize, int columns, int rows)
    {
        int side = Math.Min(LargestSide, chipSize * Math.Max(1, (int)Math.Round((double)UsualSide / chipSize)));
        return Math.Max(32, Math.Min(side, Math.Min((MaxWidth / columns) - Gap, (MaxHeight / rows) - Gap - DotFont.LineHeight(TextScale))));
    }

    private static void DrawCell(SKCanvas canvas, SheetCell cell, int left, int top, int side)
    {
        SKRect area = new(left, top, left + side, top + side);
        SKSamplingOptions sampling = side >= cell.Picture.Width
            ? new SKSamplingOptions(SKFilterMode.Nearest)
            : new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear);
        using (SKImage image = SKImage.FromBitmap(cell.Picture))
        {
            canvas.DrawImage(image, area, sampling);
        }

        ObjectPainter.Draw(canvas, area, [.. cell.Objects.Select(one => one with
        {
            Box = new SKRect(
                left + (one.Box.Left * side), top + (one.Box.Top * side), left + (one.Box.Right * side), top + (one.Box.Bottom * side)),
        })]);
        DotFont.Draw(canvas, DotFont.Fit(cell.Caption, TextScale, side), left, top + side + (2 * TextScale), TextScale, s_ink);
    }
}
