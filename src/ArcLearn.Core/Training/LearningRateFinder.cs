using ArcLearn.Core.Runtime;
using static TorchSharp.torch;

namespace ArcLearn.Core.Training;

/// <summary>
/// The learning rate range test (Smith, arXiv:1506.01186) with fastai's numbers: the rate rises exponentially from batch to batch until the smoothed loss
/// is four times its lowest value or no number. Weights, statistics and torch's random numbers are afterwards as they were, however it ends.
/// </summary>
internal static class LearningRateFinder
{
    private const double Momentum = 0.9;
    private const double Runaway = 4;

    // The first losses are noise and the last ones have run away: neither is part of the fall that is looked for.
    private const int Skipped = 5;

    /// <param name="progress">Called after every batch, on the same thread.</param>
    /// <exception cref="LearnArgumentException">Rates that do not rise.</exception>
    /// <exception cref="LearnDataException">The training chips do not fill one batch (BatchTooLarge), or the model is busy or gone.</exception>
    /// <exception cref="TrainingException">The very first loss is not finite.</exception>
    /// <exception cref="OperationCanceledException">At the next batch after the token is cancelled.</exception>
    public static LearningRateCurve Find(ITrainable model, LearningRateSearch search, Action<LearningRatePoint, int>? progress, CancellationToken cancel)
    {
        search.Check();
        Trainer.RequireSteps(model);
        using IDisposable training = model.Gate.BeginTraining(model.Name);
        TorchRuntime.EnsureLoaded();
        using IDisposable use = model.Gate.EnterTraining(model.Name, cancel);
        using IntraOpThreads threads = IntraOpThreads.All();
        using IDisposable precision = model.Use(search.Precision);
        using WeightSnapshot before = new(model.Network);
        using RandomState random = new();
        using AdamOptimizer optimizer = new(model.LayerGroups, search.WeightDecay);
        try
        {
            model.Begin(cancel);
            model.BeginEpoch(0, search.Iterations);
            return Climb(model, optimizer, search, progress, cancel);
        }
        catch (Exception e) when (TorchFailure.IsOutOfMemory(e))
        {
            throw TorchFailure.OutOfMemory(e);
        }
        finally
        {
            optimizer.ZeroGrad();
            before.Restore(model.Network);
            model.Network.eval();
        }
    }

    /// <summary>The rate in the middle of the longest decreasing subsequence of the losses, as arcgis.learn 2 suggests it.</summary>
    /// <returns>Null where there are too few points or nothing falls.</returns>
    public static double? Suggest(IReadOnlyList<LearningRatePoint> points)
    {
        LearningRatePoint[] inner = [.. points.Skip(Skipped).SkipLast(Skipped).Where(point => double.IsFinite(point.SmoothedLoss))];
        int[] length = new int[inner.Length];
        int end = 0;
        for (int i = 0; i < inner.Length; i++)
        {
            length[i] = 1;
            for (int j = 0; j < i; j++)
            {
                if (inner[i].SmoothedLoss < inner[j].SmoothedLoss)
                {
                    length[i] = Math.Max(length[i], length[j] + 1);
                }
            }

            end = length[i] > length[end] ? i : end;
        }

        if (inner.Length == 0 || length[end] < 2)
        {
            return null;
        }

        // Its points need not be neighbours: counted back from the last one it may begin later than its first point, as there.
        int fall = length[end];
        return inner[Math.Max(0, end - fall) + (fall / 3) + (fall / 6)].Rate;
    }

    private static LearningRateCurve Climb(
        ITrainable model, AdamOptimizer optimizer, LearningRateSearch search, Action<LearningRatePoint, int>? progress, CancellationToken cancel)
    {
        LossMeter meter = new();
        List<LearningRatePoint> points = [];
        double lowest = double.PositiveInfinity;
        bool hasDiverged = false;
        foreach (TrainingStep step in Steps(model, search.Iterations, cancel))
        {
            double rate = search.RateOf(points.Count);
            double[] rates = [.. Enumerable.Repeat(rate, model.LayerGroups.Count)];
            double loss = optimizer.Learn(step, rates, Momentum);
            meter.Add(loss);
            points.Add(new LearningRatePoint(rate, loss, meter.Value));
            progress?.Invoke(points[^1], points.Count);
            if (!double.IsFinite(loss) && points.Count == 1)
            {
                throw new TrainingException($"The loss is {loss} before anything was learnt: the data or the model's weights are no numbers.", 1, 1, rate);
            }

            lowest = Math.Min(lowest, meter.Value);
            if (!(meter.Value <= Runaway * lowest))
            {
                hasDiverged = true;
                break;
            }
        }

        return new LearningRateCurve { Model = model.Name, Points = points, Suggestion = Suggest(points), HasDiverged = hasDiverged };
    }

    /// <summary>As many batches as asked for, over as many epochs as that takes.</summary>
    private static IEnumerable<TrainingStep> Steps(ITrainable model, int count, CancellationToken cancel)
    {
        model.Network.train();
        for (int epoch = 1, taken = 0; taken < count; epoch++)
        {
            random.manual_seed(TrainingRun.SeedOf(model.Seed, epoch));
            foreach (TrainingStep step in model.TrainingSteps(epoch, cancel).Take(count - taken))
            {
                cancel.ThrowIfCancellationRequested();
                yield return step;
                taken++;
            }
        }
    }
}
