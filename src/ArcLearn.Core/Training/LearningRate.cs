using System.Globalization;

namespace ArcLearn.Core.Training;

/// <summary>The rate that the weights move with: one for all layer groups, or a range from the first group to the last.</summary>
internal readonly record struct LearningRate
{
    /// <summary>The same rate for every group.</summary>
    /// <exception cref="LearnArgumentException">Not a positive number.</exception>
    public LearningRate(double rate)
        : this(rate, rate)
    {
    }

    /// <summary>Equal factors from the first layer group to the last.</summary>
    /// <exception cref="LearnArgumentException">Not two positive numbers.</exception>
    public LearningRate(double first, double last)
    {
        if (!(first > 0 && last > 0 && double.IsFinite(first) && double.IsFinite(last)))
        {
            throw new LearnArgumentException("LearningRate", string.Create(
                CultureInfo.InvariantCulture, $"A learning rate is a positive number, or two for a range over the layer groups; found {first}, {last}."));
        }

        (First, Last) = (first, last);
    }

    /// <summary>What the reference's fit starts from: slice(1e-4, 3e-3).</summary>
    public static LearningRate Default { get; } = new(1e-4, 3e-3);

    /// <summary>For networks without batch norm: the default upsets a SqueezeNet's training within some epochs.</summary>
    public static LearningRate Gentle { get; } = new(1e-4, 1e-3);

    public double First { get; }

    public double Last { get; }

    /// <summary>As many rates as there are groups.</summary>
    public double[] ForGroups(int groups)
    {
        double[] rates = new double[groups];
        for (int i = 0; i < groups; i++)
        {
            // One group is the last: it holds the head, which the range's upper end is meant for.
            rates[i] = i == groups - 1 ? Last : First * Math.Pow(Last / First, (double)i / (groups - 1));
        }

        return rates;
    }
}
