using static TorchSharp.torch;

namespace ArcLearn.Core.Training;

/// <summary>
/// The exponential moving average of a network's weights and running statistics over the last steps of a training (Polyak and Juditsky 1992). Single steps at a high rate throw a network
/// to and fro in what its training chips leave open, such as where two classes part under another light; the mean stays in the middle.
/// </summary>
internal sealed class WeightAverage : IDisposable
{
    // Of all steps of the training: long enough to even out the steps, short enough to have forgotten the first epochs at the end.
    private const double Window = 0.1;

    // The first steps count more than the window has them, so that the average does not start from chance.
    private const double StartLag = 10;

    private readonly WeightSnapshot _mean;
    private readonly WeightSnapshot _current;
    private readonly double _keep;
    private int _steps;
    private bool _isShown;

    private WeightAverage(double keep, nn.Module network) => (_keep, _mean, _current) = (keep, new WeightSnapshot(network), new WeightSnapshot(network));

    /// <summary>The average for a training; null for one of so few steps that each counts.</summary>
    /// <param name="steps">Of the whole training.</param>
    public static WeightAverage? Over(int steps, nn.Module network)
    {
        double window = Window * steps;
        return window > 1 ? new WeightAverage(1 - (1 / window), network) : null;
    }

    /// <summary>Takes the weights after a step.</summary>
    public void Add(nn.Module network)
    {
        _steps++;
        _mean.Follow(network, 1 - Math.Min(_keep, (1 + _steps) / (StartLag + _steps)));
    }

    /// <summary>Puts the average into the network, where it stays until <see cref="Hide"/>.</summary>
    public void Show(nn.Module network)
    {
        _current.Take(network);
        _mean.Restore(network);
        _isShown = true;
    }

    /// <summary>Puts back the weights that the training goes on with.</summary>
    public void Hide(nn.Module network)
    {
        if (_isShown)
        {
            _current.Restore(network);
            _isShown = false;
        }
    }

    public void Dispose()
    {
        _mean.Dispose();
        _current.Dispose();
    }
}
