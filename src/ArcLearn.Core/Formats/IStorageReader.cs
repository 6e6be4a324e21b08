namespace ArcLearn.Core.Formats;

/// <summary>One of the two ways in which torch.save lays a file out.</summary>
internal interface IStorageReader : IDisposable
{
    /// <summary>What was saved; called once, first.</summary>
    object? ReadRoot();

    /// <summary>All bytes of a storage.</summary>
    byte[] ReadStorage(TorchStorage storage);
}
