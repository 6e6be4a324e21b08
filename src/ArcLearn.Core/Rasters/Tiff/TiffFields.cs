using System.Buffers.Binary;
using System.Text;

namespace ArcLearn.Core.Rasters.Tiff;

/// <summary>The fields of a directory to be written, little-endian, classic or BigTIFF.</summary>
internal sealed class TiffFields(bool isBigTiff)
{
    private readonly SortedDictionary<ushort, (ushort Type, int Count, byte[] Bytes)> _fields = [];

    public void AddShorts(ushort tag, params ReadOnlySpan<int> values)
    {
        byte[] bytes = new byte[values.Length * 2];
        for (int i = 0; i < values.Length; i++)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(2 * i), checked((ushort)values[i]));
        }

        _fields.Add(tag, (3, values.Length, bytes));
    }

    /// <summary>Whole numbers or file positions: 32-bit in a classic file, 64-bit in a BigTIFF.</summary>
    public void AddLongs(ushort tag, params ReadOnlySpan<long> values)
    {
        int size = isBigTiff ? 8 : 4;
        byte[] bytes = new byte[values.Length * size];
        for (int i = 0; i < values.Length; i++)
        {
            Span<byte> target = bytes.AsSpan(size * i);
            if (isBigTiff)
            {
                BinaryPrimitives.WriteInt64LittleEndian(target, values[i]);
            }
            else
            {
                BinaryPrimitives.WriteUInt32LittleEndian(target, checked((uint)values[i]));
            }
        }

        _fields.Add(tag, ((ushort)(isBigTiff ? 16 : 4), values.Length, bytes));
    }

    public void AddDoubles(ushort tag, params ReadOnlySpan<double> values)
    {
        byte[] bytes = new byte[values.Length * 8];
        for (int i = 0; i < values.Length; i++)
        {
            BinaryPrimitives.WriteDoubleLittleEndian(bytes.AsSpan(8 * i), values[i]);
        }

        _fields.Add(tag, (12, values.Length, bytes));
    }

    public void AddText(ushort tag, string text)
    {
        byte[] bytes = Encoding.Latin1.GetBytes(text + '\0');
        _fields.Add(tag, (2, bytes.Length, bytes));
    }

    public void AddUtf8Text(ushort tag, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text + '\0');
        _fields.Add(tag, (2, bytes.Length, bytes));
    }

    public void AddBytes(ushort tag, ReadOnlySpan<byte> bytes) => _fields.Add(tag, (7, bytes.Length, bytes.ToArray()));

    /// <summary>The file's first bytes, naming the directory's position.</summary>
    public byte[] Header(long directory)
    {
        byte[] header = new byte[isBigTiff ? 16 : 8];
        header[0] = header[1] = (byte)'I';
        header[2] = (byte)(isBigTiff ? 43 : 42);
        if (isBigTiff)
        {
            header[4] = 8; // bytes of a file position
            BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(8), directory);
        }
        else
        {
            BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(4), checked((uint)directory));
        }

        return header;
    }

    /// <summary>The directory as it stands at an even position, with the values that do not fit into it behind it; <paramref name="next"/> is the place of the next directory, or 0.</summary>
    public byte[] Directory(long position, long next = 0)
    {
        int inline = isBigTiff ? 8 : 4;
        int countSize = isBigTiff ? 8 : 2;
        int entrySize = isBigTiff ? 20 : 12;
        int directoryBytes = countSize + (_fields.Count * entrySize) + inline;
        using MemoryStream entries = new();
        using MemoryStream values = new();
        Write(entries, countSize, _fields.Count);
        foreach ((ushort tag, (ushort type, int count, byte[] bytes)) in _fields)
        {
            Write(entries, 2, tag);
            Write(entries, 2, type);
            Write(entries, inline, count);
            if (bytes.Length <= inline)
            {
                entries.Write(bytes);
                Write(entries, inline - bytes.Length, 0);
            }
            else
            {
                Write(entries, inline, position + directoryBytes + values.Length);
                values.Write(bytes);
                Write(values, (int)(values.Length & 1), 0);
            }
        }

        Write(entries, inline, next);
        return [.. entries.ToArray(), .. values.ToArray()];
    }

    private static void Write(MemoryStream stream, int size, long value)
    {
        for (int i = 0; i < size; i++)
        {
            stream.WriteByte((byte)(value >> (8 * i)));
        }
    }
}
