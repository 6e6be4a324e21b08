using System.Buffers.Binary;
using System.Text;

namespace ArcLearn.Core.Formats;

/// <summary>
/// Where the files of a zip archive lie in it (PKWARE's APPNOTE.TXT, sections 4.3 and 4.5.3), so that they can be used in place.
/// Stricter than an unpacker: both headers of a file must agree, and no two files may share bytes or a name.
/// </summary>
/// <param name="path">The file to blame.</param>
internal sealed class ZipDirectory(FileBytes bytes, string path)
{
    private const int EndLength = 22;
    private const int EntryLength = 46;
    private const int LocalLength = 30;
    private const int MostMembers = 200_000;

    // Deflate cannot do better than 1032 to 1; torch does not compress at all.
    private const long HighestRatio = 1100;

    /// <summary>Deflated files may unpack to so many bytes in all, or to <see cref="TotalRatio"/> times the archive's.</summary>
    private const long FreeTotal = 64L << 20;
    private const long TotalRatio = 20;

    /// <exception cref="LearnFormatException">No archive, one that is cut off, or one whose entries contradict each other.</exception>
    public IReadOnlyDictionary<string, ZipMember> Read()
    {
        (long start, long length, long count) = FindDirectory();
        if (count > MostMembers || count * EntryLength > length || start > bytes.Length - length || length > int.MaxValue)
        {
            throw Fail($"its directory claims {count} files in {length} bytes from {start} on, which cannot be.");
        }

        Dictionary<string, ZipMember> members = new(StringComparer.Ordinal);
        ReadOnlySpan<byte> directory = bytes.Span(start, (int)length);
        for (long i = 0; i < count; i++)
        {
            ZipMember member = Entry(ref directory, start);
            if (!members.TryAdd(member.Name, member))
            {
                throw Fail($"has '{SafeText.Show(member.Name)}' twice.");
            }
        }

        RequireApart(members.Values);
        return members;
    }

    private (long Start, long Length, long Count) FindDirectory()
    {
        int length = (int)Math.Min(bytes.Length, EndLength + ushort.MaxValue);
        ReadOnlySpan<byte> tail = bytes.Span(bytes.Length - length, length);
        for (int at = length - EndLength; at >= 0; at--)
        {
            ReadOnlySpan<byte> end = tail[at..];
            if (UInt32(end, 0) == 0x06054b50 && UInt16(end, 20) == end.Length - EndLength)
            {
                if (UInt16(end, 4) is not (0 or ushort.MaxValue) || UInt16(end, 8) != UInt16(end, 10))
                {
                    throw Fail("is one part of an archive in several files.");
                }

                (long Start, long Length, long Count) found = (UInt32(end, 16), UInt32(end, 12), UInt16(end, 10));
                return found is { Start: uint.MaxValue } or { Length: uint.MaxValue } or { Count: ushort.MaxValue }
                    ? FindLargeDirectory(bytes.Length - length + at) ?? found
                    : found;
            }
        }

        throw Fail("is a zip archive without its end: it is cut off.");
    }

    /// <summary>The Zip64 directory, to which 20 bytes before the other's end lead; null where they do not.</summary>
    private (long Start, long Length, long Count)? FindLargeDirectory(long end)
    {
        if (end < 20 || UInt32(bytes.Span(end - 20, 4), 0) != 0x07064b50)
        {
            return null;
        }

        long at = Int64(bytes.Span(end - 20, 20), 8);
        if (at < 0 || at > end - 20 - 56 || UInt32(bytes.Span(at, 4), 0) != 0x06064b50)
        {
            throw Fail("its Zip64 directory is not where the archive's end says.");
        }

        ReadOnlySpan<byte> large = bytes.Span(at, 56);
        (long start, long length, long count) = (Int64(large, 48), Int64(large, 40), Int64(large, 32));
        return start >= 0 && length >= 0 && count is >= 0 and <= MostMembers ? (start, length, count) : throw Fail("its Zip64 directory makes no sense.");
    }

