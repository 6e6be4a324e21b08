namespace ArcLearn.Core.Training;

/// <summary>Tells which epochs improve on all before them, and when too many in a row did not.</summary>
/// <param name="minDelta">What a loss must be lower by to count as progress.</param>
/// <param name="patience">Epochs without progress that are borne; one more ends the training, as in the reference.</param>
internal sealed class EarlyStopping(double minDelta = 0.001, int patience = 5)
{
    private double _best = double.PositiveInfinity;
    private int _waited;

    /// <summary>Takes an epoch's loss.</summary>
    /// <returns>Whether the training should end here.</returns>
    public bool ShouldStop(double loss)
    {
        if (loss < _best - minDelta)
        {
            _best = loss;
            _waited = 0;
            return false;
        }

        _waited++;
        return _waited > patience;
    }
}
