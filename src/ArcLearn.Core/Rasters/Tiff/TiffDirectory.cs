using System.Buffers.Binary;
using System.Text;

namespace ArcLearn.Core.Rasters.Tiff;

/// <summary>One directory of a TIFF or BigTIFF file of either byte order; values are read when asked for.</summary>
internal sealed class TiffDirectory
{
    /// <summary>More images than any raster has overviews and masks; a file of thousands of pages is read for its first.</summary>
    private const int MaximumDirectories = 256;

    private readonly Dictionary<ushort, TiffEntry> _entries = [];
    private long _next;

    private TiffDirectory(RasterSource source, bool isBigEndian, bool isBigTiff)
    {
        Source = source;
        IsBigEndian = isBigEndian;
        IsBigTiff = isBigTiff;
    }

    public RasterSource Source { get; }

    public bool IsBigEndian { get; }

    public bool IsBigTiff { get; }

    /// <summary>Whether the bytes begin as a TIFF does.</summary>
    public static bool IsTiff(ReadOnlySpan<byte> head) =>
        head.Length >= 4 && (head[..4] is [0x49, 0x49, 42 or 43, 0] || head[..4] is [0x4D, 0x4D, 0, 42 or 43]);

    /// <summary>The directories of the file in their order: the image itself, then its overviews and masks or other pages.</summary>
    /// <exception cref="LearnFormatException">The header or a directory is damaged, or they lead in a circle.</exception>
    public static IReadOnlyList<TiffDirectory> ReadAll(RasterSource source)
    {
        Span<byte> head = stackalloc byte[16];
        source.Read(0, head[..8]);
        bool isBigEndian = head[0] == 0x4D;
        bool isBigTiff = (isBigEndian ? head[3] : head[2]) == 43;
        TiffDirectory directory = new(source, isBigEndian, isBigTiff);
        long position;
        if (isBigTiff)
        {
            source.Read(0, head);
            if (directory.UInt16(head[4..]) != 8)
            {
                throw directory.Damaged($"is a BigTIFF with file positions of {directory.UInt16(head[4..])} bytes, where 8 are the rule.");
            }

            position = (long)directory.UInt64(head[8..]);
        }
        else
        {
            position = directory.UInt32(head[4..]);
        }

        List<TiffDirectory> all = [];
        HashSet<long> seen = [];
        do
        {
            if (!seen.Add(position))
            {
                throw directory.Damaged($"is damaged: its directories lead back to the one at byte {position}.");
            }

            directory = new TiffDirectory(source, isBigEndian, isBigTiff);
            directory.ReadEntries(position);
            all.Add(directory);
            position = directory._next;
        }
        while (position != 0 && all.Count < MaximumDirectories);

        return all;
    }

    public bool Has(ushort tag) => _entries.ContainsKey(tag);

    /// <summary>The first value of a field of whole numbers.</summary>
    public long Integer(ushort tag, long fallback) =>
        _entries.TryGetValue(tag, out TiffEntry entry) && entry.Count > 0 ? Integers(entry with { Count = 1 })[0] : fallback;

    /// <summary>All values of a field of whole numbers; empty where the file has no such field.</summary>
    public long[] Integers(ushort tag) => _entries.TryGetValue(tag, out TiffEntry entry) ? Integers(entry) : [];

    public double[] Doubles(ushort tag)
    {
        if (!_entries.TryGetValue(tag, out TiffEntry entry))
        {
            return [];
        }

        if (entry.Type is not (11 or 12))
        {
            return Array.ConvertAll(Integers(entry), value => (double)value);
        }

        byte[] bytes = Bytes(entry);
        double[] values = new double[entry.Count];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = entry.Type == 12
                ? BitConverter.UInt64BitsToDouble(UInt64(bytes.AsSpan(8 * i)))
                : BitConverter.UInt32BitsToSingle(UInt32(bytes.AsSpan(4 * i)));
        }

