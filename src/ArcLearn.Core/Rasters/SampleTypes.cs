namespace ArcLearn.Core.Rasters;

/// <summary>What can be said of a sample type by itself.</summary>
internal static class SampleTypes
{
    /// <summary>Bytes of one sample.</summary>
    public static int Bytes(this SampleType type) => type switch
    {
        SampleType.UInt8 or SampleType.Int8 => 1,
        SampleType.UInt16 or SampleType.Int16 => 2,
        SampleType.UInt32 or SampleType.Int32 or SampleType.Float32 => 4,
        _ => 8,
    };

    public static bool IsFloatingPoint(this SampleType type) => type is SampleType.Float32 or SampleType.Float64;

    public static bool IsSigned(this SampleType type) =>
        type is SampleType.Int8 or SampleType.Int16 or SampleType.Int32 or SampleType.Int64 || type.IsFloatingPoint();

    /// <summary>The type whose samples are stored as <typeparamref name="T"/>, or null.</summary>
    public static SampleType? Of<T>()
        where T : unmanaged =>
        typeof(T) == typeof(byte) ? SampleType.UInt8
        : typeof(T) == typeof(ushort) ? SampleType.UInt16
        : typeof(T) == typeof(sbyte) ? SampleType.Int8
        : typeof(T) == typeof(short) ? SampleType.Int16
        : typeof(T) == typeof(uint) ? SampleType.UInt32
        : typeof(T) == typeof(int) ? SampleType.Int32
        : typeof(T) == typeof(ulong) ? SampleType.UInt64
        : typeof(T) == typeof(long) ? SampleType.Int64
        : typeof(T) == typeof(float) ? SampleType.Float32
        : typeof(T) == typeof(double) ? SampleType.Float64
        : null;

    /// <summary>Whether every value of <paramref name="from"/> is kept as <paramref name="to"/>; floating point is taken to hold any number, rounded.</summary>
    public static bool Fits(SampleType from, SampleType to)
    {
        if (from == to || to.IsFloatingPoint())
        {
            return true;
        }

        return !from.IsFloatingPoint()
            && (from.IsSigned() ? to.IsSigned() && to.Bytes() >= from.Bytes() : to.Bytes() > from.Bytes() || (to.Bytes() == from.Bytes() && !to.IsSigned()));
    }

    /// <summary>The narrowest type that keeps the values of both.</summary>
    public static SampleType Common(SampleType first, SampleType second)
    {
        // 32-bit numbers are rounded in Float32, so they ask for Float64.
        ReadOnlySpan<SampleType> byWidth =
        [
            SampleType.UInt8, SampleType.Int8, SampleType.UInt16, SampleType.Int16, SampleType.UInt32, SampleType.Int32,
            SampleType.UInt64, SampleType.Int64, SampleType.Float32, SampleType.Float64,
        ];
        foreach (SampleType type in byWidth)
        {
            bool rounds = type == SampleType.Float32 && (Rounds(first) || Rounds(second));
            if (!rounds && Fits(first, type) && Fits(second, type))
            {
                return type;
            }
        }

        return SampleType.Float64;

        static bool Rounds(SampleType type) => type == SampleType.Float64 || (!type.IsFloatingPoint() && type.Bytes() >= 4);
    }

    /// <summary>The value as a sample of this type would hold it, or null where none can.</summary>
    public static double? Represent(double value, SampleType type)
    {
        if (type == SampleType.Float64)
        {
            return value;
        }

        if (type == SampleType.Float32)
        {
            // Writers print the float with more or fewer digits than it has.
            float single = (float)value;
            return float.IsInfinity(single) && double.IsFinite(value) ? Math.Abs(value) < 3.5e38 ? Math.CopySign(float.MaxValue, value) : null : single;
        }

        (double least, double most) = Range(type);
        return value >= least && value <= most && Math.Floor(value) == value ? value : null;
    }

    /// <summary>The least and the greatest value.</summary>
    public static (double Least, double Most) Range(SampleType type) => type switch
    {
        SampleType.UInt8 => (byte.MinValue, byte.MaxValue),
        SampleType.Int8 => (sbyte.MinValue, sbyte.MaxValue),
        SampleType.UInt16 => (ushort.MinValue, ushort.MaxValue),
        SampleType.Int16 => (short.MinValue, short.MaxValue),
        SampleType.UInt32 => (uint.MinValue, uint.MaxValue),
        SampleType.Int32 => (int.MinValue, int.MaxValue),
        SampleType.UInt64 => (ulong.MinValue, ulong.MaxValue),
        SampleType.Int64 => (long.MinValue, long.MaxValue),
        SampleType.Float32 => (float.MinValue, float.MaxValue),
        _ => (double.MinValue, double.MaxValue),
    };

    /// <summary>The name that GDAL has for the type, as VRT files and command lines write it.</summary>
    public static string GdalName(this SampleType type) => type switch
    {
        SampleType.UInt8 => "Byte",
        _ => type.ToString(),
    };

    /// <summary>The type of a GDAL name, or null.</summary>
    public static SampleType? FromGdalName(string name) => name switch
    {
        "Byte" => SampleType.UInt8,
        "Float16" => SampleType.Float32,
        _ => Enum.TryParse(name, out SampleType type) && Enum.IsDefined(type) && char.IsLetter(name[0]) && type != SampleType.UInt8 ? type : null,
    };
}
