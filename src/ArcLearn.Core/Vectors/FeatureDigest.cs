using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using NetTopologySuite.Geometries;

namespace ArcLearn.Core.Vectors;

/// <summary>
/// A fingerprint of a layer's features that is the same in any order and for any turn of rings: the sum, in two halves modulo 2¹²⁸, of the SHA-256 of each feature's
/// values and geometry.
/// </summary>
internal sealed class FeatureDigest
{
    private UInt128 _high;
    private UInt128 _low;

    public long Count { get; private set; }

    /// <param name="values">string, long, double, bool or null each.</param>
    public void Add(Geometry? geometry, IReadOnlyList<object?> values)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> number = stackalloc byte[sizeof(long)];
        foreach (object? value in values)
        {
            (char kind, long bits, string? text) = value switch
            {
                null => ('n', 0L, null),
                string s => ('s', Encoding.UTF8.GetByteCount(s), s),
                bool b => ('b', b ? 1L : 0L, null),
                double d => ('r', BitConverter.DoubleToInt64Bits(d), null),
                _ => ('i', Convert.ToInt64(value, System.Globalization.CultureInfo.InvariantCulture), (string?)null),
            };
            hash.AppendData([(byte)kind]);
            BinaryPrimitives.WriteInt64LittleEndian(number, bits);
            hash.AppendData(number);
            if (text is not null)
            {
                hash.AppendData(Encoding.UTF8.GetBytes(text));
            }
        }

        if (geometry is not null)
        {
            hash.AppendData(geometry.Normalized().AsBinary());
        }

        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        _ = hash.GetHashAndReset(digest);
        unchecked
        {
            _high += BinaryPrimitives.ReadUInt128BigEndian(digest);
            _low += BinaryPrimitives.ReadUInt128BigEndian(digest[16..]);
        }

        Count++;
    }

    /// <summary>64 hexadecimal digits.</summary>
    public override string ToString() => FormattableString.Invariant($"{_high:X32}{_low:X32}");
}
