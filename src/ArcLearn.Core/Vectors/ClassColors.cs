namespace ArcLearn.Core.Vectors;

/// <summary>Colours that stay apart however many there are: hues a golden angle apart, with every second round darker.</summary>
internal static class ClassColors
{
    private const double GoldenAngle = 137.50776405003785;

    /// <summary>A class's own colour where it has one, else that of its place.</summary>
    public static IReadOnlyList<int> Of(IReadOnlyList<int>? own, int index) =>
        own is { Count: 3 } && own.All(part => part is >= 0 and <= 255) ? own : At(index);

    /// <summary>Red, green, blue, each 0 to 255, for a place from 0; always the same for the same place.</summary>
    public static IReadOnlyList<int> At(int index)
    {
        double hue = (index * GoldenAngle) % 360 / 60;
        double saturation = index % 3 == 1 ? 0.65 : 0.9;
        double value = index % 2 == 0 ? 0.95 : 0.75;
        return [Channel(5), Channel(3), Channel(1)];

        // HSV to RGB, channel by channel: v − v·s·max(0, min(k, 4 − k, 1)) with k = (n + hue) mod 6.
        int Channel(int n)
        {
            double k = (n + hue) % 6;
            return (int)Math.Round(255 * (value - (value * saturation * Math.Max(0, Math.Min(Math.Min(k, 4 - k), 1)))));
        }
    }
}
