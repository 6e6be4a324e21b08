namespace ArcLearn.Core.Formats;

/// <summary>One of the ways in which a file of weights is laid out.</summary>
internal interface IStorageReader
{
    /// <summary>What was saved; called once, first.</summary>
    object? ReadRoot();

    /// <summary>Compares a storage with its checksum, where the layout has one.</summary>
    /// <exception cref="LearnFormatException">It is another.</exception>
    void Check(TorchStorage storage);

    /// <summary>Bytes of a storage, valid until the file is closed.</summary>
    /// <param name="start">The first, from 0.</param>
    ReadOnlySpan<byte> Numbers(TorchStorage storage, long start, int length);
}
