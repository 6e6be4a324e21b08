using ArcLearn.Core.Rasters;

namespace ArcLearn.Core.Data;

/// <summary>A box in parts of the chip's sides (0 to 1), first coordinate downwards: the order of the detector.</summary>
/// <param name="Label">Index of the class from 1; 0 is background.</param>
internal readonly record struct BoxLabel(float YMin, float XMin, float YMax, float XMax, int Label);

/// <summary>Chips that are decoded, augmented and normalised, ready to become one tensor.</summary>
/// <param name="Images"><c>[Count, Bands, ChipSize, ChipSize]</c>, row-major.</param>
/// <param name="Boxes">One list per chip.</param>
/// <param name="Items">Index of each chip in its side of the split.</param>
internal sealed record DetectionBatch(int Count, int Bands, int ChipSize, float[] Images, BoxLabel[][] Boxes, int[] Items)
{
    /// <summary>Floats of one chip.</summary>
    public int Length => Bands * ChipSize * ChipSize;

    /// <summary>A copy of some chips that follow one another.</summary>
    public DetectionBatch Slice(int start, int count) => new(
        count, Bands, ChipSize, Images[(start * Length)..((start + count) * Length)], Boxes[start..(start + count)], Items[start..(start + count)]);
}

/// <summary>Which of a bunch's chips.</summary>
internal enum ChipSide
{
    Training,
    Validation,
    All,
}

/// <summary>Chips to look at.</summary>
/// <param name="Side">Those to choose from.</param>
/// <param name="Count">At most so many.</param>
/// <param name="Seed">Of the choice and of the augmentation.</param>
/// <param name="IsAugmented">Whether they are changed as training changes them.</param>
internal sealed record ChipSampleRequest(ChipSide Side, int Count, int Seed, bool IsAugmented);

/// <summary>Chips with their files.</summary>
/// <param name="Images">One path per chip.</param>
internal sealed record ChipSample(DetectionBatch Batch, IReadOnlyList<string> Images);

/// <summary>How samples become network input: <c>(value · Scale − Mean) / Deviation</c> per band. Saved with the model.</summary>
/// <param name="Scale">1/255 for 8-bit chips with ImageNet statistics, else 1.</param>
internal sealed record Normalization(float Scale, IReadOnlyList<float> Mean, IReadOnlyList<float> Deviation, SampleType SampleType);

/// <summary>Chips with boxes, split in two.</summary>
internal interface IDetectionData : Internal.IDataContent
{
    Normalization Normalization { get; }

    /// <summary>Labelled objects on the training side.</summary>
    int TrainingObjects { get; }

    /// <summary>Ground size of a chip's pixel in map units; null where the chips have no georeference.</summary>
    double? CellSize { get; }

    /// <summary>The same on the ground; null without georeference.</summary>
    PixelGround? Ground => null;

    /// <summary>
    /// Height and width of the training side's objects in pixels of the model's input, not augmented. Those that a chip's edge cuts are left out
    /// unless there are no others.
    /// </summary>
    IReadOnlyList<(double Height, double Width)> ObjectSizes { get; }

    /// <summary>Shuffled and augmented by (seed, epoch, item) alone: equal for any number of worker threads. An incomplete last batch is left out.</summary>
    IEnumerable<DetectionBatch> TrainingBatches(int epoch, CancellationToken cancel);

    /// <summary>In a fixed order, not augmented, the last batch short.</summary>
    IEnumerable<DetectionBatch> ValidationBatches(CancellationToken cancel);

    /// <summary>All chips of both sides as <see cref="ValidationBatches"/> gives them.</summary>
    IEnumerable<DetectionBatch> AllBatches(CancellationToken cancel);

    /// <summary>Some chips in one batch. Augmented training chips with the data's own seed are those that the first epoch begins with.</summary>
    ChipSample Sample(ChipSampleRequest request, CancellationToken cancel);
}
