using System.Buffers.Binary;

namespace ArcLearn.Core.Packaging;

/// <summary>
/// Walks the directory at the end of a ZIP (APPNOTE.TXT 4.3) without keeping any of it. <see cref="System.IO.Compression.ZipArchive"/> reads a directory to its end,
/// whatever count it declares, and holds it in memory: so it is given none that is too large.
/// </summary>
internal static class ZipDirectorySize
{
    /// <summary>Names, extra fields and comments of all entries together.</summary>
    public const long MaximumLength = 16L << 20;

    private const int EndLength = 22;
    private const int LongestComment = ushort.MaxValue;
    private const int HeaderLength = 46;
    private const uint EndSignature = 0x06054b50;
    private const uint LocatorSignature = 0x07064b50;
    private const uint HeaderSignature = 0x02014b50;

    /// <summary>Refuses a directory of too many entries or bytes. One that cannot be found is none of this check's business.</summary>
    /// <exception cref="LearnFormatException">It is too large.</exception>
    public static void Check(Stream stream, int maximumEntries, string path)
    {
        // Which of two starts a reader believes is its own affair: neither may be that of a large directory.
        foreach (long start in FindStarts(stream))
        {
            Check(stream, start, maximumEntries, path);
        }
    }

    private static void Check(Stream stream, long start, int maximumEntries, string path)
    {
        byte[] header = new byte[HeaderLength];
        long at = start;
        for (int count = 0; at >= 0 && at <= stream.Length - HeaderLength; count++)
        {
            if (count > maximumEntries)
            {
                throw new LearnFormatException($"has more than {maximumEntries} entries, which no model package has.", path);
            }

            if (at - start > MaximumLength)
            {
                throw new LearnFormatException($"has names and comments of more than {MaximumLength >> 20} MB, which no model package has.", path);
            }

            stream.Position = at;
            stream.ReadExactly(header);
            if (BinaryPrimitives.ReadUInt32LittleEndian(header) != HeaderSignature)
            {
                return;
            }

            at += HeaderLength + Short(header, 28) + Short(header, 30) + Short(header, 32);
        }
    }

    private static IEnumerable<long> FindStarts(Stream stream)
    {
        int length = (int)Math.Min(stream.Length, EndLength + LongestComment);
        byte[] tail = new byte[length];
        stream.Position = stream.Length - length;
        stream.ReadExactly(tail);
        for (int i = length - EndLength; i >= 0; i--)
        {
            if (BinaryPrimitives.ReadUInt32LittleEndian(tail.AsSpan(i)) == EndSignature)
            {
                yield return BinaryPrimitives.ReadUInt32LittleEndian(tail.AsSpan(i + 16));
                if (FindLongStart(stream, stream.Length - length + i) is long start)
                {
                    yield return start;
                }

                yield break;
            }
        }
    }

    /// <summary>Of a ZIP64: the locator before the end record knows where the longer one is.</summary>
    private static long? FindLongStart(Stream stream, long end)
    {
        byte[] bytes = new byte[56];
        if (end < 20)
        {
            return null;
        }

        stream.Position = end - 20;
        stream.ReadExactly(bytes, 0, 20);
        long record = BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(8));
        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes) != LocatorSignature || record < 0 || record > stream.Length - bytes.Length)
        {
            return null;
        }

        stream.Position = record;
        stream.ReadExactly(bytes);
        return BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(48));
    }

    private static int Short(byte[] bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(at));
}
