using System.Buffers.Binary;

namespace ArcLearn.Tests.Unit.Rasters;

/// <summary>Makes the smallest of TIFF files field by field, so that a test can say what is wrong in it.</summary>
internal static class TiffBytes
{
    /// <summary>A little-endian file with one directory of 32-bit numbers at byte 8, then <paramref name="data"/>.</summary>
    /// <param name="next">Where the next directory is said to be.</param>
    public static byte[] Make(IReadOnlyDictionary<int, uint> fields, uint next = 0, byte[]? data = null)
    {
        int end = 8 + 2 + (12 * fields.Count) + 4;
        byte[] bytes = new byte[end + (data?.Length ?? 0)];
        "II*\0"u8.CopyTo(bytes);
        Write32(4, 8);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(8), (ushort)fields.Count);
        int at = 10;
        foreach ((int tag, uint value) in fields.OrderBy(field => field.Key))
        {
            BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(at), (ushort)tag);
            BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(at + 2), 4);
            Write32(at + 4, 1);
            Write32(at + 8, value);
            at += 12;
        }

        Write32(at, next);
        data?.CopyTo(bytes, end);
        return bytes;

        void Write32(int position, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(position), value);
    }

    /// <summary>The fields of 16 by 16 grey pixels of 8 bits in one tile, whose 256 bytes lie at <paramref name="offset"/>.</summary>
    public static Dictionary<int, uint> Tile(uint offset) => new()
    {
        [256] = 16, [257] = 16, [258] = 8, [259] = 1, [262] = 1, [277] = 1, [322] = 16, [323] = 16, [324] = offset, [325] = 256,
    };
}
