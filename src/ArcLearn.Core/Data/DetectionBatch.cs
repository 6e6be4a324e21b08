using ArcLearn.Core.Rasters;

namespace ArcLearn.Core.Data;

/// <summary>A box in parts of the chip's sides (0 to 1), first coordinate downwards: the order of the detector.</summary>
/// <param name="Label">Index of the class from 1; 0 is background.</param>
internal readonly record struct BoxLabel(float YMin, float XMin, float YMax, float XMax, int Label);

/// <summary>Chips that are decoded, augmented and normalised, ready to become one tensor.</summary>
/// <param name="Images"><c>[Count, Bands, ChipSize, ChipSize]</c>, row-major.</param>
/// <param name="Boxes">One list per chip.</param>
/// <param name="Items">Index of each chip in its side of the split.</param>
internal sealed record DetectionBatch(int Count, int Bands, int ChipSize, float[] Images, BoxLabel[][] Boxes, int[] Items);

/// <summary>How samples become network input: <c>(value · Scale − Mean) / Deviation</c> per band. Saved with the model.</summary>
/// <param name="Scale">1/255 for 8-bit chips with ImageNet statistics, else 1.</param>
internal sealed record Normalization(float Scale, IReadOnlyList<float> Mean, IReadOnlyList<float> Deviation, SampleType SampleType);

/// <summary>Chips with boxes, split in two.</summary>
internal interface IDetectionData : Internal.IDataContent
{
    Normalization Normalization { get; }

    /// <summary>Ground size of a chip's pixel in map units; null where the chips have no georeference.</summary>
    double? CellSize { get; }

    /// <summary>The same on the ground; null without georeference.</summary>
    PixelGround? Ground => null;

    /// <summary>Shuffled and augmented by (seed, epoch, item) alone: equal for any number of worker threads. An incomplete last batch is left out.</summary>
    IEnumerable<DetectionBatch> TrainingBatches(int epoch, CancellationToken cancel);

    /// <summary>In a fixed order, not augmented, the last batch short.</summary>
    IEnumerable<DetectionBatch> ValidationBatches(CancellationToken cancel);

    /// <summary>All chips of both sides as <see cref="ValidationBatches"/> gives them.</summary>
    IEnumerable<DetectionBatch> AllBatches(CancellationToken cancel);
}
