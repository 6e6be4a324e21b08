using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using ArcLearn.Core.Formats;
using ArcLearn.Core.Packaging;
using ArcLearn.Tests.Unit.TestSupport;

namespace ArcLearn.Tests.Unit.Packaging;

/// <summary>Packages that a stranger may have made with bad intent: each is refused by name, and the store is as it was.</summary>
public sealed class HostilePackageTests : IDisposable
{
    private static readonly Dictionary<string, (string[] Says, Action<string> Make)> s_packages = Packages();

    private readonly TemporaryFolder _folder = new();
    private readonly ModelStore _store;

    public HostilePackageTests() => _store = new ModelStore(new StoreRoots(_folder.PathOf("store"), _folder.PathOf("all")));

    public static TheoryData<string> Names => [.. s_packages.Keys];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Names))]
    public void A_hostile_package_is_refused_by_name_and_nothing_of_it_stays(string name)
    {
        _store.Install(Samples.Save(_folder.PathOf("oaks"), "oaks").Path, ModelScope.CurrentUser, force: false);
        Dictionary<string, string> before = Samples.Snapshot(_folder.PathOf("store"));
        string path = _folder.PathOf("trees.dlpk");
        s_packages[name].Make(path);
        string[] around = [.. Directory.EnumerateFileSystemEntries(_folder.Root).Order()];

        LearnFormatException error = Assert.Throws<LearnFormatException>(() => _store.Install(path, ModelScope.CurrentUser, force: true));

        Assert.Equal(path, error.Path.Split(", entry ")[0]);
        Assert.All(s_packages[name].Says, text => Assert.Contains(text, error.Message, StringComparison.Ordinal));
        Assert.Equal(before, Samples.Snapshot(_folder.PathOf("store")));
        Assert.Equal(around, Directory.EnumerateFileSystemEntries(_folder.Root).Order());
    }

    [Fact]
    public void The_same_package_without_malice_is_installed()
    {
        string path = Samples.Zip(
            _folder.PathOf("trees.dlpk"),
            ("trees.emd", Samples.Emd), ("trees.pth", Samples.W), ("trees.dlpk", "the package of the same model"), ("ModelCharacteristics/loss_graph.png", "p"), (".hidden", "h"));

        InstalledModel actual = _store.Install(path, ModelScope.CurrentUser, force: false);

        Assert.Equal(
            [".hidden", "ModelCharacteristics", "install.json", "trees.emd", "trees.pth"],
            Directory.EnumerateFileSystemEntries(actual.Path).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Memory_stays_bounded_while_bombs_are_refused()
    {
        string many = _folder.PathOf("many.dlpk");
        WriteDirectory(many, entries: 100_000, nameLength: 100);
        string swelling = _folder.PathOf("swelling.dlpk");
        Swell(swelling, 128);
        string deep = Samples.Zip(_folder.PathOf("deep.dlpk"), ("trees.emd", new string('[', ModelDefinitionFile.MaximumLength)), ("trees.pth", Samples.W));
        foreach (string path in new[] { many, swelling, deep })
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            Assert.Throws<LearnFormatException>(() => _store.Install(path, ModelScope.CurrentUser, force: true));
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 300L << 20);
        }
    }

    private static Dictionary<string, (string[] Says, Action<string> Make)> Packages()
    {
        Dictionary<string, (string[], Action<string>)> all = new()
        {
            ["links"] = (["'trees.pth' is a link"], path => Samples.Zip(path, [("trees.emd", Samples.Emd), ("trees.pth", "/etc/passwd")], (entry, i) => entry.ExternalAttributes = i == 1 ? unchecked((int)0xA1FF0000) : 0)),
            ["pipes"] = (["'pipe' is a link or a device"], path => Samples.Zip(path, [("trees.emd", Samples.Emd), ("trees.pth", Samples.W), ("pipe", "")], (entry, i) => entry.ExternalAttributes = i == 2 ? 0x11B60000 : 0)),
            ["folder as a file"] = (["'trees.pth' is a link or a device"], path => Samples.Zip(path, [("trees.emd", Samples.Emd), ("trees.pth", Samples.W)], (entry, i) => entry.ExternalAttributes = i == 1 ? 0x41ED0000 : 0)),
            ["a file that is a folder, too"] = (["'trees.pth' both as a file and as a folder"], path => Samples.Zip(path, ("trees.emd", Samples.Emd), ("trees.pth", Samples.W), ("trees.pth/x", "x"))),
            ["encrypted"] = (["'trees.pth' is encrypted"], path => Patch(Plain(path), "PK\u0001\u0002", 8, 1)),
            ["another method"] = (["'trees.pth' is damaged"], path => Patch(Plain(path), "PK\u0001\u0002", 10, 99)),
            ["swells"] = (["more than a model can need", "'trees.pth'"], path => Swell(path, 80)),
            ["lies about its length"] = (["'trees.pth' is damaged"], path => Patch(Samples.Zip(path, ("trees.emd", Samples.Emd), ("trees.pth", new string('w', 1_000_000))), "PK\u0001\u0002", 24, 10)),
            ["lies about its checksum"] = (["'trees.pth' is damaged: its checksum"], path => Patch(Plain(path), "PK\u0001\u0002", 16, 12345)),
            ["claims terabytes"] = (["more than a model can need", "'trees.pth'"], path => Patch(Plain(path), "PK\u0001\u0002", 24, 0x7FFF0000)),
            ["thousands of entries"] = (["more than 10000 entries"], path => WriteDirectory(path, 20_000, 8)),
            ["entries that it does not count"] = (["more than 10000 entries"], path => WriteDirectory(path, 20_000, 8, told: 2)),
            ["a large directory"] = (["names and comments of more than 16 MB"], path => WriteDirectory(path, 1_000, 20_000)),
            ["zeros beside the weights"] = (["'zeros.bin' unpacks to", "beside the weights"], path => Swell(path, 80, beside: true)),
            ["many zeros beside the weights"] = (["'zeros/0.bin' unpacks to", "beside the weights"], path => Swell(path, 1, beside: true, parts: 70)),
            ["entries that share bytes"] = (["shares bytes with others"], Overlap),
            ["weights of no known layout"] = (["entry 'trees.pth'", "neither a PyTorch file nor safetensors"], path => Samples.Zip(path, ("trees.emd", Samples.Emd), ("trees.pth", "w"))),
            ["a web page for weights"] = (["entry 'trees.pth'", "is a web page"], path => Samples.Zip(path, ("trees.emd", Samples.Emd), ("trees.pth", "<html>"))),
            ["weights for a pointer"] = (["entry 'trees.pth'", "Git LFS"], path => Samples.Zip(path, ("trees.emd", Samples.Emd), ("trees.pth", "version https://git-lfs.github.com/spec/v1"))),
            ["no weights in the weights"] = (["entry 'trees.pth'", "is empty"], path => Samples.Zip(path, ("trees.emd", Samples.Emd), ("trees.pth", ""))),
            ["a name that a terminal obeys"] = (["'\\u001b]0;x\\u0007.txt'"], path => Samples.Zip(path, ("trees.emd", Samples.Emd), ("trees.pth", Samples.W), ("\u001b]0;x\u0007.txt", "x"))),
            ["a file of weights that a terminal obeys"] = (["ModelFile is \"\\u001b[2J.pth\", which is not text without control characters"], path => Samples.Zip(path, ("trees.emd", """{ "ModelFile": "\u001b[2J.pth" }"""), ("trees.pth", Samples.W))),
            ["no definition"] = (["holds no model definition"], path => Samples.Zip(path, ("trees.pth", Samples.W))),
            ["two definitions"] = (["2 model definitions (trees.emd, x/oaks.emd)"], path => Samples.Zip(path, ("trees.emd", Samples.Emd), ("trees.pth", Samples.W), ("x/oaks.emd", Samples.Emd))),
            ["giant JSON"] = (["entry 'trees.emd'", "larger than 16 MB"], path => Samples.Zip(path, ("trees.emd", Samples.Emd + new string(' ', ModelDefinitionFile.MaximumLength)), ("trees.pth", Samples.W))),
        };
        foreach ((string name, string says) in new[]
        {
            ("../evil.txt", "leads out of the folder"), ("a/../../evil.txt", "leads out of the folder"), ("..\\evil.txt", "leads out of the folder"), ("x/..", "leads out of the folder"),
            ("/etc/evil", "is absolute"), ("\\\\server\\share\\evil", "is absolute"), ("C:\\evil.txt", "is absolute"), ("c:evil.txt", "is absolute"), ("\\evil", "is absolute"),
            ("a/b:stream", "cannot have everywhere"), ("a\u0000b", "cannot have everywhere"), ("a?b", "cannot have everywhere"),
            ("nul", "is a device"), ("x/CON.txt", "is a device"), ("COM1.pth", "is a device"), ("lpt\u00B2", "is a device"), ("aux .x", "is a device"), ("CONIN$", "is a device"),
            ("a.", "ends in a dot or a space"), ("a /b", "ends in a dot or a space"), ("x/...", "ends in a dot or a space"),
            ("TREES.PTH", "names the same file"), ("./trees.pth", "names the same file"), ("x//../trees.pth", "leads out"),
            ("inner.zip", "is a package within the package"), ("x/Other.DLPK", "is a package within the package"),
            ("INSTALL.json/x", "record of the install"), (new string('n', 201), "has 201 characters"), (string.Concat(Enumerable.Repeat("d/", 250)) + "x", "has 501 characters"),
        })
        {
            all.Add($"entry {name}", ([says, SafeText.Show(name)], path => Samples.Zip(path, ("trees.emd", Samples.Emd), ("trees.pth", Samples.W), ("notes.txt", "n"), (name, "x"))));
        }

        foreach ((string emd, string says) in new[]
        {
            ("{", "not valid JSON"), ("[]", "not an object"), ("{}", "names no ModelFile"),
            ("""{ "ModelFile": "../trees.pth" }""", "'../trees.pth' leads out"), ("""{ "ModelFile": "/etc/passwd" }""", "'/etc/passwd' is absolute"),
            ("""{ "ModelFile": "C:\\\\w.pth" }""", "is absolute"), ("""{ "ModelFile": "nul" }""", "is a device"), ("""{ "ModelFile": "absent.pth" }""", "'absent.pth' is not in the package"),
            ("""{ "ModelFile": "trees.pth", "ModelFile": "other.pth" }""", "ModelFile is there more than once"),
            ("""{ "ModelFile": "trees.pth", "Classes": [ { "Value": 3000000000, "Name": "a" } ] }""", "whole number from 0 to 2147483647"),
            ("""{ "ModelFile": "trees.pth", "Classes": [ { "Value": -1, "Name": "a" } ] }""", "whole number from 0 to 2147483647"),
            ("""{ "ModelFile": "trees.pth", "Classes": [ { "Value": 1.5, "Name": "a" } ] }""", "whole number from 0 to 2147483647"),
            ("""{ "ModelFile": "trees.pth", "Classes": [ { "Value": 1, "Name": "a" }, { "Value": 1, "Name": "b" } ] }""", "a value of its own"),
            ("""{ "ModelFile": "trees.pth", "Classes": [ { "Value": 1, "Value": 2, "Name": "a" } ] }""", "says 'Value' once"),
            ("""{ "ModelFile": "trees.pth", "Classes": [ { "Value": 1, "Name": "a", "Name": "b" } ] }""", "says 'Name' once"),
            ("""{ "ModelFile": "trees.pth", "Classes": [ { "Value": 1, "Name": "\\u001b[31m" } ] }""", "without control characters"),
            ("""{ "ModelFile": "trees.pth", "ImageHeight": 99999999999 }""", "ImageHeight is 99999999999"),
            ("""{ "ModelFile": "trees.pth", "Grids": [ 1000000 ] }""", "Grids is 1000000"),
            ("""{ "ModelFile": "\\ud800" }""", "not Unicode"),
            ("{ \"x\": " + new string('[', 100_000), "of at most 64 levels"),
        })
        {
            string key = $"definition {(emd.Length > 100 ? emd[..100] : emd)}";
            all.Add(key, ([says, "entry 'trees.emd'"], path => Samples.Zip(path, ("trees.emd", emd.Replace("\\\\", "\\", StringComparison.Ordinal)), ("trees.pth", Samples.W))));
        }

        return all;
    }

    private static string Plain(string path) => Samples.Zip(path, ("trees.emd", Samples.Emd), ("trees.pth", Samples.W));

    /// <summary>Changes a number behind the last occurrence of a signature: of two bytes, or four where it is large.</summary>
    private static void Patch(string path, string signature, int offset, int value)
    {
        byte[] bytes = File.ReadAllBytes(path);
        int at = bytes.AsSpan().LastIndexOf(Encoding.Latin1.GetBytes(signature)) + offset;
        if (offset is 8 or 10)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(at), (ushort)value);
        }
        else
        {
            BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(at), value);
        }

        File.WriteAllBytes(path, bytes);
    }

    /// <param name="beside">Whether sound weights are there, too, and the zeros are another file, or several.</param>
    private static void Swell(string path, int megabytes, bool beside = false, int parts = 1)
    {
        using ZipArchive archive = ZipFile.Open(path, ZipArchiveMode.Create);
        using (Stream emd = archive.CreateEntry("trees.emd").Open())
        {
            emd.Write(Encoding.UTF8.GetBytes(Samples.Emd));
        }

        if (beside)
        {
            // Numbers that do not pack: by the measure of the whole package, the zeros would be few.
            byte[] noise = new byte[1 << 20];
            new Random(1).NextBytes(noise);
            using Stream weights = archive.CreateEntry("trees.pth").Open();
            weights.Write(Samples.Tensor(noise));
        }

        for (int part = 0; part < parts; part++)
        {
            using Stream stream = archive.CreateEntry(beside ? parts > 1 ? $"zeros/{part}.bin" : "zeros.bin" : "trees.pth").Open();
            byte[] zeros = new byte[1 << 20];
            for (int i = 0; i < megabytes; i++)
            {
                stream.Write(zeros);
            }
        }
    }

    /// <summary>A ZIP whose directory names the bytes of one file under many names.</summary>
    private static void Overlap(string path)
    {
        byte[] noise = new byte[100_000];
        new Random(2).NextBytes(noise);
        Samples.Zip(path, ("trees.emd", Samples.Emd), ("trees.pth", Samples.W), ("aaaa", Convert.ToBase64String(noise)));
        byte[] whole = File.ReadAllBytes(path);
        int end = whole.AsSpan().LastIndexOf("PK\u0005\u0006"u8);
        int start = BinaryPrimitives.ReadInt32LittleEndian(whole.AsSpan(end + 16));
        int last = whole.AsSpan().LastIndexOf("PK\u0001\u0002"u8);
        byte[] entry = whole[last..end];
        using BinaryWriter writer = new(File.Create(path));
        writer.Write(whole[..end]);
        for (int i = 0; i < 100; i++)
        {
            Encoding.ASCII.GetBytes(FormattableString.Invariant($"a{i:D3}")).CopyTo(entry, 46);
            writer.Write(entry);
        }

        byte[] tail = whole[end..];
        BinaryPrimitives.WriteUInt16LittleEndian(tail.AsSpan(8), 103);
        BinaryPrimitives.WriteUInt16LittleEndian(tail.AsSpan(10), 103);
        BinaryPrimitives.WriteInt32LittleEndian(tail.AsSpan(12), end - start + (100 * entry.Length));
        writer.Write(tail);
    }

    /// <summary>A ZIP of nothing but its directory.</summary>
    /// <param name="told">The count that its end record tells; null for the true one, which 65535 stands for where it is larger.</param>
    private static void WriteDirectory(string path, int entries, int nameLength, int? told = null)
    {
        using BinaryWriter writer = new(File.Create(path));
        for (int i = 0; i < entries; i++)
        {
            byte[] header = new byte[46];
            BinaryPrimitives.WriteUInt32LittleEndian(header, 0x02014b50);
            BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(28), (ushort)nameLength);
            writer.Write(header);
            writer.Write(Encoding.ASCII.GetBytes(FormattableString.Invariant($"{i}").PadLeft(nameLength, 'n')));
        }

        uint length = (uint)writer.BaseStream.Length;
        byte[] end = new byte[22];
        BinaryPrimitives.WriteUInt32LittleEndian(end, 0x06054b50);
        BinaryPrimitives.WriteUInt16LittleEndian(end.AsSpan(8), (ushort)(told ?? Math.Min(entries, ushort.MaxValue)));
        BinaryPrimitives.WriteUInt16LittleEndian(end.AsSpan(10), (ushort)(told ?? Math.Min(entries, ushort.MaxValue)));
        BinaryPrimitives.WriteUInt32LittleEndian(end.AsSpan(12), length);
        writer.Write(end);
    }
}
