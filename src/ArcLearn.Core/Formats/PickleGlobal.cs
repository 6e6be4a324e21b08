namespace ArcLearn.Core.Formats;

/// <summary>
/// The only names that a pickle may ask for, and what stands for each: nothing of Python's is looked up or run.
/// </summary>
internal abstract record PickleGlobal
{
    private PickleGlobal()
    {
    }

    public sealed record OrderedDict : PickleGlobal;

    /// <summary>A tensor's shape.</summary>
    public sealed record Size : PickleGlobal;

    public sealed record Tensor : PickleGlobal;

    public sealed record Parameter : PickleGlobal;

    public sealed record Storage(TorchDataType DataType) : PickleGlobal;

    /// <summary>Null for every other name.</summary>
    public static PickleGlobal? Find(string module, string name) => (module, name) switch
    {
        ("collections", "OrderedDict") => new OrderedDict(),
        ("torch", "Size") => new Size(),
        ("torch._utils", "_rebuild_tensor_v2" or "_rebuild_tensor") => new Tensor(),
        ("torch._utils", "_rebuild_parameter") => new Parameter(),
        ("torch", _) when TorchDataTypes.OfStorage(name) is TorchDataType type => new Storage(type),
        _ => null,
    };
}
