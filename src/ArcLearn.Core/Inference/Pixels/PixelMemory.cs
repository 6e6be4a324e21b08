using ArcLearn.Core.Rasters;

namespace ArcLearn.Core.Inference;

/// <summary>What a classification takes whatever its limit: sums that wait for the next rows of tiles, rows on their way into the file.</summary>
internal static class PixelMemory
{
    // A row of tiles of the file, and half, a quarter and so on of its overviews.
    private const int FileRows = 2 * PixelOutput.BlockSize;

    public static long Of(PixelPlan plan, PixelRunOptions options, ClassCodes codes, int batchSize, int workers)
    {
        int chip = plan.Grid.ChipSize;
        int stride = chip - (2 * plan.Grid.Padding);
        PixelWindow window = plan.Window;
        long row = window.Width * (long)(codes.SampleType.Bytes() + (options.HasProbabilities ? CorePacker.BandsOf(codes.Channels, options.PredictBackground) : 0));
        long file = row * (Math.Min(FileRows, 2L * window.Height) + Math.Min(chip, window.Height));
        if (options.Merge != MergePolicy.Mean)
        {
            return file;
        }

        long columns = Math.Min(plan.Grid.Columns, (window.Width / stride) + 2 + (2L * plan.Reach));
        long sums = ((2L * plan.Reach) + 1) * columns * codes.Channels * stride * stride * sizeof(float);
        long waiting = PixelRun.Ahead(batchSize, PipelineSize.Usual(workers)) * (long)codes.Channels * chip * chip * sizeof(float);

        // Summing and writing follow each other.
        return Math.Max(file, sums + waiting);
    }
}
