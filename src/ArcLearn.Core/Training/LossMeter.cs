namespace ArcLearn.Core.Training;

/// <summary>A mean that forgets: each loss weighs 0.98 of the one after it, without the pull towards zero at the start.</summary>
internal sealed class LossMeter
{
    private const double Memory = 0.98;

    private double _mean;
    private int _count;

    /// <summary>NaN before the first loss.</summary>
    public double Value => _count == 0 ? double.NaN : _mean / (1 - Math.Pow(Memory, _count));

    public void Add(double loss)
    {
        _count++;
        _mean = (Memory * _mean) + ((1 - Memory) * loss);
    }
}
