using System.Globalization;
using ArcLearn.Core.Data;
using ArcLearn.Core.Training;

namespace ArcLearn.Core.Models;

/// <summary>What is asked of a pixel classifier's loss, before the data are known.</summary>
internal sealed record PixelLossPlan
{
    // Frequencies count by their fourth root: full balance finds every rare class everywhere, none the frequent ones only.
    private const double Damping = 0.25;

    // A class of a few pixels is no reason to follow them wherever they lead.
    private const double MostWeight = 4;

    // Of pixels without a label: more than lies beside a raster's edge.
    private const double NotableShare = 0.05;

    public BackgroundPixels Background { get; init; }

    /// <summary>Whether rare classes count more.</summary>
    public bool ClassBalancing { get; init; }

    /// <summary>What a pixel of a class counts, by its name or value; 1 where it is not named. Null: as <see cref="ClassBalancing"/> says.</summary>
    public IReadOnlyDictionary<string, double>? ClassWeights { get; init; }

    public bool FocalLoss { get; init; }

    public double DiceFraction { get; init; }

    public DiceAverage DiceAverage { get; init; }

    /// <summary>The loss for a bunch.</summary>
    /// <param name="warn">Told where many pixels count for nothing, and nobody asked for that.</param>
    /// <exception cref="LearnArgumentException">
    /// ClassWeight: a class that the data do not have, or no number that a weight can be. DiceLossFraction: 1, beside options of the rest, of which nothing is left.
    /// </exception>
    public PixelLossOptions For(IPixelData data, Action<string>? warn)
    {
        RequireUse();
        bool isIgnored = Background == BackgroundPixels.Ignore || (Background == BackgroundPixels.Auto && data.Classes.Count > 1);
        IReadOnlyList<long> pixels = data.TrainingPixels;
        double unlabelled = (double)pixels[0] / Math.Max(1, pixels.Sum());
        if (isIgnored && Background == BackgroundPixels.Auto && unlabelled > NotableShare)
        {
            warn?.Invoke(string.Create(
                CultureInfo.InvariantCulture,
                $"{100 * unlabelled:0.#} % of the training chips' pixels have no label and count for nothing: every pixel will be of one of the {data.Classes.Count} classes. -Background Learn makes what has no label a class of its own; -Background Ignore agrees."));
        }

        double[]? weights = ClassWeights is not null ? Named(data.Classes, ClassWeights) : ClassBalancing ? Balanced(pixels, isIgnored) : null;
        if (isIgnored && ClassWeights?.Keys.Any(IsBackground) == true)
        {
            warn?.Invoke("Pixels without a label count for nothing here, whatever weight they are given: -Background Learn makes them a class of its own.");
        }

        return new PixelLossOptions
        {
            IsBackgroundIgnored = isIgnored,
            ClassWeights = weights,
            FocalLoss = FocalLoss,
            DiceFraction = DiceFraction,
            DiceAverage = DiceAverage,
        };
    }

    /// <summary>Weights by the fourth root of how rare a class is; a pixel counts 1 in the mean. A class without pixels has 1, an ignored background 0.</summary>
    internal static double[] Balanced(IReadOnlyList<long> pixels, bool isBackgroundIgnored)
    {
        long[] counted = [isBackgroundIgnored ? 0 : pixels[0], .. pixels.Skip(1)];
        return
        [
            .. ClassBalance.Weights(counted, Damping)
                .Select((weight, label) => weight > 0 ? Math.Min(MostWeight, weight) : label == 0 && isBackgroundIgnored ? 0 : 1),
        ];
    }

    private static bool IsBackground(string name) => name is "0" or ConfusionCounts.BackgroundName;

    private void RequireUse()
    {
        string[] unused =
        [
            .. new[] { (FocalLoss, "-FocalLoss"), (ClassBalancing, "-ClassBalancing"), (ClassWeights is not null, "-ClassWeight") }
                .Where(option => option.Item1).Select(option => option.Item2),
        ];
        if (DiceFraction == 1 && unused.Length > 0)
        {
            throw new LearnArgumentException(
                "DiceLossFraction",
                $"With -DiceLossFraction 1 the whole loss is dice loss, and {string.Join(" and ", unused)} would change nothing: give a fraction below 1, or leave {(unused.Length == 1 ? "it" : "them")} out; -DiceLossAverage Macro lets all classes count alike.",
                LearnArgumentException.ParameterMix);
        }
    }

    private static double[] Named(IReadOnlyList<ClassDefinition> classes, IReadOnlyDictionary<string, double> named)
    {
        double[] weights = [.. Enumerable.Repeat(1.0, classes.Count + 1)];
        foreach ((string name, double weight) in named)
        {
            int label = IsBackground(name)
                ? 0
                : 1 + classes.ToList().FindIndex(one => one.Name == name || one.Value.ToString(CultureInfo.InvariantCulture) == name);
            if (label == 0 && !IsBackground(name))
            {
                throw new LearnArgumentException("ClassWeight", $"No class has the name or value '{name}'; the classes are {string.Join(", ", classes.Select(one => $"{one.Value} {one.Name}"))}.");
            }

            weights[label] = weight;
        }

        return weights;
    }
}
