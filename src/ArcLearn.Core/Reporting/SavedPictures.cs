using ArcLearn.Core.Packaging;

namespace ArcLearn.Core.Reporting;

/// <summary>The pictures of a saved model's report that only its data could give again.</summary>
internal static class SavedPictures
{
    private const int LargestBytes = 16 << 20;

    /// <summary>Those that a package has; nothing here looks into them.</summary>
    /// <returns>PNG files by the names that reports have them under.</returns>
    /// <exception cref="LearnFormatException">The package is damaged.</exception>
    public static IReadOnlyDictionary<string, byte[]> Read(ModelPackageReader package, CancellationToken cancel)
    {
        Dictionary<string, byte[]> pictures = new(StringComparer.Ordinal);
        foreach (string name in new[] { ModelReport.ResultsName, ModelReport.ConfusionName })
        {
            if (package.TryRead(name, LargestBytes, cancel) is byte[] bytes && bytes.AsSpan().StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'P', (byte)'N', (byte)'G']))
            {
                pictures.Add(name, bytes);
            }
        }

        return pictures;
    }
}
