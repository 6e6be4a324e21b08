namespace ArcLearn.Core.Rasters.Tiff;

/// <summary>One field of a TIFF directory: where its values lie.</summary>
/// <param name="Type">TIFF 6.0 field type 1 to 13, or BigTIFF's 16 to 18.</param>
/// <param name="Count">Number of values.</param>
/// <param name="Position">Byte position of the first value, inside the directory or elsewhere.</param>
internal readonly record struct TiffEntry(ushort Tag, ushort Type, long Count, long Position)
{
    /// <summary>Bytes of one value of a type; 0 for types that nobody defined.</summary>
    public static int SizeOf(int type) => type switch
    {
        1 or 2 or 6 or 7 => 1,
        3 or 8 => 2,
        4 or 9 or 11 or 13 => 4,
        5 or 10 or 12 or 16 or 17 or 18 => 8,
        _ => 0,
    };
}
