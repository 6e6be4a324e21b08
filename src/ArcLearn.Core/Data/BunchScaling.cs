using ArcLearn.Core.Chips;

namespace ArcLearn.Core.Data;

/// <summary>How a bunch's samples become numbers for a network.</summary>
internal static class BunchScaling
{
    private static readonly float[] s_imageNetMean = [0.485f, 0.456f, 0.406f];
    private static readonly float[] s_imageNetDeviation = [0.229f, 0.224f, 0.225f];

    /// <exception cref="LearnArgumentException">ImageNet's statistics for other chips than photographs.</exception>
    public static (Normalization Normalization, SampleTables Tables) Normalize(
        DataBunchOptions options, IReadOnlyList<ChipEntry> chips, ChipSplit split, ChipStore store, int workers, CancellationToken cancel)
    {
        SampleType type = chips[0].SampleType;
        int bands = chips[0].Bands;
        bool isPhoto = bands == 3 && type == SampleType.UInt8;
        if (options.Normalization == NormalizationKind.ImageNet && !isPhoto)
        {
            throw new LearnArgumentException("Normalization", $"ImageNet's statistics are for three 8-bit bands; the chips have {bands} of {type}. Use Dataset.");
        }

        (double, double)[] ranges = [.. Enumerable.Repeat((0.0, 255.0), bands)];
        if (isPhoto && options.Normalization != NormalizationKind.Dataset)
        {
            Normalization imageNet = new(1 / 255f, s_imageNetMean, s_imageNetDeviation, type);
            return (imageNet, new SampleTables(imageNet, ranges));
        }

        RunningStatistic[] survey = BandSurvey.Measure(store, split.Training.Length > 0 ? split.Training : split.Validation, bands, workers, cancel);
        if (type != SampleType.UInt8)
        {
            ranges = [.. survey.Select(s => (s.Min, s.Max))];
        }

        // A constant band tells nothing; dividing by 1 makes it zero instead of infinite.
        Normalization own = new(
            1, [.. survey.Select(s => (float)s.Mean)], [.. survey.Select(s => s.StandardDeviation > 0 ? (float)s.StandardDeviation : 1f)], type);
        return (own, new SampleTables(own, ranges));
    }
}