    /// <summary>Takes an entry off the directory and follows it to the file's own header.</summary>
    private ZipMember Entry(ref ReadOnlySpan<byte> directory, long directoryStart)
    {
        if (directory.Length < EntryLength || UInt32(directory, 0) != 0x02014b50)
        {
            throw Fail("its directory is damaged.");
        }

        (int nameLength, int extraLength, int commentLength) = (UInt16(directory, 28), UInt16(directory, 30), UInt16(directory, 32));
        int whole = EntryLength + nameLength + extraLength + commentLength;
        if (directory.Length < whole)
        {
            throw Fail("its directory is cut off.");
        }

        ReadOnlySpan<byte> name = directory.Slice(EntryLength, nameLength);
        (long packed, long length, long local) = (UInt32(directory, 20), UInt32(directory, 24), UInt32(directory, 42));
        Widen(directory.Slice(EntryLength + nameLength, extraLength), ref length, ref packed, ref local);
        (int flags, int method, uint crc) = (UInt16(directory, 8), UInt16(directory, 10), UInt32(directory, 16));
        directory = directory[whole..];
        string shown = SafeText.Show(Encoding.UTF8.GetString(name));
        if ((flags & 0x2041) != 0)
        {
            throw Fail($"'{shown}' is encrypted.");
        }

        if (method is not (0 or 8))
        {
            throw Fail($"'{shown}' is packed by method {method}; PyTorch packs by none, and Deflate is read.");
        }

        if (packed < 0 || length < 0 || (method == 0 ? packed != length : length > packed * HighestRatio))
        {
            throw Fail($"'{shown}' claims {length} bytes in {packed}, which cannot be.");
        }

        long start = Follow(local, directoryStart, name, flags, method);
        return start >= 0 && packed <= directoryStart - start
            ? new ZipMember(Encoding.UTF8.GetString(name), start, packed, length, crc, method == 0)
            : throw Fail($"'{shown}' is cut off, or its two headers differ.");
    }

    /// <summary>Where a file's bytes begin, behind its own header; -1 where that is missing or says something else than the directory.</summary>
    private long Follow(long local, long directoryStart, ReadOnlySpan<byte> name, int flags, int method)
    {
        if (local < 0 || local > directoryStart - LocalLength - name.Length)
        {
            return -1;
        }

        ReadOnlySpan<byte> header = bytes.Span(local, LocalLength + name.Length);
        return UInt32(header, 0) == 0x04034b50
            && UInt16(header, 6) == flags
            && UInt16(header, 8) == method
            && UInt16(header, 26) == name.Length
            && header[LocalLength..].SequenceEqual(name)
            ? local + LocalLength + name.Length + UInt16(header, 28)
            : -1;
    }

    /// <summary>Takes the numbers that do not fit into 32 bits from the Zip64 field, where they stand in this order.</summary>
    private static void Widen(ReadOnlySpan<byte> extra, ref long length, ref long packed, ref long local)
    {
        while (extra.Length >= 4)
        {
            int size = Math.Min(UInt16(extra, 2), extra.Length - 4);
            ReadOnlySpan<byte> field = extra.Slice(4, size);
            if (UInt16(extra, 0) == 1)
            {
                Take(ref length, ref field);
                Take(ref packed, ref field);
                Take(ref local, ref field);
                return;
            }

            extra = extra[(4 + size)..];
        }

        static void Take(ref long value, ref ReadOnlySpan<byte> field)
        {
            if (value == uint.MaxValue && field.Length >= 8)
            {
                value = Int64(field, 0);
                field = field[8..];
            }
        }
    }

    /// <summary>Entries that share bytes are how a small archive unpacks to a huge one.</summary>
    private void RequireApart(IEnumerable<ZipMember> members)
    {
        long free = 0;
        long unpacked = 0;
        foreach (ZipMember member in members.OrderBy(member => member.Start).ThenBy(member => member.PackedLength))
        {
            if (member.Start < free)
            {
                throw Fail($"'{SafeText.Show(member.Name)}' shares bytes with another file of the archive.");
            }

            free = member.Start + member.PackedLength;
            unpacked = member.IsStored ? unpacked : checked(unpacked + member.Length);
        }

        if (unpacked > FreeTotal && unpacked / TotalRatio > bytes.Length)
        {
            throw Fail($"unpacks to {unpacked} bytes out of {bytes.Length}, which are no weights.");
        }
    }

    private static int UInt16(ReadOnlySpan<byte> span, int at) => BinaryPrimitives.ReadUInt16LittleEndian(span[at..]);

    private static uint UInt32(ReadOnlySpan<byte> span, int at) => BinaryPrimitives.ReadUInt32LittleEndian(span[at..]);

    private static long Int64(ReadOnlySpan<byte> span, int at) => BinaryPrimitives.ReadInt64LittleEndian(span[at..]);

    private LearnFormatException Fail(string message) => new(message, path);
}
