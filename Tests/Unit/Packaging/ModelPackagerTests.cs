using System.IO.Compression;
using ArcLearn.Core.Formats;
using ArcLearn.Core.Packaging;
using ArcLearn.Tests.Unit.TestSupport;

namespace ArcLearn.Tests.Unit.Packaging;

public sealed class ModelPackagerTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Save_makes_the_folder_with_weights_definition_and_package()
    {
        string folder = _folder.PathOf("models", "trees");

        ModelPackage actual = Samples.Save(folder);

        Assert.Equal(["trees.dlpk", "trees.emd", "trees.pth"], Names(folder));
        Assert.Equal(("trees", Path.Combine(folder, "trees.dlpk")), (actual.Name, actual.Path));
        Assert.Equal(new FileInfo(actual.Path).Length, actual.Length);
        Assert.Equal(Samples.Weights, File.ReadAllBytes(actual.WeightsPath));
        Assert.Equal("trees.pth", ModelDefinitionFile.Parse("", File.ReadAllText(actual.EmdPath)).ModelFile);
        using ZipArchive package = ZipFile.OpenRead(actual.Path);
        Assert.Equal(["trees.emd", "trees.pth"], package.Entries.Select(entry => entry.FullName));
    }

    [Fact]
    public void Equal_models_give_equal_packages()
    {
        ModelPackage first = Samples.Save(_folder.PathOf("a"));
        ModelPackage second = Samples.Save(_folder.PathOf("b"));

        Assert.Equal(File.ReadAllBytes(first.Path), File.ReadAllBytes(second.Path));
    }

    [Fact]
    public void Save_sets_the_file_of_weights_to_the_name_it_saves_under()
    {
        ModelPackage actual = Samples.Save(_folder.PathOf("x"), "oaks");

        using ModelPackageReader package = ModelPackageReader.Open(actual.Path);
        Assert.Equal(("oaks", "oaks.pth"), (package.Name, package.Definition.ModelFile));
    }

    [Fact]
    public void Save_refuses_a_model_that_is_there_and_replaces_it_with_force()
    {
        string folder = _folder.PathOf("trees");
        Samples.Save(folder);
        File.WriteAllText(Path.Combine(folder, "notes.txt"), "mine");
        Dictionary<string, string> before = Samples.Snapshot(folder);

        Assert.Throws<OutputExistsException>(() => Samples.Save(folder, weights: [1, 2]));
        Assert.Equal(before, Samples.Snapshot(folder));

        ModelPackage actual = Samples.Save(folder, force: true, weights: [1, 2]);
        Assert.Equal([1, 2], File.ReadAllBytes(actual.WeightsPath));
        Assert.Equal(["notes.txt", "trees.dlpk", "trees.emd", "trees.pth"], Names(folder));
        Assert.Empty(Directory.GetDirectories(folder));
    }

    [Fact]
    public void Save_fills_a_folder_that_holds_no_model_without_force()
    {
        string folder = _folder.PathOf("trees");
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "notes.txt"), "mine");

        Samples.Save(folder);

        Assert.Equal(["notes.txt", "trees.dlpk", "trees.emd", "trees.pth"], Names(folder));
        Assert.Empty(Directory.GetDirectories(folder));
    }

    [Fact]
    public void Save_into_a_folder_of_another_model_or_onto_a_file_is_refused()
    {
        string folder = _folder.PathOf("trees");
        Samples.Save(folder);
        string file = _folder.PathOf("file");
        File.WriteAllText(file, "");

        Assert.Contains("trees.emd", Assert.Throws<LearnArgumentException>(() => Samples.Save(folder, "oaks", force: true)).Message, StringComparison.Ordinal);
        Assert.Equal("Path", Assert.Throws<LearnArgumentException>(() => Samples.Save(file, force: true)).Parameter);
    }

    [Theory]
    [InlineData("a/b")]
    [InlineData("a:b")]
    [InlineData("..")]
    [InlineData(".hidden")]
    [InlineData("trees ")]
    [InlineData("nul")]
    [InlineData("trees.emd")]
    [InlineData("")]
    public void Save_refuses_names_that_are_no_file_name_everywhere(string name)
    {
        LearnArgumentException error = Assert.Throws<LearnArgumentException>(() => Samples.Save(_folder.PathOf("trees"), name));

        Assert.Equal("Name", error.Parameter);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.Root));
    }

    [Theory]
    [InlineData(100, true)]         // within the weights
    [InlineData(50_100, true)]      // within the definition
    [InlineData(60_000, true)]      // within the package
    [InlineData(100, false)]
    [InlineData(60_000, false)]
    public void A_full_disk_leaves_what_was_there(long room, bool exists)
    {
        string folder = _folder.PathOf("trees");
        if (exists)
        {
            Samples.Save(folder, weights: [9]);
        }

        Dictionary<string, string> before = Samples.Snapshot(_folder.Root);
        FaultyFileSystem files = new() { Room = room };

        Assert.Throws<IOException>(() => Samples.Save(folder, force: true, files: files));

        Assert.Equal(before, Samples.Snapshot(_folder.Root));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public void A_move_that_fails_brings_all_old_files_back(int move)
    {
        string folder = _folder.PathOf("trees");
        Samples.Save(folder, weights: [9]);
        Dictionary<string, string> before = Samples.Snapshot(_folder.Root);
        FaultyFileSystem files = new() { FailingMove = move };

        Assert.Throws<UnauthorizedAccessException>(() => Samples.Save(folder, force: true, files: files));

        Assert.Equal(before, Samples.Snapshot(_folder.Root));
    }

    [Fact]
    public void A_failure_of_the_weights_writer_leaves_nothing_behind()
    {
        Assert.Throws<OperationCanceledException>(() => ModelPackager.Save(
            _folder.PathOf("trees"), "trees", Samples.Definition, _ => throw new OperationCanceledException(), force: false));

        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.Root));
    }

    private static IEnumerable<string> Names(string folder) =>
        Directory.GetFiles(folder).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal);
}
