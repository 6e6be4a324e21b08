namespace ArcLearn.Core.Training;

/// <summary>How a learning rate is searched for.</summary>
internal sealed record LearningRateSearch
{
    public double StartRate { get; init; } = 1e-7;

    public double EndRate { get; init; } = 10;

    /// <summary>Batches at most; the rate rises by the same factor after each.</summary>
    public int Iterations { get; init; } = 100;

    public LearnPrecision Precision { get; init; }

    /// <summary>Decoupled weight decay, as in the training to come.</summary>
    public double WeightDecay { get; init; } = 1e-2;

    /// <summary>The rate of a batch, counted from 0.</summary>
    public double RateOf(int iteration) => StartRate * Math.Pow(EndRate / StartRate, (double)iteration / Iterations);

    /// <exception cref="LearnArgumentException">Rates that do not rise, or no batch.</exception>
    public void Check()
    {
        if (!(StartRate > 0 && EndRate > StartRate && double.IsFinite(EndRate)))
        {
            throw new LearnArgumentException(
                nameof(EndRate), FormattableString.Invariant($"The rate rises from a positive start to a larger end; found {StartRate} to {EndRate}."));
        }

        if (Iterations < 1)
        {
            throw new LearnArgumentException(nameof(Iterations), $"A search takes at least one batch; found {Iterations}.");
        }
    }
}
