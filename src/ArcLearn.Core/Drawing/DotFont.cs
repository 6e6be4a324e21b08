using SkiaSharp;

namespace ArcLearn.Core.Drawing;

/// <summary>
/// Letters of 5 by 7 dots for pictures. The packaged Skia has no access to a system's fonts on Linux, and a picture that is equal on
/// all systems can be compared.
/// </summary>
internal static class DotFont
{
    /// <summary>Dots from one letter to the next.</summary>
    private const int Advance = 6;

    private const int Columns = 5;
    private const int Rows = 7;
    private const char First = '!';

    /// <summary>Letters that reach a dot below the line.</summary>
    private const string Descenders = "gjpqy,;";

    /// <summary>From '!' to '~', each seven rows of five dots.</summary>
    private static readonly string[] s_glyphs =
    [
        "..#.. ..#.. ..#.. ..#.. ..#.. ..... ..#..", // !
        ".#.#. .#.#. .#.#. ..... ..... ..... .....", // "
        ".#.#. .#.#. ##### .#.#. ##### .#.#. .#.#.", // #
        "..#.. .#### #.#.. .###. ..#.# ####. ..#..", // $
        "##..# ##..# ...#. ..#.. .#... #..## #..##", // %
        ".##.. #..#. #.#.. .#... #.#.# #..#. .##.#", // &
        "..#.. ..#.. .#... ..... ..... ..... .....", // '
        "...#. ..#.. .#... .#... .#... ..#.. ...#.", // (
        ".#... ..#.. ...#. ...#. ...#. ..#.. .#...", // )
        "..... #.#.# .###. ##### .###. #.#.# .....", // *
        "..... ..#.. ..#.. ##### ..#.. ..#.. .....", // +
        "..... ..... ..... ..... .##.. ..#.. .#...", // ,
        "..... ..... ..... ##### ..... ..... .....", // -
        "..... ..... ..... ..... ..... .##.. .##..", // .
        "....# ....# ...#. ..#.. .#... #.... #....", // /
        ".###. #...# #..## #.#.# ##..# #...# .###.", // 0
        "..#.. .##.. ..#.. ..#.. ..#.. ..#.. .###.", // 1
        ".###. #...# ....# ..##. .#... #.... #####", // 2
        ".###. #...# ....# ..##. ....# #...# .###.", // 3
        "...#. ..##. .#.#. #..#. ##### ...#. ...#.", // 4
        "##### #.... ####. ....# ....# #...# .###.", // 5
        ".###. #.... #.... ####. #...# #...# .###.", // 6
        "##### ....# ...#. ...#. ..#.. ..#.. ..#..", // 7
        ".###. #...# #...# .###. #...# #...# .###.", // 8
        ".###. #...# #...# .#### ....# ....# .###.", // 9
        "..... .##.. .##.. ..... .##.. .##.. .....", // :
        "..... .##.. .##.. ..... .##.. ..#.. .#...", // ;
        "...#. ..#.. .#... #.... .#... ..#.. ...#.", // <
        "..... ..... ##### ..... ##### ..... .....", // =
        ".#... ..#.. ...#. ....# ...#. ..#.. .#...", // >
        ".###. #...# ....# ..##. ..#.. ..... ..#..", // ?
        ".###. #...# #.### #.#.# #.### #.... .###.", // @
        ".###. #...# #...# ##### #...# #...# #...#", // A
        "####. #...# #...# ####. #...# #...# ####.", // B
        ".###. #...# #.... #.... #.... #...# .###.", // C
        "####. #...# #...# #...# #...# #...# ####.", // D
        "##### #.... #.... ####. #.... #.... #####", // E
        "##### #.... #.... ####. #.... #.... #....", // F
        ".###. #...# #.... #.### #...# #...# .###.", // G
        "#...# #...# #...# ##### #...# #...# #...#", // H
        ".###. ..#.. ..#.. ..#.. ..#.. ..#.. .###.", // I
        "..### ...#. ...#. ...#. ...#. #..#. .##..", // J
        "#...# #..#. #.#.. ##... #.#.. #..#. #...#", // K
        "#.... #.... #.... #.... #.... #.... #####", // L
        "#...# ##.## #.#.# #.#.# #...# #...# #...#", // M
        "#...# ##..# ##..# #.#.# #..## #..## #...#", // N
        ".###. #...# #...# #...# #...# #...# .###.", // O
        "####. #...# #...# ####. #.... #.... #....", // P
        ".###. #...# #...# #...# #.#.# #..#. .##.#", // Q
        "####. #...# #...# ####. #.#.. #..#. #...#", // R
        ".###. #...# #.... .###. ....# #...# .###.", // S
        "##### ..#.. ..#.. ..#.. ..#.. ..#.. ..#..", // T
        "#...# #...# #...# #...# #...# #...# .###.", // U
        "#...# #...# #...# #...# .#.#. .#.#. ..#..", // V
        "#...# #...# #...# #.#.# #.#.# ##.## #...#", // W
        "#...# #...# .#.#. ..#.. .#.#. #...# #...#", // X
        "#...# #...# .#.#. ..#.. ..#.. ..#.. ..#..", // Y
        "##### ....# ...#. ..#.. .#... #.... #####", // Z
        ".###. .#... .#... .#... .#... .#... .###.", // [
        "#.... #.... .#... ..#.. ...#. ....# ....#", // \
        ".###. ...#. ...#. ...#. ...#. ...#. .###.", // ]
        "..#.. .#.#. #...# ..... ..... ..... .....", // ^
        "..... ..... ..... ..... ..... ..... #####", // _
        ".#... ..#.. ..... ..... ..... ..... .....", // `
        "..... ..... .###. ....# .#### #...# .####", // a
        "#.... #.... ####. #...# #...# #...# ####.", // b
        "..... ..... .###. #...# #.... #...# .###.", // c
        "....# ....# .#### #...# #...# #...# .####", // d
        "..... ..... .###. #...# ##### #.... .###.", // e
        "..##. .#... ####. .#... .#... .#... .#...", // f
        "..... .#### #...# #...# .#### ....# .###.", // g
        "#.... #.... ####. #...# #...# #...# #...#", // h
        "..#.. ..... .##.. ..#.. ..#.. ..#.. .###.", // i
        "...#. ..... ..##. ...#. ...#. #..#. .##..", // j
        "#.... #.... #..#. #.#.. ##... #.#.. #..#.", // k
        ".##.. ..#.. ..#.. ..#.. ..#.. ..#.. .###.", // l
        "..... ..... ##.#. #.#.# #.#.# #.#.# #.#.#", // m
        "..... ..... ####. #...# #...# #...# #...#", // n
        "..... ..... .###. #...# #...# #...# .###.", // o
        "..... ####. #...# #...# ####. #.... #....", // p
        "..... .#### #...# #...# .#### ....# ....#", // q
        "..... ..... #.##. ##..# #.... #.... #....", // r
        "..... ..... .#### #.... .###. ....# ####.", // s
        ".#... .#... ####. .#... .#... .#..# ..##.", // t
        "..... ..... #...# #...# #...# #...# .####", // u
        "..... ..... #...# #...# #...# .#.#. ..#..", // v
        "..... ..... #...# #...# #.#.# #.#.# .#.#.", // w
        "..... ..... #...# .#.#. ..#.. .#.#. #...#", // x
        "..... #...# #...# #...# .#### ....# .###.", // y
        "..... ..... ##### ...#. ..#.. .#... #####", // z
        "...#. ..#.. ..#.. .#... ..#.. ..#.. ...#.", // {
        "..#.. ..#.. ..#.. ..#.. ..#.. ..#.. ..#..", // |
        ".#... ..#.. ..#.. ...#. ..#.. ..#.. .#...", // }
        "..... ..... .#... #.#.# ...#. ..... .....", // ~
    ];

