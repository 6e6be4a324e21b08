using System.Text.Json;
using ArcLearn.Core.Data;

namespace ArcLearn.Core.Formats;

/// <summary>
/// The statistics that arcgis.learn 2.0 writes for multispectral models: a sample goes through ((x − min) / (max − min) − scaled mean) / scaled deviation, band by band.
/// </summary>
internal static class EsriStatistics
{
    private static readonly string[] s_lists = ["band_min_values", "band_max_values", "scaled_mean_values", "scaled_std_values"];

    /// <param name="bands">The bands of the model: where the lists tell of all bands of the training's rasters, these are taken.</param>
    /// <returns>Null where a list is missing or too short, or a span or deviation is not positive.</returns>
    public static Normalization? Read(JsonKeys keys, IReadOnlyList<int> bands)
    {
        if (keys.Object("NormalizationStats") is not JsonKeys stats)
        {
            return null;
        }

        IReadOnlyList<double>[] lists = [.. s_lists.Select(key => stats.List(key, "a number", AsFinite))];
        int count = lists[0].Count;
        if (count == 0 || lists.Any(list => list.Count != count))
        {
            return null;
        }

        int[] chosen = bands.Count == 0 || bands.Count == count ? [.. Enumerable.Range(0, count)] : [.. bands];
        if (chosen.Any(band => band >= count))
        {
            return null;
        }

        double[] Of(int list) => [.. chosen.Select(band => lists[list][band])];
        (double[] least, double[] most, double[] mean, double[] deviation) = (Of(0), Of(1), Of(2), Of(3));
        float[] means = [.. least.Select((low, i) => (float)(low + (mean[i] * (most[i] - low))))];
        float[] deviations = [.. least.Select((low, i) => (float)(deviation[i] * (most[i] - low)))];
        return deviations.All(value => value > 0 && float.IsFinite(value)) && means.All(float.IsFinite)
            ? new Normalization(1, means, deviations, Guess(least.Min(), most.Max()))
            : null;
    }

    /// <summary>The type of samples is not told; the smallest unsigned one that holds them is the likely one.</summary>
    private static SampleType Guess(double least, double most) =>
        least < 0 || most != Math.Floor(most) || most > ushort.MaxValue ? SampleType.Float32
        : most > byte.MaxValue ? SampleType.UInt16 : SampleType.UInt8;

    private static double? AsFinite(JsonElement item) => JsonKeys.AsNumber(item);
}
