namespace ArcLearn.Core.Inference.Onnx;

/// <summary>An ONNX detector.</summary>
internal sealed class OnnxDetector(OnnxFile file, OnnxDefinition definition, string shown, LearnDevice device)
    : OnnxRunModel(file, definition, shown, device, threads: 1), IDetectionModel
{
    // Of a chip's side, in maps of 32-bit numbers: what networks have that halve their input at once.
    private const int Maps = 128;

    public DetectionInput Detections => Describe(Definition);

    public static DetectionInput Describe(OnnxDefinition definition) => new(definition.Input, definition.Classes, batch => ReplicaBytes(definition, batch));

    public IDetectionBackend CreateBackend(int batchSize, double threshold, double overlap, LearnPrecision precision) =>
        new Backend(Session, Definition, batchSize, new OnnxBoxReader(Definition, threshold, overlap));

    /// <summary>The runtime does not tell what it takes; this is the maps of a network of usual width.</summary>
    private static long ReplicaBytes(OnnxDefinition model, int batch) => (long)(Maps + (3 * model.Bands)) * model.ChipSize * model.ChipSize * sizeof(float) * batch;

    private sealed class Backend(OnnxSession session, OnnxDefinition model, int batchSize, OnnxBoxReader reader) : IDetectionBackend
    {
        public int BatchSize => batchSize;

        public int ChipSize => model.ChipSize;

        public int Bands => model.Bands;

        public SampleType SampleType => model.Normalization.SampleType;

        public IReadOnlyList<ClassDefinition> Classes => model.Classes;

        public long BytesPerReplica => ReplicaBytes(model, batchSize);

        public IDetectionReplica CreateReplica() => new Replica(new OnnxChips(session, model, batchSize, isSingle: model.Boxes!.IsSingle), batchSize, reader);

        /// <summary>The session is the model's.</summary>
        public void Dispose()
        {
        }
    }

    private sealed class Replica(OnnxChips chips, int batchSize, OnnxBoxReader reader) : IDetectionReplica
    {
        public IReadOnlyList<ChipDetection>[] Detect(float[] samples)
        {
            IReadOnlyList<ChipDetection>[] found = new IReadOnlyList<ChipDetection>[batchSize];
            chips.Run(samples, (outputs, first, count, step) => reader.Read(outputs, step).AsSpan(0, count).CopyTo(found.AsSpan(first)));
            return found;
        }

        public void Dispose()
        {
        }
    }
}
