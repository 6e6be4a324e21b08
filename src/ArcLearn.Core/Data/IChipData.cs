using ArcLearn.Core.Rasters;
using ArcLearn.Internal;

namespace ArcLearn.Core.Data;

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
internal sealed record ChipSample<TBatch>(TBatch Batch, IReadOnlyList<string> Images)
    where TBatch : LearnBatch;

/// <summary>How samples become network input: <c>(value · Scale − Mean) / Deviation</c> per band. Saved with the model.</summary>
/// <param name="Scale">1/255 for 8-bit chips with ImageNet statistics, else 1.</param>
internal sealed record Normalization(float Scale, IReadOnlyList<float> Mean, IReadOnlyList<float> Deviation, SampleType SampleType);

/// <summary>Chips of one kind, split in two.</summary>
internal interface IChipData : IDataContent
{
    Normalization Normalization { get; }

    /// <summary>Ground size of a chip's pixel in map units; null where the chips have no georeference.</summary>
    double? CellSize { get; }

    /// <summary>The same on the ground; null without georeference.</summary>
    PixelGround? Ground => null;
}

/// <summary>Chips with labels of one kind, batch by batch. A batch is the caller's, who disposes it when done.</summary>
internal interface IChipData<TBatch> : IChipData
    where TBatch : LearnBatch
{
    /// <summary>Shuffled and augmented by (seed, epoch, item) alone: equal for any number of worker threads. An incomplete last batch is left out.</summary>
    IEnumerable<TBatch> TrainingBatches(int epoch, CancellationToken cancel);

    /// <summary>In a fixed order, not augmented, the last batch short.</summary>
    IEnumerable<TBatch> ValidationBatches(CancellationToken cancel);

    /// <summary>All chips of both sides as <see cref="ValidationBatches"/> gives them.</summary>
    IEnumerable<TBatch> AllBatches(CancellationToken cancel);

    /// <summary>Some chips in one batch. Augmented training chips with the data's own seed are those that the first epoch begins with.</summary>
    ChipSample<TBatch> Sample(ChipSampleRequest request, CancellationToken cancel);
}

/// <summary>Chips with boxes.</summary>
internal interface IDetectionData : IChipData<DetectionBatch>
{
    /// <summary>Labelled objects on the training side.</summary>
    int TrainingObjects { get; }

    /// <summary>
    /// Height and width of the training side's objects in pixels of the model's input, not augmented. Those that a chip's edge cuts are left out
    /// unless there are no others.
    /// </summary>
    IReadOnlyList<(double Height, double Width)> ObjectSizes { get; }
}

/// <summary>Chips with a class for each pixel.</summary>
internal interface IPixelData : IChipData<PixelBatch>
{
    /// <summary>Pixels of each class on the training side, in the chips' own pixels: background first, then by label.</summary>
    IReadOnlyList<long> TrainingPixels { get; }

    /// <summary>The same on the validation side.</summary>
    IReadOnlyList<long> ValidationPixels { get; }
}

/// <summary>Chips with one class or several for the whole image.</summary>
internal interface IImageClassData : IChipData<ImageClassBatch>
{
    /// <summary>Whether an image may have any number of classes.</summary>
    bool IsMultiLabel { get; }

    /// <summary>Training chips of each class.</summary>
    IReadOnlyList<int> TrainingImagesPerClass { get; }

    /// <summary>Some of the training chips, drawn by the data's seed, in the same order in every view; without an incomplete last batch.</summary>
    /// <param name="most">At most so many.</param>
    /// <param name="view">0: as <see cref="IChipData{TBatch}.ValidationBatches"/> gives them; above: changed by chance as in training, in each view anew.</param>
    IEnumerable<ImageClassBatch> TrainingViews(int most, int view, CancellationToken cancel);
}
