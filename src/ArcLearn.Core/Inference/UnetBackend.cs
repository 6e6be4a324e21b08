using System.Numerics.Tensors;
using ArcLearn.Core.Models;
using ArcLearn.Core.Runtime;

namespace ArcLearn.Core.Inference;

/// <summary>
/// A U-Net behind the engine. The weights are copied and prepared once, and all replicas read the same: nothing in them changes, so a replica costs what its
/// batch needs on the way through the network.
/// </summary>
internal sealed class UnetBackend : IPixelBackend
{
    // Of a class that was never learnt: no other score comes near, and its share of a softmax is 0 in 32 bits.
    private const float Never = -1e4f;

    // Of the maps themselves: the convolutions' own work space comes on top.
    private const double WorkSpace = 1.25;

    private readonly PreparedUnet _prepared;
    private readonly InputScaling _scaling;

    /// <summary>Prepares a model as it is now; later training does not change it.</summary>
    /// <param name="batchSize">Chips per call, at least 2: a batch of one takes another path through torch and gives other last bits.</param>
    /// <param name="precision">What the network computes in.</param>
    /// <param name="chipSize">Side of the chips; null for the model's own.</param>
    public UnetBackend(UnetEngine model, int batchSize, LearnPrecision precision = LearnPrecision.Float32, int? chipSize = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 2);
        BatchSize = batchSize;
        SampleType = model.Normalization.SampleType;
        Classes = model.Classes;
        _scaling = InputScaling.FromRaw(model.Normalization);
        using (model.Gate.Enter(model.Name, CancellationToken.None))
        {
            _prepared = model.Network.Prepare(precision, chipSize);
        }
    }

    public int BatchSize { get; }

    public int ChipSize => _prepared.Options.ChipSize;

    public int Bands => _prepared.Options.Bands;

    public SampleType SampleType { get; }

    public IReadOnlyList<ClassDefinition> Classes { get; }

    public long BytesPerReplica => ReplicaBytes(_prepared.Options, BatchSize);

    /// <summary>
    /// What a replica takes beside the weights, which all share. Growth of the process that was measured on ResNets and VGG lay at 0.6 to 1.0 of this
    /// (Tests/Benchmarks, engine replicas).
    /// </summary>
    public static long ReplicaBytes(UnetOptions options, int batchSize)
    {
        // Samples and scores, and the widest place on the way: the top, where the last map, the input beside it and what is made of both live at once, or a block's joined maps.
        long plane = (long)options.ChipSize * options.ChipSize * sizeof(float) * batchSize;
        double channels = (3 * options.Bands) + (2 * (options.Classes + 1)) + UnetNetwork.WidestChannels(options);
        return (long)(WorkSpace * channels * plane) + Models.WorkSpace.Bytes;
    }

    public IPixelReplica CreateReplica() => new Replica(this);

    /// <summary>Call it when no replica is at work any more.</summary>
    public void Dispose() => _prepared.Dispose();

    private sealed class Replica(UnetBackend backend) : IPixelReplica
    {
        private readonly float[] _scaled = new float[BatchSamples.Count(backend.BatchSize, backend.Bands, backend.ChipSize)];

        public void Score(float[] samples, float[] scores)
        {
            if (samples.Length != _scaled.Length)
            {
                throw new ArgumentException($"A batch has {_scaled.Length} samples; found {samples.Length}.", nameof(samples));
            }

            // The number of threads within an operation changes the last bits, and belongs to the calling thread.
            using IntraOpThreads threads = IntraOpThreads.One();
            int plane = backend.ChipSize * backend.ChipSize;
            backend._scaling.Apply(samples, _scaled, plane);
            backend._prepared.Run(_scaled, backend.BatchSize, scores);

            // Damaged weights would give some class everywhere, and nobody would know why.
            if (!float.IsFinite(TensorPrimitives.Sum<float>(scores)))
            {
                throw ModelFault.NotFinite();
            }

            int channels = backend.Classes.Count + 1;
            for (int map = 0; map < scores.Length / plane; map++)
            {
                if (backend._prepared.Options.Loss.IsIgnored(map % channels))
                {
                    scores.AsSpan(map * plane, plane).Fill(Never);
                }
            }
        }

        public void Dispose()
        {
        }
    }
}
