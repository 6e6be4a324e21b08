using System.Buffers.Binary;
using System.Text;
using ArcLearn.Core.Runtime;
using ArcLearn.Tests.Unit.TestSupport;

namespace ArcLearn.Tests.Unit.Runtime;

/// <summary>On a copy of the real library, read back by a parser of the test's own that goes through the dynamic segment.</summary>
public sealed class ElfSymbolVersionsTests : IDisposable
{
    private const string WaitSymbol = "_ZNSt18condition_variable4waitERSt11unique_lockISt5mutexE";
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [LinuxNativesFact]
    public void Weaken_flags_the_two_new_versions_and_moves_wait_to_the_old_one()
    {
        string path = StrongCopy();
        Needs before = Needs.Read(path);
        Assert.Equal(0, before.Flags["GLIBCXX_3.4.32"]);
        Assert.Equal(0, before.Flags["GLIBCXX_3.4.30"]);
        Assert.Equal("GLIBCXX_3.4.30", before.VersionOf(WaitSymbol));

        Assert.True(ElfSymbolVersions.Weaken(path));

        Needs after = Needs.Read(path);
        Assert.Equal(2, after.Flags["GLIBCXX_3.4.32"]);
        Assert.Equal(2, after.Flags["GLIBCXX_3.4.30"]);
        Assert.Equal("GLIBCXX_3.4.11", after.VersionOf(WaitSymbol));
        Assert.All(after.Flags.Where(need => need.Key is not ("GLIBCXX_3.4.32" or "GLIBCXX_3.4.30")), need => Assert.Equal(0, need.Value));
    }

    [LinuxNativesFact]
    public void Weaken_changes_six_bytes_at_most()
    {
        string path = StrongCopy();
        byte[] before = File.ReadAllBytes(path);

        ElfSymbolVersions.Weaken(path);

        byte[] after = File.ReadAllBytes(path);
        Assert.Equal(before.Length, after.Length);
        Assert.InRange(before.Zip(after).Count(pair => pair.First != pair.Second), 3, 6);
    }

    [LinuxNativesFact]
    public void Weaken_does_nothing_the_second_time()
    {
        string path = StrongCopy();
        Assert.True(ElfSymbolVersions.Weaken(path));
        byte[] once = File.ReadAllBytes(path);

        Assert.False(ElfSymbolVersions.Weaken(path));

        Assert.Equal(once, File.ReadAllBytes(path));
        Assert.Single(Directory.GetFiles(_folder.Root));
    }

    [LinuxNativesFact]
    public void Weaken_leaves_other_names_of_the_same_file_alone()
    {
        string cache = StrongCopy();
        string path = _folder.PathOf("linked.so");
        byte[] before = File.ReadAllBytes(cache);
        if (link(cache, path) != 0)
        {
            File.Copy(cache, path);
        }

        Assert.True(ElfSymbolVersions.Weaken(path));

        Assert.Equal(before, File.ReadAllBytes(cache));
        Assert.NotEqual(before, File.ReadAllBytes(path));
    }

    [LinuxNativesFact]
    public void Weaken_keeps_a_version_that_something_else_needs()
    {
        // One more symbol of version 3.4.32, and one more of 3.4.30: then neither may be absent.
        string path = StrongCopy();
        Needs needs = Needs.Read(path);
        byte[] bytes = File.ReadAllBytes(path);
        int[] others = [.. needs.Symbols.Select((symbol, i) => (symbol, i)).Where(s => s.symbol.Name.StartsWith("_ZNSs", StringComparison.Ordinal) || s.symbol.Name.StartsWith("_ZNKSt", StringComparison.Ordinal)).Select(s => s.i).Take(2)];
        Assert.Equal(2, others.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(needs.IndicesAt + (2 * others[0])), needs.Index["GLIBCXX_3.4.32"]);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(needs.IndicesAt + (2 * others[1])), needs.Index["GLIBCXX_3.4.30"]);
        File.WriteAllBytes(path, bytes);

        Assert.False(ElfSymbolVersions.Weaken(path));

