using static TorchSharp.torch;

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
    // In the order of the enum: bytes of a number, Python's class for its storage, the name in safetensors, torch's type.
    private static readonly (int Size, string Storage, string Safetensors, ScalarType Scalar)[] s_all =
    [
        (8, "DoubleStorage", "F64", ScalarType.Float64), (4, "FloatStorage", "F32", ScalarType.Float32),
        (2, "HalfStorage", "F16", ScalarType.Float16), (2, "BFloat16Storage", "BF16", ScalarType.BFloat16),
        (8, "LongStorage", "I64", ScalarType.Int64), (4, "IntStorage", "I32", ScalarType.Int32),
        (2, "ShortStorage", "I16", ScalarType.Int16), (1, "CharStorage", "I8", ScalarType.Int8),
        (1, "ByteStorage", "U8", ScalarType.Byte), (1, "BoolStorage", "BOOL", ScalarType.Bool),
    ];

    /// <summary>Bytes of one number.</summary>
    public static int Size(this TorchDataType type) => s_all[(int)type].Size;

    public static bool IsFloatingPoint(this TorchDataType type) => type <= TorchDataType.BFloat16;

    /// <summary>The class in Python's module torch.</summary>
    public static string StorageName(this TorchDataType type) => s_all[(int)type].Storage;

    public static string SafetensorsName(this TorchDataType type) => s_all[(int)type].Safetensors;

    public static ScalarType Scalar(this TorchDataType type) => s_all[(int)type].Scalar;

    public static TorchDataType? OfStorage(string name) => Find(Array.FindIndex(s_all, item => item.Storage == name));

    public static TorchDataType? OfSafetensors(string name) => Find(Array.FindIndex(s_all, item => item.Safetensors == name));

    public static TorchDataType? OfScalar(ScalarType scalar) => Find(Array.FindIndex(s_all, item => item.Scalar == scalar));

    private static TorchDataType? Find(int index) => index < 0 ? null : (TorchDataType)index;
}
