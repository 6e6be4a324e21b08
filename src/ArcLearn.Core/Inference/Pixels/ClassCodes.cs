using ArcLearn.Core.Drawing;
using SkiaSharp;

namespace ArcLearn.Core.Inference;

/// <summary>
/// What stands for each class in a classified raster: the smallest unsigned type that holds all values and one more for nodata, which is the
/// greatest that no class has.
/// </summary>
internal sealed class ClassCodes
{
    public const string BackgroundName = "Background";

    private static readonly (SampleType Type, long Highest)[] s_types =
        [(SampleType.UInt8, byte.MaxValue), (SampleType.UInt16, ushort.MaxValue), (SampleType.UInt32, uint.MaxValue)];

    /// <param name="classes">The model's, in the order of its scores.</param>
    /// <param name="hasBackground">Whether pixels may be background.</param>
    /// <exception cref="LearnDataException">ClassValueRange: a value is negative.</exception>
    public ClassCodes(IReadOnlyList<ClassDefinition> classes, bool hasBackground)
    {
        if (classes.FirstOrDefault(one => one.Value < 0) is ClassDefinition negative)
        {
            throw new LearnDataException(
                "ClassValueRange",
                $"The class '{negative.Name}' has the value {negative.Value}: a classified raster holds whole numbers from 0 on. Give the class another value in the model's definition, or train with -ClassMapping.",
                negative.Value);
        }

        // The first score is the background's, with the value 0, whatever classes there are.
        Values = [0, .. classes.Select(one => (uint)one.Value)];
        ClassDefinition[] shown = [.. classes.Select((one, i) => one with { Color = ColorOf(one, i) }).DistinctBy(one => one.Value)];
        Classes = hasBackground && Array.TrueForAll(shown, one => one.Value != 0)
            ? [new ClassDefinition(0, BackgroundName, [0, 0, 0]), .. shown]
            : shown;
        HashSet<long> taken = [.. Values.Select(value => (long)value)];
        foreach ((SampleType type, long highest) in s_types)
        {
            if (taken.Max() <= highest && taken.Count <= highest)
            {
                SampleType = type;
                NoData = (uint)Free(taken, highest);
                break;
            }
        }
    }

    /// <summary>The value of each score: the background's 0, then those of the classes.</summary>
    public IReadOnlyList<uint> Values { get; }

    /// <summary>Scores of a pixel.</summary>
    public int Channels => Values.Count;

    /// <summary>What the raster's values mean, each once and with a colour; background first where it may occur.</summary>
    public IReadOnlyList<ClassDefinition> Classes { get; }

    public SampleType SampleType { get; }

    public uint NoData { get; }

    private static long Free(HashSet<long> taken, long highest)
    {
        while (taken.Contains(highest))
        {
            highest--;
        }

        return highest;
    }

    private static IReadOnlyList<int> ColorOf(ClassDefinition known, int index)
    {
        SKColor color = ClassPalette.ColorOf(known, index);
        return [color.Red, color.Green, color.Blue];
    }
}
