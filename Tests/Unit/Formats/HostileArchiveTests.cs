using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace ArcLearn.Tests.Unit.Formats;

/// <summary>Files of weights whose archive or storages lie.</summary>
public sealed class HostileArchiveTests
{
    // Offsets in the entries of an archive's directory and in the headers of its files (PKWARE's APPNOTE.TXT, 4.3.12 and 4.3.7).
    private const int Flags = 8;
    private const int Method = 10;
    private const int Sum = 16;
    private const int PackedLength = 20;
    private const int Length = 24;
    private const int Place = 42;
    private const int LocalFlags = 6;
    private const int LocalMethod = 8;
    private const int LocalName = 30;

    private const string Numbers = "a/data/0";

    private static readonly byte[] s_sound = Pickles.Archive(Pickles.Weights);

    [Theory]
    [InlineData("has 12 bytes where 4 numbers", "K\u0004")]
    [InlineData("has 12 bytes where 2 numbers", "K\u0002")]
    [InlineData("numbers of Float32 belong", "J\u00ff\u00ff\u00ff\u00ff")]
    [InlineData("numbers of Float32 belong", "\u008a\u0008\0\0\0\0\0\0\0\u0040")]
    [InlineData("numbers of Float32 belong", "\u008a\u0008\u0003\0\0\0\0\0\0\u0040")]
    public void A_storage_of_another_size_than_its_file_is_refused(string message, string count)
    {
        string storage = Pickles.Storage.Replace("K\u0003tQ", $"{count}tQ", StringComparison.Ordinal);
        AssertRefused(message, Pickles.Archive(Pickles.Dict(Pickles.Tensor("K\0", "K\u0001", "K\u0001", storage))));
        Assert.Throws<LearnFormatException>(() => Pickles.Read(Pickles.Legacy(Pickles.Dict(Pickles.Tensor("K\0", "K\u0001", "K\u0001", storage)))));
    }

    [Theory]
    [InlineData("K\u0001", "K\u0003", "K\u0001")]
    [InlineData("K\0", "K\u0003", "K\u0002")]
    [InlineData("K\u0002", "K\u0002", "J\u00ff\u00ff\u00ff\u00ff")]
    [InlineData("K\0", "K\u0002", "\u008a\u0008\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u007f")]
    [InlineData("\u008a\u0008\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u007f", "K\u0002", "K\u0001")]
    [InlineData("K\0", "\u008a\u0008\0\0\0\0\0\0\0\u0040\u008a\u0008\0\0\0\0\0\0\0\u0040", "K\0K\0")]
    [InlineData("K\0", "J\u0001\0\0\u0001", "K\0")]
    [InlineData("K\0", "K\u0001K\u0001K\u0001K\u0001K\u0001K\u0001K\u0001K\u0001K\u0001K\u0001K\u0001K\u0001K\u0001K\u0001K\u0001K\u0001K\u0001", "K\0K\0K\0K\0K\0K\0K\0K\0K\0K\0K\0K\0K\0K\0K\0K\0K\0")]
    public void A_view_beyond_its_storage_or_of_a_flood_is_refused(string offset, string shape, string strides)
    {
        string pickle = Pickles.Dict(Pickles.Tensor(offset, shape, strides));
        Assert.Throws<LearnFormatException>(() => Pickles.Read(Pickles.Archive(pickle)));
        Assert.Throws<LearnFormatException>(() => Pickles.Read(Pickles.Legacy(pickle)));
    }

    [Fact]
    public void A_view_of_nothing_may_begin_anywhere()
    {
        string pickle = Pickles.Dict(Pickles.Tensor("K\u0009", "K\u0002K\0", "K\u0001K\u0001"));
        foreach (byte[] file in new[] { Pickles.Archive(pickle), Pickles.Legacy(pickle) })
        {
            Assert.Equal([2L, 0], Assert.Single(Pickles.Read(file)).Value.Shape);
        }
    }

    [Fact]
    public void A_view_whose_numbers_overlap_is_read_as_PyTorch_reads_it()
    {
        string pickle = Pickles.Dict(Pickles.Tensor("K\0", "K\u0002K\u0002", "K\u0001K\u0001"));
        byte[] file = Pickles.Legacy(pickle);
        BitConverter.GetBytes(5f).CopyTo(file, file.Length - 8);

        Assert.Equal([0f, 5f, 5f, 0f], Assert.Single(Pickles.Read(file)).Value.ToSingles());
    }

