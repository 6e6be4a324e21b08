using System.Numerics.Tensors;
using ArcLearn.Core.Models;
using ArcLearn.Core.Runtime;

namespace ArcLearn.Core.Inference;

/// <summary>
/// A prepared classifier with room for one batch, of one shape always: what it says of a chip depends on the model and on that chip alone.
/// </summary>
internal sealed class ChipScorer : IChipScorer
{
    private readonly PreparedClassifier _prepared;
    private readonly ClassifierDefinition _model;
    private readonly float[] _samples;
    private readonly int _length;

    /// <summary>Prepares a model as it is now; later training does not change what is found.</summary>
    /// <param name="batchSize">Chips per step; two at least, since a batch of one takes other code paths in libtorch.</param>
    public ChipScorer(ClassifierEngine model, int batchSize, LearnPrecision precision)
    {
        BatchSize = Math.Max(2, batchSize);
        _model = model.Definition;
        _length = _model.Bands * _model.ChipSize * _model.ChipSize;
        _samples = new float[BatchSamples.Count(BatchSize, _model.Bands, _model.ChipSize)];
        using (model.Gate.Enter(model.Name, CancellationToken.None))
        {
            _prepared = model.Network.Prepare(precision);
        }
    }

    public int BatchSize { get; }

    public Span<float> Place(int index) => _samples.AsSpan(index * _length, _length);

    public float[][] Score(int count)
    {
        _samples.AsSpan(count * _length).Clear();
        using IntraOpThreads threads = IntraOpThreads.All();
        float[] scores = _prepared.Run(_samples, BatchSize);
        if (!float.IsFinite(TensorPrimitives.Sum<float>(scores)))
        {
            throw ModelFault.NotFinite();
        }

        return ClassifierEngine.ToProbabilities(scores, _model.Classes.Count, _model.Options.Loss.IsMultiLabel)[..count];
    }

    public void Dispose() => _prepared.Dispose();
}
