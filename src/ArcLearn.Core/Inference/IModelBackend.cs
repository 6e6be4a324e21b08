namespace ArcLearn.Core.Inference;

/// <summary>A prepared model behind the engine. What it answers for a chip depends on the chip, <see cref="BatchSize"/> and the weights, on nothing else.</summary>
internal interface IModelBackend : IDisposable
{
    /// <summary>Chips per call, always the same; at least 2.</summary>
    int BatchSize { get; }

    int ChipSize { get; }

    int Bands { get; }

    SampleType SampleType { get; }

    IReadOnlyList<ClassDefinition> Classes { get; }

    /// <summary>Bytes that one replica holds at its peak, for the memory plan.</summary>
    long BytesPerReplica { get; }
}