    [Theory]
    [InlineData("is encrypted", Flags, 2, 1)]
    [InlineData("is encrypted", Flags, 2, 0x41)]
    [InlineData("packed by method 12", Method, 2, 12)]
    [InlineData("in 12, which cannot be", Length, 4, 16)]
    [InlineData("in 12, which cannot be", Length, 4, 8)]
    [InlineData("in 16, which cannot be", PackedLength, 4, 16)]
    [InlineData("checksum", Sum, 4, 7)]
    [InlineData("two headers differ", Flags, 2, 8)]
    [InlineData("two headers differ", Place, 4, 1)]
    [InlineData("two headers differ", Place, 4, 0x7fffffff)]
    public void An_entry_that_lies_is_refused_by_name(string message, int offset, int size, long value)
    {
        byte[] file = [.. s_sound];
        Patch(file, Entry(file, Numbers) + offset, size, value);
        AssertRefused(message, file);
        AssertRefused(Numbers, file);
    }

    [Theory]
    [InlineData(LocalFlags, 2, 0x800)]
    [InlineData(LocalMethod, 2, 8)]
    [InlineData(LocalName, 1, 'b')]
    [InlineData(0, 4, 0)]
    public void A_files_own_header_that_says_something_else_is_refused(int offset, int size, long value)
    {
        byte[] file = [.. s_sound];
        Patch(file, Header(file, Numbers) + offset, size, value);
        AssertRefused("two headers differ", file);
    }

    [Fact]
    public void Two_names_do_not_lead_to_one_file()
    {
        byte[] file = Pickles.Archive(Pickles.Weights, archive => Pickles.Add(archive, "a/data/1", new byte[12]));
        Patch(file, Entry(file, "a/data/1") + Place, 4, Header(file, Numbers));
        AssertRefused("two headers differ", file);
    }

    [Fact]
    public void A_storage_is_looked_for_in_the_archive_and_nowhere_else()
    {
        string storage = Pickles.Storage.Replace("X\u0001\0\0\00", Pickles.Text("../../etc/passwd"), StringComparison.Ordinal);
        string pickle = Pickles.Dict(Pickles.Tensor("K\0", "K\u0003", "K\u0001", storage));
        AssertRefused("../../etc/passwd is not in the archive", Pickles.Archive(pickle));
        AssertRefused("storage 0 has 3 numbers where 0 belong", Pickles.Legacy(pickle));
    }

    [Fact]
    public void A_file_within_another_files_bytes_is_refused()
    {
        // A stored file that holds a whole archive's first file: its entry leads into the other's bytes.
        byte[] inner = Pickles.Archive(Pickles.Weights);
        byte[] file = Pickles.Archive(Pickles.Weights, archive => Pickles.Add(archive, "a/x", inner));
        Patch(file, Entry(file, "a/data.pkl") + Place, 4, file.AsSpan().LastIndexOf(inner.AsSpan(0, 100)));
        AssertRefused("shares bytes", file);
    }

    [Theory]
    [InlineData("twice", "a/data/0")]
    [InlineData("2 files data.pkl", "b/data.pkl")]
    [InlineData("2 files data.pkl", "data.pkl")]
    [InlineData("TorchScript", "a/constants.pkl")]
    public void A_file_that_makes_two_readings_possible_is_refused(string message, string name) =>
        AssertRefused(message, Pickles.Archive(Pickles.Weights, archive => Pickles.Add(archive, name, Pickles.Bytes(Pickles.Weights))));

    [Fact]
    public void Another_byte_order_is_refused() =>
        AssertRefused("big-endian", Pickles.Archive(Pickles.Weights, archive => Pickles.Add(archive, "a/byteorder", "big"u8.ToArray())));

