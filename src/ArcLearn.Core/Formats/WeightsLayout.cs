namespace ArcLearn.Core.Formats;

/// <summary>Tells by a file's first bytes, never by its ending, how its weights are laid out.</summary>
internal static class WeightsLayout
{
    private const int Longest = 24;

    /// <exception cref="LearnFormatException">It holds no weights.</exception>
    public static IStorageReader Find(FileBytes bytes, string path) => TryFind(bytes, path) ?? throw new LearnFormatException(Describe(Start(bytes)), path);

    /// <summary>Null where it holds no weights.</summary>
    public static IStorageReader? TryFind(FileBytes bytes, string path)
    {
        ReadOnlySpan<byte> start = Start(bytes);
        if (start.StartsWith("PK\u0003\u0004"u8))
        {
            return new ZipStorageReader(bytes, path);
        }

        // A header in JSON behind its length.
        if (start.Length > SafetensorsReader.LengthBytes && start[SafetensorsReader.LengthBytes] == (byte)'{')
        {
            return new SafetensorsReader(bytes, path);
        }

        // Every pickle since protocol 2 begins so.
        return start.Length > 0 && start[0] == 0x80 ? new LegacyStorageReader(bytes, path) : null;
    }

    private static ReadOnlySpan<byte> Start(FileBytes bytes) => bytes.Span(0, (int)Math.Min(bytes.Length, Longest));

    /// <summary>What else is often found where weights are looked for.</summary>
    private static string Describe(ReadOnlySpan<byte> start)
    {
        if (start.Length == 0)
        {
            return "is empty.";
        }

        if (start.StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'H', (byte)'D', (byte)'F']))
        {
            return "is an HDF5 file, as Keras writes it, not PyTorch's or safetensors.";
        }

        if (start.StartsWith("version https://git-lfs"u8))
        {
            return "is not the weights but a pointer to them by Git LFS; fetch the file itself with git lfs pull.";
        }

        return start[0] == (byte)'<'
            ? "is a web page, not weights; download the file itself."
            : "is neither a PyTorch file nor safetensors.";
    }
}
