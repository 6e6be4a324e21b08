using System.Diagnostics;

namespace ArcLearn.Core.Training;

/// <summary>Tells how long a training still takes, from what its steps and validations took so far.</summary>
internal sealed class TrainingClock(int epochs, int stepsPerEpoch)
{
    private readonly Stopwatch _epoch = new();
    private double _stepSeconds;
    private long _steps;
    private double _validationSeconds;
    private int _validations;

    /// <summary>Seconds since the first batch of this epoch was asked for.</summary>
    public double EpochSeconds => Math.Max(1e-9, _epoch.Elapsed.TotalSeconds);

    public void BeginEpoch() => _epoch.Restart();

    public void EndStep() => _steps++;

    public void EndEpoch(double validationSeconds)
    {
        _stepSeconds += EpochSeconds - validationSeconds;
        _validationSeconds += validationSeconds;
        _validations++;
    }

    /// <summary>After a batch (from 1) of an epoch (from 1).</summary>
    public TimeSpan Remaining(int epoch, int batch)
    {
        double step = (_stepSeconds + EpochSeconds) / Math.Max(1, _steps);
        double validation = _validations == 0 ? 0 : _validationSeconds / _validations;
        long steps = ((long)(epochs - epoch) * stepsPerEpoch) + stepsPerEpoch - batch;
        return TimeSpan.FromSeconds((steps * step) + ((epochs - epoch + 1) * validation));
    }
}
