using ArcLearn.Core.Data;
using ArcLearn.Tests.Unit.TestSupport;
using static ArcLearn.Tests.Unit.Data.ChipFolder;

namespace ArcLearn.Tests.Unit.Data;

[Collection(MemoryTests.Name)]
public sealed class BatchMemoryTests : IDisposable
{
    private const int Side = 192;
    private readonly ChipFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Epochs_after_the_first_take_no_new_arrays_for_batches_that_are_disposed()
    {
        DetectionData boxes = (DetectionData)DataBunchBuilder.Build(Boxes());
        PixelData pixels = (PixelData)DataBunchBuilder.Build(Masks());

        AssertSteady(boxes);
        AssertSteady(pixels);
    }

    [Fact]
    public void Batches_that_are_kept_share_nothing_and_disposing_twice_gives_back_once()
    {
        DetectionData data = (DetectionData)DataBunchBuilder.Build(Boxes());
        foreach (DetectionBatch batch in data.TrainingBatches(1, default))
        {
            batch.Dispose();
            (batch with { Boxes = [] }).Dispose();
        }

        DetectionBatch[] kept = [.. data.TrainingBatches(2, default)];

        Assert.Equal(3, kept.Select(b => b.Images).Distinct().Count());
    }

    private static void AssertSteady<TBatch>(IChipData<TBatch> data)
        where TBatch : LearnBatch
    {
        long batchBytes = Pass(data, epoch: 1);
        long before = GC.GetTotalAllocatedBytes(precise: true);
        for (int epoch = 2; epoch <= 5; epoch++)
        {
            Pass(data, epoch);
        }

        // Twelve batches went by. All three of an epoch may be ready at once, which the first one may not have needed.
        Assert.InRange(GC.GetTotalAllocatedBytes(precise: true) - before, 0, 3 * batchBytes);
    }

    private static long Pass<TBatch>(IChipData<TBatch> data, int epoch)
        where TBatch : LearnBatch
    {
        long bytes = 0;
        foreach (TBatch batch in data.TrainingBatches(epoch, default))
        {
            using TBatch used = batch;
            bytes = sizeof(float) * (long)batch.Images.Length;
        }

        return bytes;
    }

    private DataBunchOptions Boxes()
    {
        for (int i = 0; i < 12; i++)
        {
            _folder.Add(Object(1, 4, 4, 60, 60), Side, Side, sub: "boxes");
        }

        _folder.Finish("boxes");
        return _folder.Options("boxes") with { ChipSize = Side, BatchSize = 4 };
    }

    private DataBunchOptions Masks()
    {
        for (int i = 0; i < 12; i++)
        {
            _folder.AddImage($"masks/images/{i}.tif", Side, Side);
            _folder.AddMask($"masks/labels/{i}.tif", (row, _) => row % 3, Side, Side);
        }

        return _folder.Options("masks") with { ChipSize = Side, BatchSize = 4 };
    }
}
