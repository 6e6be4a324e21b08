namespace ArcLearn.Core.Training;

/// <summary>Factor of the learning rates and the first beta, step by step. Steps count from 0 over all epochs.</summary>
internal abstract class TrainingSchedule
{
    public static TrainingSchedule Create(LearningRateSchedule kind, int steps) =>
        kind == LearningRateSchedule.OneCycle ? new OneCycle(steps) : new ConstantSchedule();

    /// <summary>What the rates are multiplied by, and Adam's first beta, in one step.</summary>
    public abstract (double RateFactor, double Momentum) At(int step);
}

/// <summary>The rates as they are; the momentum that the reference's optimiser has by itself.</summary>
internal sealed class ConstantSchedule : TrainingSchedule
{
    public override (double RateFactor, double Momentum) At(int step) => (1, 0.9);
}

/// <summary>
/// The 1cycle policy (Smith, arXiv:1803.09820) with the numbers of the reference's library: over the first 30 % of the steps the rate climbs from
/// 1/25 to 1 along a cosine while the momentum falls from .95 to .85; over the rest the rate falls to 1/250,000 and the momentum returns.
/// </summary>
internal sealed class OneCycle : TrainingSchedule
{
    private const double StartFactor = 1 / 25.0;
    private const double FinalFactor = StartFactor / 1e4;
    private const double HighMomentum = 0.95;
    private const double LowMomentum = 0.85;

    private readonly int _rise;
    private readonly int _fall;

    public OneCycle(int steps)
    {
        _rise = Math.Max(1, (int)(steps * 0.3));
        _fall = Math.Max(1, steps - (int)(steps * 0.3));
    }

    public override (double RateFactor, double Momentum) At(int step)
    {
        if (step <= _rise)
        {
            double part = (double)step / _rise;
            return (Cosine(StartFactor, 1, part), Cosine(HighMomentum, LowMomentum, part));
        }

        double rest = Math.Min(1, (double)(step - _rise) / _fall);
        return (Cosine(1, FinalFactor, rest), Cosine(LowMomentum, HighMomentum, rest));
    }

    private static double Cosine(double start, double end, double part) => end + ((start - end) / 2 * (Math.Cos(Math.PI * part) + 1));
}
