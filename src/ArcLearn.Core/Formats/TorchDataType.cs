namespace ArcLearn.Core.Formats;

/// <summary>Types of numbers in a saved tensor.</summary>
internal enum TorchDataType
{
    Float64,
    Float32,
    Float16,
    BFloat16,
    Int64,
    Int32,
    Int16,
    Int8,
    UInt8,
    Bool,
}

internal static class TorchDataTypes
{
    // In the order of the enum: bytes of a number, and the name of Python's class for its storage.
    private static readonly (int Size, string Storage)[] s_all =
    [
        (8, "DoubleStorage"), (4, "FloatStorage"), (2, "HalfStorage"), (2, "BFloat16Storage"), (8, "LongStorage"),
        (4, "IntStorage"), (2, "ShortStorage"), (1, "CharStorage"), (1, "ByteStorage"), (1, "BoolStorage"),
    ];

    /// <summary>Bytes of one number.</summary>
    public static int Size(this TorchDataType type) => s_all[(int)type].Size;

    public static bool IsFloatingPoint(this TorchDataType type) => type <= TorchDataType.BFloat16;

    /// <summary>The class in Python's module torch.</summary>
    public static string StorageName(this TorchDataType type) => s_all[(int)type].Storage;

    public static TorchDataType? OfStorage(string name)
    {
        int index = Array.FindIndex(s_all, item => item.Storage == name);
        return index < 0 ? null : (TorchDataType)index;
    }
}
