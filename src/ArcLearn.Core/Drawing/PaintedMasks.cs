using System.Globalization;
using ArcLearn.Core.Data;
using SkiaSharp;

namespace ArcLearn.Core.Drawing;

/// <summary>Classes of pixels as a veil of their colours, with lines where one class or object meets another.</summary>
internal sealed class PaintedMasks(PixelBatch batch, IReadOnlyList<ClassDefinition> classes) : IPaintedLabels
{
    private const double Veil = 0.45;                       // share of the class's colour; the chip shows through
    private static readonly SKColor s_ignored = new(0, 0, 0);

    private readonly SKColor[] _colors = [.. classes.Select(ClassPalette.ColorOf)];

    public SheetCell Cell(int chip, SKBitmap picture, string file)
    {
        int side = batch.ChipSize;
        SKColor[] pixels = picture.Pixels;
        int labelled = 0;
        for (int row = 0, at = 0; row < side; row++)
        {
            for (int column = 0; column < side; column++, at++)
            {
                if (ColorOf(chip, row, column) is not SKColor color)
                {
                    continue;
                }

                labelled++;
                bool isEdge = Differs(chip, row, column, row, column + 1) || Differs(chip, row, column, row + 1, column);
                double share = isEdge ? 1 : Veil;
                pixels[at] = new SKColor(Mix(pixels[at].Red, color.Red, share), Mix(pixels[at].Green, color.Green, share), Mix(pixels[at].Blue, color.Blue, share));
            }
        }

        picture.Pixels = pixels;
        string content = batch.Instances is int[] instances
            ? string.Create(CultureInfo.InvariantCulture, $"{instances.AsSpan(chip * side * side, side * side).ToArray().Where(id => id > 0).Distinct().Count()} objects")
            : string.Create(CultureInfo.InvariantCulture, $"{100.0 * labelled / (side * side):0.#} % labelled");
        return new SheetCell(picture, $"{file}: {content}", []);
    }

    public IReadOnlyList<LegendEntry> Legend()
    {
        long[] counts = new long[classes.Count + 1];
        foreach (int label in batch.Classes)
        {
            counts[Math.Max(0, label)]++;
        }

        return [.. classes.Select((one, i) => new LegendEntry(
            string.Create(CultureInfo.InvariantCulture, $"{one.Name} {100.0 * counts[i + 1] / batch.Classes.Length:0.0} %"), _colors[i]))];
    }

    private static byte Mix(byte ground, byte color, double share) => (byte)Math.Round(ground + (share * (color - ground)));

    private SKColor? ColorOf(int chip, int row, int column) => batch.Classes[Index(chip, row, column)] switch
    {
        0 => null,
        PixelBatch.Ignored => s_ignored,
        int label => _colors[label - 1],
    };

    private bool Differs(int chip, int row, int column, int otherRow, int otherColumn)
    {
        if (otherRow >= batch.ChipSize || otherColumn >= batch.ChipSize)
        {
            return false;
        }

        (int one, int other) = (Index(chip, row, column), Index(chip, otherRow, otherColumn));
        return batch.Classes[one] != batch.Classes[other] || (batch.Instances is int[] instances && instances[one] != instances[other]);
    }

    private int Index(int chip, int row, int column) => (((chip * batch.ChipSize) + row) * batch.ChipSize) + column;
}
