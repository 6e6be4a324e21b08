namespace ArcLearn.Core.Data;

/// <summary>A chip's labels pixel by pixel, <c>[Height, Width]</c>.</summary>
/// <param name="Classes">Index of the class from 1, 0 for background, <see cref="Ignored"/> for an ignored class.</param>
/// <param name="Instances">Numbers of objects, from 1 in each chip, 0 for none; empty where the labels tell none apart.</param>
internal sealed record DecodedMask(int Width, int Height, ushort[] Classes, ushort[] Instances)
{
    public const ushort Ignored = ushort.MaxValue;

    /// <summary>
    /// What a view shows of one of the two, to the nearest pixel: classes between two classes mean nothing.
    /// </summary>
    /// <param name="plane"><see cref="Classes"/> or <see cref="Instances"/>.</param>
    /// <param name="beyond">What stands for what lies beyond the chip.</param>
    /// <param name="output"><c>[side, side]</c>.</param>
    public void Render(ushort[] plane, ChipView view, int side, int beyond, Span<int> output)
    {
        for (int i = 0, at = 0; i < side; i++)
        {
            for (int j = 0; j < side; j++, at++)
            {
                (double x, double y) = view.ToChip((j + 0.5) / side, (i + 0.5) / side);
                (int column, int row) = ((int)Math.Floor(x), (int)Math.Floor(y));
                bool isWithin = column >= 0 && row >= 0 && column < Width && row < Height;
                output[at] = !isWithin ? beyond : plane[(row * Width) + column] is var label and not Ignored ? label : PixelBatch.Ignored;
            }
        }
    }
}