    [Fact]
    public void Deflated_entries_are_read()
    {
        byte[] file = Packed(CompressionLevel.SmallestSize, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
        Assert.Equal(12, Assert.Single(Pickles.Read(file)).Value.Bytes[^1]);
    }

    [Theory]
    [InlineData(Length, 13)]
    [InlineData(Length, 11)]
    [InlineData(Length, 1 << 30)]
    [InlineData(PackedLength, 3)]
    [InlineData(Sum, 1)]
    public void A_deflated_entry_that_lies_is_refused(int offset, int value)
    {
        byte[] file = Packed(CompressionLevel.SmallestSize, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
        Patch(file, Entry(file, Numbers) + offset, 4, value);
        Assert.Throws<LearnFormatException>(() => Pickles.Read(file));
    }

    [Fact]
    public void Archives_that_unpack_to_far_more_than_they_hold_are_refused_before_they_do()
    {
        byte[] file = Packed(CompressionLevel.SmallestSize, new byte[100 << 20]);
        long before = GC.GetAllocatedBytesForCurrentThread();

        AssertRefused("which are no weights", file);
        Assert.InRange(file.Length, 1, 1 << 18);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4 << 20);
    }

    [Theory]
    [InlineData("its directory claims", 10, 0x7fff7fff)]
    [InlineData("several files", 4, 1)]
    [InlineData("directory is", 12, 140)]
    [InlineData("directory is", 16, 0)]
    [InlineData("which cannot be", 16, 0x7fffffff)]
    [InlineData("which cannot be", 16, 0xffffffff)]
    public void An_archives_end_that_lies_is_refused(string message, int offset, long value)
    {
        byte[] file = [.. s_sound];
        int end = file.AsSpan().LastIndexOf("PK\u0005\u0006"u8);
        Patch(file, end + offset, offset == 4 ? 2 : 4, value);
        if (offset == 10)
        {
            Patch(file, end + 8, 2, 0x7fff);
        }

        AssertRefused(message, file);
    }

    [Theory]
    [InlineData("Zip64", -1, 6)]
    [InlineData("Zip64", 1L << 62, 6)]
    [InlineData("makes no sense", 0, long.MaxValue)]
    [InlineData("makes no sense", 0, -1)]
    public void A_Zip64_directory_that_lies_is_refused(string message, long place, long count)
    {
        int end = s_sound.AsSpan().LastIndexOf("PK\u0005\u0006"u8);
        byte[] large = new byte[56 + 20];
        "PK\u0006\u0006"u8.CopyTo(large);
        BinaryPrimitives.WriteInt64LittleEndian(large.AsSpan(32), count);
        "PK\u0006\u0007"u8.CopyTo(large.AsSpan(56));
        BinaryPrimitives.WriteInt64LittleEndian(large.AsSpan(64), place == 0 ? end : place);
        byte[] file = [.. s_sound[..end], .. large, .. s_sound[end..]];
        Patch(file, file.Length - 22 + 10, 2, ushort.MaxValue);
        Patch(file, file.Length - 22 + 8, 2, ushort.MaxValue);

        AssertRefused(message, file);
    }

    [Theory]
    [InlineData("is empty", "")]
    [InlineData("Git LFS", "version https://git-lfs.github.com/spec/v1\noid sha256:0")]
    [InlineData("web page", "<!DOCTYPE html><html>")]
    [InlineData("HDF5", "\u0089HDF\r\n\u001a\n")]
    [InlineData("neither", "cos\nsystem\n(S'ls'\ntR.")]
    [InlineData("neither", "GIF89a")]
    public void What_is_no_file_of_weights_is_told(string message, string content) => AssertRefused(message, Encoding.Latin1.GetBytes(content));

    private static byte[] Packed(CompressionLevel level, byte[] numbers)
    {
        using MemoryStream stream = new();
        using (ZipArchive archive = new(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            string count = Encoding.Latin1.GetString(BitConverter.GetBytes(numbers.Length / 4));
            Pickles.Add(archive, "a/data.pkl", Pickles.Bytes(Pickles.Weights.Replace("K\u0003tQ", $"J{count}tQ", StringComparison.Ordinal)), level);
            Pickles.Add(archive, Numbers, numbers, level);
        }

        return stream.ToArray();
    }

    private static void AssertRefused(string message, byte[] file) =>
        Assert.Contains(message, Assert.Throws<LearnFormatException>(() => Pickles.Read(file)).Message, StringComparison.Ordinal);

    /// <summary>Where the directory's entry of a name begins.</summary>
    private static int Entry(byte[] file, string name) => file.AsSpan().LastIndexOf(Encoding.ASCII.GetBytes(name)) - 46;

    /// <summary>Where a file's own header begins.</summary>
    private static int Header(byte[] file, string name) => file.AsSpan().IndexOf(Encoding.ASCII.GetBytes(name)) - LocalName;

    private static void Patch(byte[] file, int at, int size, long value) => BitConverter.GetBytes(value).AsSpan(0, size).CopyTo(file.AsSpan(at));
}
