using ArcLearn.Core.Vectors;
using SkiaSharp;

namespace ArcLearn.Core.Drawing;

/// <summary>The colours that classes are drawn in.</summary>
internal static class ClassPalette
{
    /// <summary>The class's own colour where it has one, else that of its place.</summary>
    /// <param name="known">The class; null where only its place is known.</param>
    /// <param name="index">Its place from 0.</param>
    public static SKColor ColorOf(ClassDefinition? known, int index)
    {
        IReadOnlyList<int> color = ClassColors.Of(known?.Color, index);
        return new SKColor((byte)color[0], (byte)color[1], (byte)color[2]);
    }

    /// <summary>Black or white, whichever is read better on a colour (by the luma of Rec. 601).</summary>
    public static SKColor InkOn(SKColor ground) =>
        (0.299 * ground.Red) + (0.587 * ground.Green) + (0.114 * ground.Blue) > 140 ? SKColors.Black : SKColors.White;
}
