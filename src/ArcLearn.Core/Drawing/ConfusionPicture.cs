using ArcLearn.Core.IO;
using SkiaSharp;

namespace ArcLearn.Core.Drawing;

/// <summary>Draws a confusion matrix: the truth in rows, what was found in columns; a field is the darker the larger its share of its row.</summary>
internal static class ConfusionPicture
{
    private const int TextScale = 2;
    private const int Gap = 12;
    private const int Cell = 92;
    private const int LongestName = 18;

    private static readonly SKColor s_ink = new(32, 32, 32);
    private static readonly SKColor s_full = new(8, 81, 156);
    private static readonly SKColor s_wrong = new(165, 60, 20);
    private static readonly SKColor s_line = new(200, 200, 200);

    /// <exception cref="OutputExistsException">The picture exists and <paramref name="force"/> is false.</exception>
    public static PictureItem Save(ConfusionMatrix matrix, string title, string path, bool force, IFileSystem? files = null)
    {
        using SKBitmap picture = Draw(matrix, title);
        return PictureFile.Save(picture, path, FormattableString.Invariant($"{matrix.Classes.Count} classes, {matrix.Total} {matrix.Unit}"), files ?? LocalFileSystem.Instance, force);
    }

    /// <summary>The picture itself.</summary>
    public static SKBitmap Draw(ConfusionMatrix matrix, string title)
    {
        string[] names = [.. matrix.Classes.Select(name => name.Length <= LongestName ? name : name[..(LongestName - 2)] + "..")];
        int line = DotFont.LineHeight(TextScale);
        int head = names.Max(name => DotFont.Measure(name, TextScale)) + Gap;
        int left = Gap + line + head;
        int side = names.Length * Cell;
        int width = Math.Max(left + side + Gap, 480);
        IReadOnlyList<string> titles = DotFont.Wrap(title, TextScale, width - (2 * Gap));
        int top = Gap + (titles.Count * line) + Gap + line + head;
        SKBitmap picture = new(width, top + side + Gap, SKColorType.Rgba8888, SKAlphaType.Opaque);
        using SKCanvas canvas = new(picture);
        canvas.Clear(SKColors.White);
        for (int i = 0; i < titles.Count; i++)
        {
            DotFont.Draw(canvas, titles[i], Gap, Gap + (i * line), TextScale, s_ink);
        }

        DotFont.Draw(canvas, "found", left, top - head - line, TextScale, s_ink);
        Upright(canvas, "truth", Gap, top + DotFont.Measure("truth", TextScale));
        for (int i = 0; i < names.Length; i++)
        {
            DotFont.Draw(canvas, names[i], left - Gap - DotFont.Measure(names[i], TextScale), top + (i * Cell) + ((Cell - line) / 2), TextScale, s_ink);
            Upright(canvas, names[i], left + (i * Cell) + ((Cell - line) / 2), top - (Gap / 2));
            for (int j = 0; j < names.Length; j++)
            {
                Field(canvas, matrix, i, j, left + (j * Cell), top + (i * Cell));
            }
        }

        return picture;
    }

    /// <summary>A field with its share of its row, in percent, and its count.</summary>
    private static void Field(SKCanvas canvas, ConfusionMatrix matrix, int row, int column, int x, int y)
    {
        long count = matrix.Counts[row][column];
        long all = matrix.Counts[row].Sum();
        double share = all == 0 ? 0 : (double)count / all;
        SKColor full = row == column ? s_full : s_wrong;
        SKColor fill = new(Mix(full.Red, share), Mix(full.Green, share), Mix(full.Blue, share));
        using SKPaint paint = new() { Color = fill };
        canvas.DrawRect(x, y, Cell, Cell, paint);
        using SKPaint border = new() { Color = s_line, IsStroke = true };
        canvas.DrawRect(x, y, Cell, Cell, border);
        SKColor ink = share > 0.55 ? SKColors.White : s_ink;
        string percent = all == 0 ? "-" : FormattableString.Invariant($"{100 * share:0.0}%");
        Centred(percent, TextScale, y + (Cell / 2) - DotFont.LineHeight(TextScale));
        Centred(Short(count), 1, y + (Cell / 2) + 8);

        void Centred(string text, int scale, int top) => DotFont.Draw(canvas, text, x + ((Cell - DotFont.Measure(text, scale)) / 2), top, scale, ink);
    }

    private static byte Mix(byte full, double share) => (byte)Math.Round(255 + (share * (full - 255)));

    private static string Short(long count) => count switch
    {
        >= 10_000_000 => FormattableString.Invariant($"{count / 1e6:0} M"),
        >= 1_000_000 => FormattableString.Invariant($"{count / 1e6:0.0} M"),
        _ => FormattableString.Invariant($"{count}"),
    };

    /// <summary>Text that is read from below.</summary>
    private static void Upright(SKCanvas canvas, string text, int x, int bottom)
    {
        canvas.Save();
        canvas.Translate(x, bottom);
        canvas.RotateDegrees(-90);
        DotFont.Draw(canvas, text, 0, 0, TextScale, s_ink);
        canvas.Restore();
    }
}