        return values;
    }

    /// <summary>A text field without its closing zero, or null.</summary>
    public string? Text(ushort tag) => _entries.TryGetValue(tag, out TiffEntry entry) && TiffEntry.SizeOf(entry.Type) == 1
        ? Encoding.Latin1.GetString(Bytes(entry)).TrimEnd('\0')
        : null;

    /// <summary>The field's bytes as stored; empty where the file has no such field.</summary>
    public byte[] Bytes(ushort tag) => _entries.TryGetValue(tag, out TiffEntry entry) ? Bytes(entry) : [];

    public LearnFormatException Damaged(string message) => new(message, Source.Path);

    private void ReadEntries(long position)
    {
        int entrySize = IsBigTiff ? 20 : 12;
        byte[] start = new byte[IsBigTiff ? 8 : 2];
        Source.Read(position, start);
        ulong count = IsBigTiff ? UInt64(start) : UInt16(start);
        long first = position + start.Length;
        if (count == 0 || count > (ulong)(Source.Length - first) / (ulong)entrySize || count > ushort.MaxValue)
        {
            throw Damaged($"has a directory of {count} fields at byte {position}, which the file has no room for.");
        }

        byte[] bytes = new byte[(int)count * entrySize];
        Source.Read(first, bytes);
        _next = NextPosition(first + bytes.Length);
        for (int i = 0; i < (int)count; i++)
        {
            ReadOnlySpan<byte> entry = bytes.AsSpan(i * entrySize, entrySize);
            Add(UInt16(entry), UInt16(entry[2..]), entry, first + (i * entrySize));
        }
    }

    // Writers that forget the closing position leave a file that ends here, or garbage behind the last directory.
    private long NextPosition(long at)
    {
        Span<byte> next = stackalloc byte[IsBigTiff ? 8 : 4];
        if (at > Source.Length - next.Length)
        {
            return 0;
        }

        Source.Read(at, next);
        long position = IsBigTiff ? (long)UInt64(next) : UInt32(next);
        return position > 0 && position < Source.Length ? position : 0;
    }

    private void Add(ushort tag, ushort type, ReadOnlySpan<byte> entry, long position)
    {
        ulong count = IsBigTiff ? UInt64(entry[4..]) : UInt32(entry[4..]);
        int size = TiffEntry.SizeOf(type);
        if (size == 0 || count > (ulong)(Source.Length / size))
        {
            return; // A field that cannot be read is as good as absent; where it is needed, its absence is the error.
        }

        int inline = IsBigTiff ? 8 : 4;
        long valuePosition = (long)count * size <= inline
            ? position + (IsBigTiff ? 12 : 8)
            : IsBigTiff ? (long)UInt64(entry[12..]) : UInt32(entry[8..]);
        _entries.TryAdd(tag, new TiffEntry(tag, type, (long)count, valuePosition));
    }

    private byte[] Bytes(TiffEntry entry)
    {
        long length = entry.Count * TiffEntry.SizeOf(entry.Type);
        if (length > Array.MaxLength)
        {
            throw Damaged($"has a field {entry.Tag} of {length} bytes, which is too long.");
        }

        byte[] bytes = new byte[length];
        Source.Read(entry.Position, bytes);
        return bytes;
    }

    private long[] Integers(TiffEntry entry)
    {
        int size = TiffEntry.SizeOf(entry.Type);
        if (entry.Type is 2 or 5 or 10 or 11 or 12)
        {
            throw Damaged($"has no whole numbers in field {entry.Tag} (field type {entry.Type}).");
        }

        byte[] bytes = Bytes(entry);
        long[] values = new long[entry.Count];
        for (int i = 0; i < values.Length; i++)
        {
            ReadOnlySpan<byte> value = bytes.AsSpan(i * size, size);
            values[i] = entry.Type switch
            {
                1 or 7 => value[0],
                6 => (sbyte)value[0],
                3 => UInt16(value),
                8 => (short)UInt16(value),
                4 or 13 => UInt32(value),
                9 => (int)UInt32(value),
                _ => (long)UInt64(value), // a file position beyond 2^63 becomes negative, which every use refuses
            };
        }

        return values;
    }

    private ushort UInt16(ReadOnlySpan<byte> bytes) =>
        IsBigEndian ? BinaryPrimitives.ReadUInt16BigEndian(bytes) : BinaryPrimitives.ReadUInt16LittleEndian(bytes);

    private uint UInt32(ReadOnlySpan<byte> bytes) =>
        IsBigEndian ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt32LittleEndian(bytes);

    private ulong UInt64(ReadOnlySpan<byte> bytes) =>
        IsBigEndian ? BinaryPrimitives.ReadUInt64BigEndian(bytes) : BinaryPrimitives.ReadUInt64LittleEndian(bytes);
}