        Assert.Equal(bytes, File.ReadAllBytes(path));
    }

    [Theory]
    [InlineData("")]
    [InlineData("MZ not an ELF file at all, but long enough to be taken for a header of sixty-four bytes")]
    public void Weaken_leaves_what_is_no_elf_file(string text)
    {
        string path = _folder.PathOf("other.dll");
        File.WriteAllText(path, text);

        Assert.False(ElfSymbolVersions.Weaken(path));
        Assert.Equal(text, File.ReadAllText(path));
    }

    [LinuxNativesFact]
    public void Weaken_refuses_a_file_that_is_cut_off_and_leaves_it()
    {
        string path = StrongCopy();
        byte[] half = File.ReadAllBytes(path)[..300_000];
        File.WriteAllBytes(path, half);

        Assert.Throws<InvalidDataException>(() => ElfSymbolVersions.Weaken(path));
        Assert.Equal(half, File.ReadAllBytes(path));
    }

    [System.Runtime.InteropServices.DllImport("libc", CharSet = System.Runtime.InteropServices.CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    [System.Runtime.InteropServices.DefaultDllImportSearchPaths(System.Runtime.InteropServices.DllImportSearchPath.SafeDirectories)]
    private static extern int link(string existing, string created);

    /// <summary>The library as it was linked: flags cleared, wait put back to 3.4.30.</summary>
    private string StrongCopy()
    {
        string path = _folder.PathOf("libLibTorchSharp.so");
        byte[] bytes = File.ReadAllBytes(LinuxNativesFactAttribute.Library);
        Needs needs = Needs.Parse(bytes);
        foreach (string version in (string[])["GLIBCXX_3.4.32", "GLIBCXX_3.4.30"])
        {
            BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(needs.FlagsAt[version]), 0);
        }

        int wait = needs.Symbols.FindIndex(symbol => symbol.Name == WaitSymbol);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(needs.IndicesAt + (2 * wait)), needs.Index["GLIBCXX_3.4.30"]);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    /// <summary>What the loader sees: the dynamic segment's tables, whose addresses equal offsets in the first segment.</summary>
    private sealed class Needs
    {
        public Dictionary<string, int> Flags { get; } = [];

        public Dictionary<string, int> FlagsAt { get; } = [];

        public Dictionary<string, ushort> Index { get; } = [];

        public List<(string Name, ushort Version)> Symbols { get; } = [];

        public int IndicesAt { get; private set; }

        public static Needs Read(string path) => Parse(File.ReadAllBytes(path));

        public string VersionOf(string symbol) => Index.Single(pair => pair.Value == Symbols.Single(s => s.Name == symbol).Version).Key;

        public static Needs Parse(byte[] elf)
        {
            int programs = (int)BitConverter.ToInt64(elf, 32);
            int dynamic = Enumerable.Range(0, BitConverter.ToUInt16(elf, 56)).Select(i => programs + (56 * i)).Single(at => BitConverter.ToInt32(elf, at) == 2);
            Dictionary<long, int> tags = [];
            for (int at = (int)BitConverter.ToInt64(elf, dynamic + 8); BitConverter.ToInt64(elf, at) != 0; at += 16)
            {
                tags[BitConverter.ToInt64(elf, at)] = (int)BitConverter.ToInt64(elf, at + 8);
            }

            int strings = tags[5];
            string Text(int offset) => Encoding.ASCII.GetString(elf, strings + offset, Array.IndexOf(elf, (byte)0, strings + offset) - strings - offset);
            Needs needs = new() { IndicesAt = tags[0x6ffffff0] };
            int library = tags[0x6ffffffe];
            for (int i = 0; i < tags[0x6fffffff]; i++)
            {
                int entry = library + BitConverter.ToInt32(elf, library + 8);
                for (int k = 0; k < BitConverter.ToUInt16(elf, library + 2); k++)
                {
                    string name = Text(BitConverter.ToInt32(elf, entry + 8));
                    if (Text(BitConverter.ToInt32(elf, library + 4)).StartsWith("libstdc++", StringComparison.Ordinal))
                    {
                        needs.Flags[name] = BitConverter.ToUInt16(elf, entry + 4);
                        needs.FlagsAt[name] = entry + 4;
                        needs.Index[name] = BitConverter.ToUInt16(elf, entry + 6);
                    }

                    entry += BitConverter.ToInt32(elf, entry + 12);
                }

                library += BitConverter.ToInt32(elf, library + 12);
            }

            // The string table follows the symbols in this library.
            for (int i = 0; tags[6] + (24 * i) + 24 <= strings; i++)
            {
                needs.Symbols.Add((Text(BitConverter.ToInt32(elf, tags[6] + (24 * i))), BitConverter.ToUInt16(elf, needs.IndicesAt + (2 * i))));
            }

            return needs;
        }
    }
}

/// <summary>A test on Linux's LibTorchSharp; skipped where there are no natives for Linux.</summary>
public sealed class LinuxNativesFactAttribute : FactAttribute
{
    public LinuxNativesFactAttribute() => Skip = OperatingSystem.IsLinux() && File.Exists(Library) ? null : $"{Library} is not there, or this is not Linux.";

    public static string Library => Path.Combine(TorchRuntime.NativeFolder, "libLibTorchSharp.so");
}
