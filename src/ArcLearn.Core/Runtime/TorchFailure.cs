using System.Runtime.InteropServices;

namespace ArcLearn.Core.Runtime;

/// <summary>Tells torch's failures apart: all are an <see cref="ExternalException"/> with a page of text.</summary>
internal static class TorchFailure
{
    // The CPU allocator of libtorch 2.10 says the first, older ones the second, CUDA the third.
    private static readonly string[] s_signs = ["can't allocate memory", "not enough memory", "out of memory"];

    /// <summary>Whether torch's or the runtime's allocator refused.</summary>
    public static bool IsOutOfMemory(Exception failure) =>
        failure is OutOfMemoryException || (failure is ExternalException && s_signs.Any(sign => failure.Message.Contains(sign, StringComparison.OrdinalIgnoreCase)));

    /// <summary>The kind of <see cref="OutOfMemoryException"/> that user code may throw, with the allocator's first line.</summary>
    public static InsufficientMemoryException OutOfMemory(Exception failure) =>
        new($"There is not enough memory for this batch: lower -BatchSize or -ChipSize. {failure.Message.Split('\n')[0]}", failure);
}
