namespace ArcLearn;

/// <summary>What one batch of a learning rate search showed.</summary>
/// <param name="Rate">The rate that the batch was learnt with, of all layer groups.</param>
/// <param name="Loss">The batch's loss before that step.</param>
/// <param name="SmoothedLoss">The loss with those before it, each weighing 0.98 of the one after it.</param>
public readonly record struct LearningRatePoint(double Rate, double Loss, double SmoothedLoss);

/// <summary>The loss at rising learning rates, and the rate that it suggests.</summary>
public sealed record LearningRateCurve
{
    /// <summary>The model's name.</summary>
    public required string Model { get; init; }

    /// <summary>One point per batch, by rising rate; the last may have a loss that is not finite.</summary>
    public required IReadOnlyList<LearningRatePoint> Points { get; init; }

    /// <summary>The rate in the middle of the longest fall of the smoothed loss: the head's in a training; null where the curve is too short or never falls.</summary>
    public required double? Suggestion { get; init; }

    /// <summary>Whether it ended early because the loss ran away.</summary>
    public required bool HasDiverged { get; init; }

    /// <summary>The lowest smoothed loss.</summary>
    public double LowestLoss => Points.Select(point => point.SmoothedLoss).Where(double.IsFinite).DefaultIfEmpty(double.NaN).Min();

    /// <summary>The curve as a PNG file; null where none was asked for.</summary>
    public string? PicturePath { get; init; }
}
