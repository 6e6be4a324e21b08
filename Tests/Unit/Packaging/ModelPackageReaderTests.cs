using System.Buffers.Binary;
using System.IO.Compression;
using ArcLearn.Core.Packaging;
using ArcLearn.Tests.Unit.TestSupport;

namespace ArcLearn.Tests.Unit.Packaging;

public sealed class ModelPackageReaderTests : IDisposable
{
    private const int SymbolicLink = unchecked((int)0xA1FF0000);
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("")]
    [InlineData("trees.emd")]
    [InlineData("trees.dlpk")]
    public void A_saved_model_opens_as_folder_definition_or_package(string member)
    {
        Samples.Save(_folder.PathOf("trees"));

        string weights;
        using (ModelPackageReader actual = ModelPackageReader.Open(_folder.PathOf("trees", member)))
        {
            weights = actual.WeightsPath();
            Assert.Equal(("trees", "resnet34"), (actual.Name, actual.Definition.Backbone));
            Assert.Equal(Samples.Weights, File.ReadAllBytes(weights));
        }

        Assert.Equal(member != "trees.dlpk", File.Exists(weights));    // what was unpacked is gone, what was saved is not
    }

    [Theory]
    [InlineData("../evil.txt", "'../evil.txt' leads out of the folder by '..'")]
    [InlineData("a/../../evil.txt", "leads out of the folder by '..'")]
    [InlineData("..\\evil.txt", "leads out of the folder by '..'")]
    [InlineData("/etc/evil.txt", "'/etc/evil.txt' is absolute")]
    [InlineData("\\\\server\\share\\evil.txt", "is absolute")]
    [InlineData("C:\\evil.txt", "is absolute")]
    [InlineData("a/D:evil.txt", "cannot have everywhere")]
    [InlineData("trees.pth:stream", "cannot have everywhere")]
    [InlineData("a/nul.txt", "is a device on Windows")]
    [InlineData("a./b", "ends in a dot or a space")]
    [InlineData("a\nb", "cannot have everywhere")]
    [InlineData("TREES.PTH", "'TREES.PTH' names the same file as 'trees.pth'")]
    [InlineData(".\\trees.pth", "names the same file as 'trees.pth'")]
    [InlineData("trees.pth/x", "both as a file and as a folder")]
    [InlineData("other.emd", "2 model definitions (other.emd, trees.emd)")]
    [InlineData("sub/Other.EMD", "2 model definitions")]
    public void A_package_with_such_an_entry_is_refused(string entry, string message)
    {
        string path = Samples.Zip(_folder.PathOf("a.dlpk"), ("trees.emd", Samples.Emd), ("trees.pth", Samples.W), (entry, "x"));

        LearnFormatException error = Assert.Throws<LearnFormatException>(() => ModelPackageReader.Open(path));

        Assert.Equal(path, error.Path);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_package_with_a_symbolic_link_is_refused()
    {
        string path = Samples.Zip(
            _folder.PathOf("a.dlpk"),
            [("trees.emd", Samples.Emd), ("trees.pth", "/etc/passwd")],
            (entry, index) => entry.ExternalAttributes = index == 1 ? SymbolicLink : entry.ExternalAttributes);

        LearnFormatException error = Assert.Throws<LearnFormatException>(() => ModelPackageReader.Open(path));

        Assert.Contains("'trees.pth' is a link", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "holds no model definition")]
    [InlineData("{", "not valid JSON")]
    [InlineData("{}", "names no ModelFile")]
    [InlineData("""{ "ModelFile": "e.g. .\\trained.model" }""", "names no ModelFile")]
    [InlineData("""{ "ModelFile": "../w.pth" }""", "'../w.pth' leads out")]
    [InlineData("""{ "ModelFile": "/etc/passwd" }""", "'/etc/passwd' is absolute")]
    [InlineData("""{ "ModelFile": "C:\\w.pth" }""", "is absolute")]
    [InlineData("""{ "ModelFile": "absent.pth" }""", "'absent.pth' is not in the package")]
    public void A_definition_without_weights_in_its_package_is_refused(string emd, string message)
    {
        (string, string)[] entries = emd.Length == 0 ? [("w.pth", Samples.W)] : [("w.pth", Samples.W), ("trees.emd", emd)];
        string archive = Samples.Zip(_folder.PathOf("a.dlpk"), entries);
        string folder = _folder.PathOf("a");
        ZipFile.ExtractToDirectory(archive, folder);

        Assert.Contains(message, Assert.Throws<LearnFormatException>(() => ModelPackageReader.Open(archive)).Message, StringComparison.Ordinal);
        Assert.Contains(message, Assert.Throws<LearnFormatException>(() => ModelPackageReader.Open(folder)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_with_two_definitions_is_refused_but_either_opens_by_name()
    {
        string folder = _folder.PathOf("two");
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "a.emd"), Samples.Emd);
        File.WriteAllText(Path.Combine(folder, "b.emd"), Samples.Emd);
        File.WriteAllText(Path.Combine(folder, "trees.pth"), Samples.W);

        Assert.Contains("a.emd, b.emd", Assert.Throws<LearnFormatException>(() => ModelPackageReader.Open(folder)).Message, StringComparison.Ordinal);
        using ModelPackageReader actual = ModelPackageReader.Open(Path.Combine(folder, "b.emd"));
        Assert.Equal("b", actual.Name);
    }

    [Fact]
    public void Packages_of_other_tools_open_with_backslashes_a_top_folder_and_the_waste_of_macOS()
    {
        string emd = Samples.Emd.Replace("trees.pth", @".\\Trees.pth", StringComparison.Ordinal);
        string path = Samples.Zip(
            _folder.PathOf("a.zip"), ("top\\", ""), ("top\\trees.emd", emd), ("top\\trees.pth", Samples.W), ("__MACOSX/top/._trees.emd", "?"), ("top/._x.emd", "?"));

        using ModelPackageReader actual = ModelPackageReader.Open(path);

        Assert.Equal(("top/trees.emd", "top/trees.pth"), (actual.DefinitionName, actual.WeightsName));
    }

    [Theory]
    [InlineData("a.dlpk")]
    [InlineData("a.zip")]
    public void What_is_no_archive_or_half_of_one_is_refused(string name)
    {
        ModelPackage saved = Samples.Save(_folder.PathOf("trees"));
        byte[] whole = File.ReadAllBytes(saved.Path);
        string path = _folder.PathOf(name);
        foreach (byte[] bytes in new[] { [], whole[..(whole.Length / 2)], "plain text"u8.ToArray() })
        {
            File.WriteAllBytes(path, bytes);
            Assert.Contains("is not a ZIP archive", Assert.Throws<LearnFormatException>(() => ModelPackageReader.Open(path)).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void What_is_absent_or_of_another_kind_is_told_so()
    {
        foreach ((string name, string content, string says) in new[]
        {
            ("w.txt", "w", "is no model"), ("w.pth", "w", "neither a PyTorch file nor safetensors"), ("w.safetensors", Samples.W, "holds weights alone"),
        })
        {
            File.WriteAllText(_folder.PathOf(name), content);
            Assert.Contains(says, Assert.Throws<LearnFormatException>(() => ModelPackageReader.Open(_folder.PathOf(name))).Message, StringComparison.Ordinal);
        }

        File.WriteAllText(_folder.PathOf("w.h5"), "w");
        Assert.Contains("a model of Keras", Assert.Throws<LearnDataException>(() => ModelPackageReader.Open(_folder.PathOf("w.h5"))).Message, StringComparison.Ordinal);
        Assert.Throws<FileNotFoundException>(() => ModelPackageReader.Open(_folder.PathOf("absent.dlpk")));
    }

    [Theory]
    [InlineData("trees.emd")]
    [InlineData("trees.pth")]
    [InlineData("function.py")]
    [InlineData("deep/trees.pth")]
    public void A_link_in_a_models_folder_is_not_followed(string linked)
    {
        string folder = _folder.PathOf("model");
        string outside = _folder.PathOf("outside");
        Directory.CreateDirectory(folder);
        Directory.CreateDirectory(outside);
        Dictionary<string, string> files = new()
        {
            ["trees.emd"] = Samples.Emd.Replace("trees.pth", linked.StartsWith("deep", StringComparison.Ordinal) ? linked : "trees.pth", StringComparison.Ordinal)
                .Replace("{ ", "{ \"InferenceFunction\": \"function.py\", ", StringComparison.Ordinal),
            ["trees.pth"] = Samples.W,
            ["function.py"] = "secret",
        };
        foreach ((string name, string text) in files)
        {
            File.WriteAllText(Path.Combine(name == linked ? outside : folder, name), text);
        }

        string link = Path.Combine(folder, linked.Split('/')[0]);
        if (linked.Contains('/', StringComparison.Ordinal))
        {
            File.WriteAllText(Path.Combine(outside, "trees.pth"), Samples.W);
            Directory.CreateSymbolicLink(link, outside);
        }
        else
        {
            File.CreateSymbolicLink(link, Path.Combine(outside, linked));
        }

        ModelStore store = new(new StoreRoots(_folder.PathOf("store"), _folder.PathOf("all")));
        LearnFormatException error = Assert.Throws<LearnFormatException>(() => store.Install(folder, ModelScope.CurrentUser, force: false));

        Assert.Equal(link, error.Path);
        Assert.Contains($"is a link to {outside}", error.Message, StringComparison.Ordinal);
        Assert.Empty(Samples.Snapshot(_folder.PathOf("store")));
    }

    [Fact]
    public void A_models_folder_may_be_reached_by_a_link()
    {
        Samples.Save(_folder.PathOf("trees"));
        Directory.CreateSymbolicLink(_folder.PathOf("current"), _folder.PathOf("trees"));

        using ModelPackageReader actual = ModelPackageReader.Open(_folder.PathOf("current"));

        Assert.Equal(Samples.Weights, File.ReadAllBytes(actual.WeightsPath()));
    }

    [Fact]
    public void Weights_that_changed_in_the_package_are_found_damaged()
    {
        ModelPackage saved = Samples.Save(_folder.PathOf("trees"));
        byte[] bytes = File.ReadAllBytes(saved.Path);
        int at = bytes.AsSpan().IndexOf(Samples.Weights.AsSpan(1000, 64));
        bytes[at] ^= 1;
        File.WriteAllBytes(saved.Path, bytes);
        using ModelPackageReader package = ModelPackageReader.Open(saved.Path);

        LearnFormatException error = Assert.Throws<LearnFormatException>(() => package.WeightsPath());

        Assert.Contains("'trees.pth' is damaged", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_entry_that_unpacks_to_more_than_it_declares_is_cut_off()
    {
        string path = Samples.Zip(_folder.PathOf("a.dlpk"), ("trees.emd", Samples.Emd), ("trees.pth", new string('w', 100_000)));
        byte[] bytes = File.ReadAllBytes(path);
        int at = bytes.AsSpan().LastIndexOf("PK\u0001\u0002"u8);        // the second entry in the directory at the end
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(at + 24), 10);
        File.WriteAllBytes(path, bytes);
        using ModelPackageReader package = ModelPackageReader.Open(path);
        using MemoryStream copy = new();

        Assert.Throws<LearnFormatException>(() => package.Copy("trees.pth", copy, CancellationToken.None));
        Assert.True(copy.Length <= 10, $"{copy.Length} bytes got through");
    }

    [Fact]
    public void An_archive_that_swells_beyond_measure_is_refused_before_it_is_unpacked()
    {
        string path = _folder.PathOf("bomb.dlpk");
        using (ZipArchive archive = ZipFile.Open(path, ZipArchiveMode.Create))
        {
            using Stream stream = archive.CreateEntry("trees.pth").Open();
            byte[] zeros = new byte[1 << 20];
            for (int i = 0; i < 66; i++)
            {
                stream.Write(zeros);
            }
        }

        Assert.Contains("more than a model can need", Assert.Throws<LearnFormatException>(() => ModelPackageReader.Open(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_encrypted_entry_is_refused()
    {
        string path = Samples.Zip(_folder.PathOf("a.dlpk"), ("trees.emd", Samples.Emd), ("trees.pth", Samples.W));
        byte[] bytes = File.ReadAllBytes(path);
        bytes[bytes.AsSpan().LastIndexOf("PK\u0001\u0002"u8) + 8] |= 1;
        File.WriteAllBytes(path, bytes);

        Assert.Contains("is encrypted", Assert.Throws<LearnFormatException>(() => ModelPackageReader.Open(path)).Message, StringComparison.Ordinal);
    }
}
