using System.Numerics.Tensors;
using ArcLearn.Core.Models;
using ArcLearn.Core.Runtime;

namespace ArcLearn.Core.Inference;

/// <summary>
/// A Single Shot Detector behind the engine. The weights are copied and prepared once, and all replicas read the same:
/// nothing in them changes, so a replica costs what its batch needs on the way through the network.
/// </summary>
internal sealed class SsdBackend : IDetectionBackend
{
    private readonly PreparedSsd _prepared;
    private readonly SsdDecoder _decoder;
    private readonly InputScaling _scaling;
    private readonly double _threshold;
    private readonly double _overlap;

    /// <summary>Prepares a model as it is now; later training does not change it.</summary>
    /// <param name="batchSize">Chips per call, at least 2: a batch of one takes another path through torch and gives other last bits.</param>
    /// <param name="threshold">Score that a detection needs, 0 to 1.</param>
    /// <param name="overlap">Highest intersection over union of two detections of a class in one chip.</param>
    /// <param name="precision">What the network computes in.</param>
    public SsdBackend(SsdEngine model, int batchSize, double threshold = 0.5, double overlap = 0.1, LearnPrecision precision = LearnPrecision.Float32)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 2);
        (BatchSize, _threshold, _overlap) = (batchSize, threshold, overlap);
        SsdDefinition definition = model.Definition;
        SampleType = definition.Normalization.SampleType;
        Classes = definition.Classes;
        _scaling = InputScaling.FromRaw(definition.Normalization);
        using (model.Gate.Enter(model.Name, CancellationToken.None))
        {
            _prepared = model.Network.Prepare(precision);
        }

        _decoder = SsdDecoder.For(_prepared.Anchors, _prepared.Options);
    }

    public int BatchSize { get; }

    public int ChipSize => _prepared.Options.ChipSize;

    public int Bands => _prepared.Options.Bands;

    public SampleType SampleType { get; }

    public IReadOnlyList<ClassDefinition> Classes { get; }

    public long BytesPerReplica => ReplicaBytes(_prepared.Options, BatchSize);

    /// <summary>What a replica takes beside the weights, which all share. Growth of the process that was measured for all kinds of backbones lay at 0.73 to 0.86 of this.</summary>
    public static long ReplicaBytes(SsdOptions options, int batchSize)
    {
        // The widest place is behind the first convolution: 64 channels at half the side, and as much again in the first stage of a
        // network of bottlenecks. A few such maps live at once in a residual block with its shortcut; the rest is work space.
        long side = (options.ChipSize + 1) / 2;
        long widest = 64 * side * side * sizeof(float) * batchSize;
        long samples = (long)options.Bands * options.ChipSize * options.ChipSize * sizeof(float) * batchSize;
        bool hasBottlenecks = Backbones.Get(options.Backbone).Channels > 512;
        return ((hasBottlenecks ? 6 : 4) * widest) + (4 * samples) + Models.WorkSpace.Bytes;
    }

    public IDetectionReplica CreateReplica() => new Replica(this);

    /// <summary>Call it when no replica is at work any more.</summary>
    public void Dispose() => _prepared.Dispose();

    private sealed class Replica(SsdBackend backend) : IDetectionReplica
    {
        private readonly float[] _scaled = new float[BatchSamples.Count(backend.BatchSize, backend.Bands, backend.ChipSize)];

        public IReadOnlyList<ChipDetection>[] Detect(float[] samples)
        {
            if (samples.Length != _scaled.Length)
            {
                throw new ArgumentException($"A batch has {_scaled.Length} samples; found {samples.Length}.", nameof(samples));
            }

            // The number of threads within an operation changes the last bits, and belongs to the calling thread.
            using IntraOpThreads threads = IntraOpThreads.One();
            backend._scaling.Apply(samples, _scaled, backend.ChipSize * backend.ChipSize);
            (float[] scores, float[] boxes) = backend._prepared.Run(_scaled, backend.BatchSize);

            // No number lies above a threshold: damaged weights would find nothing, and nobody would know why.
            if (!float.IsFinite(TensorPrimitives.Sum<float>(scores)) || !float.IsFinite(TensorPrimitives.Sum<float>(boxes)))
            {
                throw ModelFault.NotFinite();
            }

            return backend._decoder.Decode(scores, boxes, backend.BatchSize, backend._threshold, backend._overlap);
        }

        public void Dispose()
        {
        }
    }
}
