using System.Globalization;

namespace ArcLearn.Core.Models;

/// <summary>
/// Tells anchors apart that weights cannot: grids of other sizes, or as many other zooms and ratios, have weights of the same shapes,
/// but what those learnt of places and sizes is wrong for them.
/// </summary>
internal static class PretrainedCheck
{
    /// <param name="options">Of the new detector.</param>
    /// <param name="saved">What the saved one's definition says.</param>
    /// <param name="path">What to blame.</param>
    /// <exception cref="LearnDataException">WeightsMismatch: the heads' weights have the same shapes for other anchors.</exception>
    public static void RequireSameAnchors(SsdOptions options, SsdDefinition saved, string path)
    {
        SsdOptions other = saved.Options;
        bool sameShapes = options.Grids.Count == other.Grids.Count && options.Zooms.Count * options.Ratios.Count == other.Zooms.Count * other.Ratios.Count;
        string[] differences =
        [
            .. Difference("Grids", options.Grids, other.Grids, n => n.ToString(CultureInfo.InvariantCulture)),
            .. Difference("Zooms", options.Zooms, other.Zooms, z => z.ToString(CultureInfo.InvariantCulture)),
            .. Difference("Ratios", options.Ratios, other.Ratios, r => $"'{r}'"),
        ];
        if (sameShapes && differences.Length > 0)
        {
            throw new LearnDataException(
                "WeightsMismatch",
                $"The weights of {path} were trained for other anchors of the same number: {string.Join("; ", differences)}. They would load and be wrong; give the saved model's.",
                path);
        }
    }

    private static IEnumerable<string> Difference<T>(string name, IReadOnlyList<T> here, IReadOnlyList<T> there, Func<T, string> text)
    {
        if (!here.SequenceEqual(there))
        {
            yield return $"-{name} {string.Join(", ", there.Select(text))} there, {string.Join(", ", here.Select(text))} here";
        }
    }
}
