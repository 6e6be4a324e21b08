using System.Buffers.Binary;
using System.Text;

namespace ArcLearn.Core.Runtime;

/// <summary>
/// The bytes of a 64-bit little-endian ELF file, read by section. Every access is checked against the file's length:
/// one that leads outside throws <see cref="InvalidDataException"/>. Layouts: System V gABI, chapters 4 and 5.
/// </summary>
internal sealed class ElfImage
{
    public const uint Rela = 4;
    public const uint DynamicSymbols = 11;
    public const uint VersionNeeds = 0x6ffffffe;
    public const uint VersionIndices = 0x6fffffff;

    private const int HeaderSize = 64;
    private const int SectionHeaderSize = 64;
    private const int ProgramHeaderSize = 56;
    private const uint NoBits = 8;

    private readonly byte[] _bytes;

    private ElfImage(byte[] bytes, IReadOnlyList<Section> sections) => (_bytes, Sections) = (bytes, sections);

    /// <summary>A section: its type, place, the index of the section that it refers to, and its entry's size.</summary>
    public readonly record struct Section(uint Type, int Offset, int Size, int Link, int EntrySize);

    public IReadOnlyList<Section> Sections { get; }

    public byte[] Bytes => _bytes;

    /// <summary>Whether this is how a 64-bit little-endian ELF file begins.</summary>
    public static bool IsElf64(ReadOnlySpan<byte> start) =>
        start.Length >= HeaderSize && start[..4].SequenceEqual("\u007fELF"u8) && start[4] == 2 && start[5] == 1;

    /// <summary>Reads the section table.</summary>
    /// <exception cref="InvalidDataException">The table leads outside the file.</exception>
    public static ElfImage Parse(byte[] bytes)
    {
        if (!IsElf64(bytes))
        {
            throw new InvalidDataException("not a 64-bit little-endian ELF file");
        }

        ElfImage image = new(bytes, []);
        long table = checked((long)image.U64(40));
        int entry = image.U16(58);
        int count = image.U16(60);
        if (count > 0 && entry < SectionHeaderSize)
        {
            throw new InvalidDataException("section headers are too small");
        }

        List<Section> sections = new(count);
        for (int i = 0; i < count; i++)
        {
            long at = table + ((long)i * entry);
            Section section = new(image.U32(at + 4), image.Int(at + 24), image.Int(at + 32), checked((int)image.U32(at + 40)), image.Int(at + 56));
            if (section.Type != NoBits)
            {
                image.Slice(section.Offset, section.Size);
            }

            sections.Add(section);
        }

        return new ElfImage(bytes, sections);
    }

    /// <summary>
    /// The length that the headers of an ELF file call for; a file shorter than that was cut off, and the process would die
    /// of a bus error where the loader maps it. Null where the file is no 64-bit little-endian ELF.
    /// </summary>
    public static long? RequiredLength(Stream file)
    {
        byte[] header = new byte[HeaderSize];
        if (file.ReadAtLeast(header, HeaderSize, throwOnEndOfStream: false) < HeaderSize || !IsElf64(header))
        {
            return null;
        }

        long programs = BinaryPrimitives.ReadInt64LittleEndian(header.AsSpan(32));
        long sections = BinaryPrimitives.ReadInt64LittleEndian(header.AsSpan(40));
        int programSize = BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(54));
        int programCount = BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(56));
        long required = sections + ((long)BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(58)) * BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(60)));
        required = Math.Max(required, programs + ((long)programSize * programCount));
        if (programSize < ProgramHeaderSize || required > file.Length)
        {
            return required;
        }

        byte[] program = new byte[ProgramHeaderSize];
        for (int i = 0; i < programCount; i++)
        {
            file.Position = programs + ((long)i * programSize);
            file.ReadExactly(program);
            long end = BinaryPrimitives.ReadInt64LittleEndian(program.AsSpan(8)) + BinaryPrimitives.ReadInt64LittleEndian(program.AsSpan(32));
            required = Math.Max(required, end);
        }

        return required;
    }

    public Section? Find(uint type)
    {
        foreach (Section section in Sections)
        {
            if (section.Type == type)
            {
                return section;
            }
        }

        return null;
    }

    /// <summary>The text at an offset of a string section, up to its zero byte.</summary>
    public string Text(Section strings, long offset)
    {
        if (offset < 0 || offset >= strings.Size)
        {
            throw new InvalidDataException("a name lies outside its string table");
        }

        ReadOnlySpan<byte> tail = Slice(strings.Offset + offset, strings.Size - (int)offset);
        int end = tail.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? tail : tail[..end]);
    }

    public Section Linked(Section section) => section.Link >= 0 && section.Link < Sections.Count
        ? Sections[section.Link]
        : throw new InvalidDataException("a section refers to one that does not exist");

    public ushort U16(long at) => BinaryPrimitives.ReadUInt16LittleEndian(Slice(at, 2));

    public uint U32(long at) => BinaryPrimitives.ReadUInt32LittleEndian(Slice(at, 4));

    public ulong U64(long at) => BinaryPrimitives.ReadUInt64LittleEndian(Slice(at, 8));

    public void SetU16(long at, ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(Slice(at, 2), value);

    private int Int(long at)
    {
        ulong value = U64(at);
        return value <= int.MaxValue ? (int)value : throw new InvalidDataException("a section lies beyond two gigabytes");
    }

    private Span<byte> Slice(long at, int length) => at >= 0 && length >= 0 && at <= _bytes.LongLength - length
        ? _bytes.AsSpan((int)at, length)
        : throw new InvalidDataException($"asks for {length} bytes at {at} of {_bytes.LongLength}");
}