    /// <summary>Height of a line of text in pixels, the space below it included.</summary>
    public static int LineHeight(int scale) => (Rows + 3) * scale;

    /// <summary>Width of a text in pixels.</summary>
    public static int Measure(string text, int scale) => Math.Max(0, (text.Length * Advance) - 1) * scale;

    /// <summary>The text, or its beginning and two dots where it is wider than the space.</summary>
    public static string Fit(string text, int scale, int width)
    {
        if (Measure(text, scale) <= width)
        {
            return text;
        }

        int length = Math.Max(0, (((width / scale) + 1) / Advance) - 2);
        return text[..Math.Min(text.Length, length)] + "..";
    }

    /// <summary>The text in lines as wide as <paramref name="width"/> at most, broken between words; a longer word is cut.</summary>
    public static IReadOnlyList<string> Wrap(string text, int scale, int width)
    {
        List<string> lines = [];
        foreach (string word in text.Split(' '))
        {
            if (lines.Count > 0 && Measure($"{lines[^1]} {word}", scale) <= width)
            {
                lines[^1] += $" {word}";
            }
            else
            {
                lines.Add(Fit(word, scale, width));
            }
        }

        return lines;
    }

    /// <summary>Draws one line.</summary>
    /// <param name="canvas">Where.</param>
    /// <param name="text">Characters beyond ASCII appear as question marks.</param>
    /// <param name="x">Left edge.</param>
    /// <param name="y">Upper edge.</param>
    /// <param name="scale">Pixels per dot.</param>
    /// <param name="color">Of the letters.</param>
    public static void Draw(SKCanvas canvas, string text, float x, float y, int scale, SKColor color)
    {
        using SKPaint paint = new() { Color = color, IsAntialias = false };
        foreach (char letter in text)
        {
            if (!char.IsWhiteSpace(letter))
            {
                string glyph = s_glyphs[letter - First is int at && at >= 0 && at < s_glyphs.Length ? at : '?' - First];
                DrawGlyph(canvas, glyph, x, Descenders.Contains(letter, StringComparison.Ordinal) ? y + scale : y, scale, paint);
            }

            x += Advance * scale;
        }
    }

    private static void DrawGlyph(SKCanvas canvas, string glyph, float x, float y, int scale, SKPaint paint)
    {
        for (int row = 0; row < Rows; row++)
        {
            for (int column = 0; column < Columns; column++)
            {
                if (glyph[(row * (Columns + 1)) + column] == '#')
                {
                    canvas.DrawRect(x + (column * scale), y + (row * scale), scale, scale, paint);
                }
            }
        }
    }
}
