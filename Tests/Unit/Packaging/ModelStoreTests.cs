using System.IO.Compression;
using ArcLearn.Core.IO;
using ArcLearn.Core.Packaging;
using ArcLearn.Tests.Unit.TestSupport;

namespace ArcLearn.Tests.Unit.Packaging;

public sealed class ModelStoreTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ModelStore _store;

    public ModelStoreTests() => _store = new ModelStore(Roots);

    private StoreRoots Roots => new(_folder.PathOf("mine"), _folder.PathOf("ours"));

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("trees.dlpk")]
    [InlineData("trees.emd")]
    [InlineData("")]
    public void Install_unpacks_a_model_under_its_name(string member)
    {
        Samples.Save(_folder.PathOf("trees"));
        DateTime before = DateTime.UtcNow;

        InstalledModel actual = _store.Install(_folder.PathOf("trees", member), ModelScope.CurrentUser, force: false);

        Assert.Equal(("trees", "ObjectDetection", "resnet34", 224, "CurrentUser"), (actual.Name, actual.ModelType, actual.Backbone, actual.ChipSize, actual.Scope));
        Assert.Equal(["Tree", "Käfer \U0001F41E"], actual.Classes);
        Assert.Equal(_folder.PathOf("mine", "trees"), actual.Path);
        Assert.Equal(["install.json", "trees.emd", "trees.pth"], Directory.GetFiles(actual.Path).Select(path => Path.GetFileName(path)).Order());
        Assert.Equal(Samples.Weights, File.ReadAllBytes(Path.Combine(actual.Path, "trees.pth")));
        Assert.InRange(actual.Installed, before, DateTime.UtcNow);
        Assert.Equal(DateTimeKind.Utc, _store.Find("trees").Installed.Kind);
        Assert.Equal(actual with { Classes = [] }, _store.Find("TREES") with { Classes = [] });
        Assert.Empty(_store.Verify(actual));
        Assert.Equal(Path.Combine(actual.Path, "trees.pth"), _store.Use("trees", package => package.WeightsPath()));
    }

    [Theory]
    [InlineData("trees")]
    [InlineData("Trees")]
    public void Install_refuses_a_name_that_is_taken_and_replaces_with_force(string name)
    {
        InstallSample("trees");
        Dictionary<string, string> before = Samples.Snapshot(_folder.PathOf("mine"));
        string other = Samples.Save(_folder.PathOf("b"), weights: Samples.Tiny(3)).Path;

        Assert.Equal(name, Assert.Throws<ModelExistsException>(() => _store.Install(other, ModelScope.CurrentUser, force: false, name)).Name);
        Assert.Equal(before, Samples.Snapshot(_folder.PathOf("mine")));

        InstalledModel actual = _store.Install(other, ModelScope.CurrentUser, force: true, name);
        Assert.Equal(Samples.Tiny(3), File.ReadAllBytes(Path.Combine(actual.Path, "trees.pth")));
        Assert.Equal([actual.Path], Directory.GetDirectories(_folder.PathOf("mine")));
    }

    [Fact]
    public void The_same_package_installs_under_several_names_and_lists_by_pattern()
    {
        foreach (string name in new[] { "trees", "oaks", "Trees2" })
        {
            InstallSample(name);
        }

        Assert.Equal(["oaks", "trees", "Trees2"], List(_ => true));
        Assert.Equal(["trees", "Trees2"], List(name => name.StartsWith("tr", StringComparison.OrdinalIgnoreCase)));
        Assert.Empty(List(_ => false));
    }

    [Fact]
    public void The_users_own_model_comes_before_one_of_all_users()
    {
        string path = Samples.Save(_folder.PathOf("trees")).Path;
        _store.Install(path, ModelScope.AllUsers, force: false);
        Assert.Equal("AllUsers", _store.Find("trees").Scope);
        _store.Install(path, ModelScope.CurrentUser, force: false);

        Assert.Equal("CurrentUser", _store.Find("trees").Scope);
        Assert.Equal(["CurrentUser", "AllUsers"], _store.Get(null, null, Unexpected).Select(model => model.Scope));
        Assert.Equal("AllUsers", Assert.Single(_store.Get(null, ModelScope.AllUsers, Unexpected)).Scope);

        _store.Uninstall("trees");
        Assert.Equal("AllUsers", _store.Find("trees").Scope);
        Assert.Throws<ModelNotFoundException>(() => _store.Uninstall("trees", ModelScope.CurrentUser));
        _store.Uninstall("TREES", ModelScope.AllUsers);
        Assert.Empty(_store.Get(null, null, Unexpected));
    }

    [Fact]
    public void A_name_that_is_not_installed_is_told_with_the_places_searched()
    {
        ModelNotFoundException error = Assert.Throws<ModelNotFoundException>(() => _store.Find("palms"));

        Assert.Equal("palms", error.Name);
        Assert.Contains(_folder.PathOf("mine"), error.Message, StringComparison.Ordinal);
        Assert.Empty(_store.Get(null, null, Unexpected));              // a store that does not exist yet is empty
    }

    [Theory]
    [InlineData("trees", false)]
    [InlineData("my.model", false)]
    [InlineData("./trees", true)]
    [InlineData("a\\trees", true)]
    [InlineData("trees.EMD", true)]
    [InlineData("trees.dlpk", true)]
    [InlineData("trees.onnx", true)]
    public void A_separator_or_the_ending_of_a_model_file_makes_a_path(string text, bool expected) => Assert.Equal(expected, ModelStore.IsPath(text));

    public static TheoryData<string> Damages => new() { "record", "json", "weights", "short", "definition", "outside" };

    [Theory]
    [MemberData(nameof(Damages))]
    public void A_damaged_model_is_warned_of_and_can_be_replaced_or_removed(string damage)
    {
        InstallSample("oaks");
        string folder = InstallSample("trees").Path;
        string record = Path.Combine(folder, "install.json");
        string Changed(string from, string to) => File.ReadAllText(record).Replace(from, to, StringComparison.Ordinal);
        switch (damage)
        {
            case "record": File.Delete(record); break;
            case "json": File.WriteAllText(record, "{"); break;
            case "weights": File.Delete(Path.Combine(folder, "trees.pth")); break;
            case "short": File.WriteAllBytes(Path.Combine(folder, "trees.pth"), [1]); break;
            case "definition": File.WriteAllText(record, Changed("\"Definition\": \"trees.emd\"", "\"Definition\": \"trees.pth\"")); break;
            default: File.WriteAllText(record, Changed("\"trees.emd\"", "\"../oaks/trees.emd\"")); break;
        }

        List<string> warnings = [];
        Assert.Equal(["oaks"], _store.Get(null, null, warnings.Add).Select(model => model.Name));
        Assert.Contains("'trees' is damaged", Assert.Single(warnings), StringComparison.Ordinal);
        Exception? error = Record.Exception(() => _store.Find("trees"));
        Assert.True(error is LearnFormatException or FileNotFoundException, error?.ToString());

        InstallSample("trees", force: true);
        Assert.Equal(["oaks", "trees"], List(_ => true));
        _store.Uninstall("trees");
        Assert.Equal(["oaks"], List(_ => true));
    }

    [Fact]
    public void Verify_names_files_that_changed_without_changing_length()
    {
        InstalledModel model = InstallSample("trees");
        string weights = Path.Combine(model.Path, "trees.pth");
        byte[] bytes = File.ReadAllBytes(weights);
        bytes[100] ^= 1;
        File.WriteAllBytes(weights, bytes);

        Assert.Equal(["trees.pth"], _store.Verify(model));
    }

    [Theory]
    [InlineData("../evil.txt")]
    [InlineData("two.emd")]
    public void A_bad_package_leaves_no_trace(string entry)
    {
        string path = Samples.Zip(_folder.PathOf("a.dlpk"), ("trees.emd", Samples.Emd), ("trees.pth", Samples.W), (entry, "{}"));

        Assert.Throws<LearnFormatException>(() => _store.Install(path, ModelScope.CurrentUser, force: true));

        Assert.False(Directory.Exists(_folder.PathOf("mine")));
        Assert.Equal([path], Directory.GetFileSystemEntries(_folder.Root));
    }

    [Fact]
    public void A_packages_folders_are_kept_and_its_own_install_record_is_not()
    {
        string path = Samples.Zip(_folder.PathOf("a.dlpk"), ("top/trees.emd", Samples.Emd), ("top/trees.pth", Samples.W), ("install.json", "{}"), ("top/docs/read.me", "hi"));

        InstalledModel actual = _store.Install(path, ModelScope.CurrentUser, force: false);

        Assert.Equal(Path.Combine(actual.Path, "top", "trees.emd"), Path.GetFullPath(actual.EmdPath));
        Assert.Equal("hi", File.ReadAllText(Path.Combine(actual.Path, "top", "docs", "read.me")));
        Assert.Equal("trees", _store.Find("trees").Name);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_disk_that_fills_while_unpacking_leaves_the_store_as_it_was(bool installed)
    {
        string path = Samples.Save(_folder.PathOf("b"), weights: Samples.Tiny(7)).Path;
        if (installed)
        {
            _store.Install(path, ModelScope.CurrentUser, force: false);
        }

        Dictionary<string, string> before = Samples.Snapshot(_folder.PathOf("mine"));
        ModelPackage saved = Samples.Save(_folder.PathOf("trees"));
        path = saved.Path;
        long definition = new FileInfo(saved.EmdPath).Length;
        foreach (long room in new[] { 10, definition + 20_000, definition + Samples.Weights.Length + 10 })
        {
            ModelStore full = new(Roots, new FaultyFileSystem { Room = room });
            Assert.Throws<IOException>(() => full.Install(path, ModelScope.CurrentUser, force: true));
        }

        Assert.Equal(before, Samples.Snapshot(_folder.PathOf("mine")));
    }

    [Fact]
    public void A_read_that_fails_while_unpacking_leaves_the_store_as_it_was()
    {
        InstallSample("trees");
        Dictionary<string, string> before = Samples.Snapshot(_folder.PathOf("mine"));
        ModelStore failing = new(Roots, new FaultyFileSystem { ReadRoom = 20_000 });

        Assert.Throws<IOException>(() => failing.Install(_folder.PathOf("source", "trees.dlpk"), ModelScope.CurrentUser, force: true));

        Assert.Equal(before, Samples.Snapshot(_folder.PathOf("mine")));
    }

    [Theory]
    [InlineData(2)]     // the old model aside (the first move is the record's)
    [InlineData(3)]     // the new one in
    public void A_move_that_fails_keeps_the_old_model(int move)
    {
        InstallSample("trees");
        Dictionary<string, string> before = Samples.Snapshot(_folder.PathOf("mine"));
        string path = Samples.Save(_folder.PathOf("b"), weights: Samples.Tiny(7)).Path;
        ModelStore failing = new(Roots, new FaultyFileSystem { FailingMove = move });

        Assert.Throws<UnauthorizedAccessException>(() => failing.Install(path, ModelScope.CurrentUser, force: true, "trees"));

        Assert.Equal(before, Samples.Snapshot(_folder.PathOf("mine")));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void An_install_that_another_one_overtakes_is_refused_or_replaces_it(bool force)
    {
        string mine = Samples.Save(_folder.PathOf("a"), "trees", weights: Samples.Tiny(1)).Path;
        string other = Samples.Save(_folder.PathOf("b"), "trees", weights: Samples.Tiny(2)).Path;
        bool isOvertaken = false;
        FaultyFileSystem files = new()
        {
            AfterCreate = path =>
            {
                if (path.EndsWith("trees.pth", StringComparison.Ordinal) && !isOvertaken)
                {
                    isOvertaken = true;
                    _store.Install(other, ModelScope.CurrentUser, force: false);
                }
            },
        };
        ModelStore slow = new(Roots, files);

        if (force)
        {
            slow.Install(mine, ModelScope.CurrentUser, force);
        }
        else
        {
            Assert.Throws<ModelExistsException>(() => slow.Install(mine, ModelScope.CurrentUser, force));
        }

        Assert.Equal(Samples.Tiny(force ? (byte)1 : (byte)2), File.ReadAllBytes(_folder.PathOf("mine", "trees", "trees.pth")));
        Assert.Single(Directory.GetDirectories(_folder.PathOf("mine")));
    }

    [Fact]
    public void A_move_that_never_works_gives_up_and_keeps_the_old_model()
    {
        InstallSample("trees");
        Dictionary<string, string> before = Samples.Snapshot(_folder.PathOf("mine"));
        FaultyFileSystem files = new();
        files.BeforeMoveDirectory = (source, destination) =>
        {
            // Only the new one's way in is barred: the old one goes aside and comes back.
            if (destination == _folder.PathOf("mine", "trees") && File.Exists(Path.Combine(source, "new.txt")))
            {
                throw new IOException("The device is lost.");
            }
        };
        string path = Samples.Zip(_folder.PathOf("a.dlpk"), ("trees.emd", Samples.Emd), ("trees.pth", Samples.W), ("new.txt", "x"));

        Assert.Throws<IOException>(() => new ModelStore(Roots, files).Install(path, ModelScope.CurrentUser, force: true));

        Assert.Equal(before, Samples.Snapshot(_folder.PathOf("mine")));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Many_installs_at_once_leave_one_whole_model(bool force)
    {
        string[] packages = [.. Enumerable.Range(0, 8).Select(i => Samples.Save(_folder.PathOf($"p{i}"), "trees", weights: Samples.Tiny((byte)i)).Path)];
        int refused = 0;

        Parallel.ForEach(packages, new ParallelOptions { MaxDegreeOfParallelism = 8 }, package =>
        {
            try
            {
                _store.Install(package, ModelScope.CurrentUser, force);
            }
            catch (ModelExistsException)
            {
                Interlocked.Increment(ref refused);
            }
        });

        Assert.Equal(force ? 0 : 7, refused);
        Assert.Equal([_folder.PathOf("mine", "trees")], Directory.GetDirectories(_folder.PathOf("mine")));
        Assert.Empty(_store.Verify(_store.Find("trees")));
    }

    [Fact]
    public void A_model_whose_replacement_was_killed_between_the_two_moves_comes_back()
    {
        InstallSample("trees");
        string package = Samples.Save(_folder.PathOf("new"), "trees", weights: Samples.Tiny(9)).Path;
        string[] between = [];

        // What the disk holds at the moment of the second move is what a kill there leaves behind.
        FaultyFileSystem files = new()
        {
            BeforeMoveDirectory = (_, to) => between = to.EndsWith("trees", StringComparison.Ordinal)
                ? [.. Directory.GetDirectories(_folder.PathOf("mine")).Select(folder => Path.GetFileName(folder))] : between,
        };
        new ModelStore(Roots, files).Install(package, ModelScope.CurrentUser, force: true, name: "trees");
        string aside = Assert.Single(between, name => name.EndsWith(".replaced", StringComparison.Ordinal));
        Assert.DoesNotContain("trees", between);

        _store.Uninstall("trees");
        InstallSample("trees");
        Directory.Move(_folder.PathOf("mine", "trees"), _folder.PathOf("mine", aside));
        Assert.Equal(["trees"], List(_ => true));
        Assert.Equal([_folder.PathOf("mine", "trees")], Directory.GetDirectories(_folder.PathOf("mine")));
        Assert.Empty(_store.Verify(_store.Find("trees")));

        Directory.Move(_folder.PathOf("mine", "trees"), _folder.PathOf("mine", aside));
        Assert.Throws<ModelExistsException>(() => _store.Install(package, ModelScope.CurrentUser, force: false, name: "trees"));
    }

    [Fact]
    public void What_a_killed_replacement_left_beside_the_new_model_does_not_come_back()
    {
        InstallSample("trees");
        Directory.Move(_folder.PathOf("mine", "trees"), _folder.PathOf("mine", ".trees.0123abcd.replaced"));
        Directory.CreateDirectory(_folder.PathOf("mine", ".other.0123abcd.partial"));
        Samples.Save(_folder.PathOf("new"), "trees", weights: Samples.Tiny(9));
        Directory.CreateDirectory(_folder.PathOf("mine", "trees"));

        _store.Uninstall("trees");

        Assert.Empty(_store.Get(null, null, Unexpected));
        Assert.Equal([_folder.PathOf("mine", ".other.0123abcd.partial")], Directory.GetDirectories(_folder.PathOf("mine")));
    }

    [Fact]
    public void A_cancelled_install_leaves_nothing()
    {
        string path = Samples.Save(_folder.PathOf("trees")).Path;
        using CancellationTokenSource cancel = new();
        cancel.Cancel();

        Assert.ThrowsAny<OperationCanceledException>(() => _store.Install(path, ModelScope.CurrentUser, force: false, cancel: cancel.Token));

        Assert.Empty(Samples.Snapshot(_folder.PathOf("mine")));
    }

    [Theory]
    [InlineData("trees.pth")]
    [InlineData("trees.emd")]
    public void A_file_that_was_altered_is_named_when_the_model_is_used(string name)
    {
        InstalledModel model = InstallSample("trees");
        string path = Path.Combine(model.Path, name);
        byte[] bytes = File.ReadAllBytes(path);
        bytes[^3] ^= 2;
        File.WriteAllBytes(path, bytes);

        foreach (Func<string> use in new Func<string>[]
        {
            () => _store.Use("trees", package => package.WeightsPath()),
            () => _store.Use(model, package => package.WeightsPath()),
            () => Weights(ModelPackageReader.Open(model.Path)),
            () => Weights(ModelPackageReader.Open(model.EmdPath)),
        })
        {
            LearnFormatException error = Assert.Throws<LearnFormatException>(use);
            Assert.Equal(path, error.Path);
            Assert.Contains("was altered since the model was installed: its SHA-256 is", error.Message, StringComparison.Ordinal);
        }

        static string Weights(ModelPackageReader package)
        {
            using (package)
            {
                return package.WeightsPath();
            }
        }
    }

    [Fact]
    public void A_model_that_is_replaced_while_it_is_used_is_used_again()
    {
        InstallSample("trees");
        string other = Samples.Save(_folder.PathOf("b"), "trees", weights: Samples.Tiny(2)).Path;
        List<int> lengths = [];

        byte[] weights = _store.Use("trees", package =>
        {
            if (lengths.Count == 0)
            {
                _store.Install(other, ModelScope.CurrentUser, force: true);
            }

            lengths.Add(1);
            return File.ReadAllBytes(package.WeightsPath());
        });

        Assert.Equal(Samples.Tiny(2), weights);
        Assert.Equal(2, lengths.Count);
    }

    [Fact]
    public void A_model_that_is_removed_while_it_is_used_is_told_as_not_installed()
    {
        InstalledModel model = InstallSample("trees");

        Assert.Throws<ModelNotFoundException>(() => _store.Use(model, package =>
        {
            _store.Uninstall("trees");
            return package.WeightsPath();
        }));
    }

    [Fact]
    public void A_model_that_another_process_removes_first_is_told_as_not_installed()
    {
        string folder = InstallSample("trees").Path;
        FaultyFileSystem files = new()
        {
            BeforeMoveDirectory = (from, _) =>
            {
                if (from == folder)
                {
                    Directory.Delete(folder, recursive: true);
                }
            },
        };

        Assert.Equal("trees", Assert.Throws<ModelNotFoundException>(() => new ModelStore(Roots, files).Uninstall("trees")).Name);
    }

    [Theory]
    [InlineData("TensorFlow", "trees.pth", "graph of TensorFlow")]
    [InlineData("Keras", "trees.pth", "model of Keras")]
    [InlineData("CNTK", "trees.pth", "model of CNTK")]
    [InlineData("PyTorch", "trees.pth", "Python in packages is never run")]
    [InlineData("", "trees.pb", "graph of TensorFlow")]
    [InlineData("", "trees.pt", "program of TorchScript")]
    public void A_model_of_a_framework_that_cannot_be_run_is_not_installed(string framework, string weights, string says)
    {
        string emd = $$"""{ "Framework": "{{framework}}", "ModelConfiguration": "MaskRCNN", "InferenceFunction": "[Functions]System\DeepLearning\MaskRCNN.py", "ModelFile": "{{weights}}" }""";
        string path = Samples.Zip(_folder.PathOf("a.dlpk"), ("trees.emd", emd), (weights, Samples.W));

        LearnDataException error = Assert.Throws<LearnDataException>(() => _store.Install(path, ModelScope.CurrentUser, force: false));

        Assert.Equal(("FrameworkNotSupported", path), (error.Id, error.Target));
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
        Assert.Contains("ONNX", error.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder.PathOf("mine")));
    }

    [Theory]
    [InlineData("_DynamicSSD", "trees.pth")]
    [InlineData("_FasterRCNN", "trees.pth")]
    [InlineData("_FasterRCNN", "trees.model")]
    public void A_program_of_TorchScript_is_not_installed_under_any_name(string configuration, string name)
    {
        string path = _folder.PathOf("a.dlpk");
        Samples.Zip(path, ("trees.emd", $$"""{ "ModelConfiguration": "{{configuration}}", "ModelFile": "{{name}}" }"""));
        using (ZipArchive archive = ZipFile.Open(path, ZipArchiveMode.Update))
        {
            archive.CreateEntryFromFile(Path.Combine(TestEnvironment.RepositoryRoot, "Tests", "Parity", "expected", "script.pth"), name);
        }

        LearnFormatException error = Assert.Throws<LearnFormatException>(() => _store.Install(path, ModelScope.CurrentUser, force: false));

        Assert.Equal($"{path}, entry '{name}'", error.Path);
        Assert.Contains("is a program of TorchScript", error.Message, StringComparison.Ordinal);
        Assert.Contains("torch.onnx.export", error.Message, StringComparison.Ordinal);
        Assert.Empty(Samples.Snapshot(_folder.PathOf("mine")));
    }

    [Fact]
    public void A_model_of_a_kind_that_is_not_known_here_is_installed_as_it_is()
    {
        string emd = """{ "Framework": "arcgis.learn.models._inferencing", "ModelConfiguration": "_FasterRCNN", "InferenceFunction": "ArcGISObjectDetector.py", "ModelFile": "trees.pth" }""";
        string path = Samples.Zip(_folder.PathOf("a.dlpk"), ("trees.emd", emd), ("trees.pth", "weights of another program"));

        InstalledModel actual = _store.Install(path, ModelScope.CurrentUser, force: false);

        Assert.Contains("_FasterRCNN", _store.Use(actual, ModelDescription.Problem), StringComparison.Ordinal);
    }

    [Fact]
    public void What_killed_installs_left_goes_with_the_next_install_and_work_in_progress_stays()
    {
        InstallSample("oaks");
        string dead = _folder.PathOf("mine", ".trees.0123abcd.partial");
        string alive = _folder.PathOf("mine", ".trees.89abcdef.partial");
        foreach (string stage in new[] { dead, alive })
        {
            Directory.CreateDirectory(stage);
            File.WriteAllText(Path.Combine(stage, "trees.pth"), "half");
            File.WriteAllText(stage + ".busy", "");
        }

        using (LocalFileSystem.Instance.Lock(alive + ".busy"))
        {
            InstallSample("trees");
            Assert.False(Directory.Exists(dead) || File.Exists(dead + ".busy"));
            Assert.True(Directory.Exists(alive) && File.Exists(alive + ".busy"));
        }

        InstallSample("palms");
        Assert.Equal(["oaks", "palms", "trees"], Directory.GetFileSystemEntries(_folder.PathOf("mine")).Select(path => Path.GetFileName(path)).Where(name => name != StoreLock.FileName).Order());
    }

    [Fact]
    public void A_store_moves_with_its_folder()
    {
        InstallSample("trees");
        Directory.Move(_folder.PathOf("mine"), _folder.PathOf("elsewhere"));

        ModelStore moved = new(Roots with { CurrentUser = _folder.PathOf("elsewhere") });

        Assert.Equal(_folder.PathOf("elsewhere", "trees", "trees.pth"), moved.Use("trees", package => package.WeightsPath()));
    }

    [Fact]
    public void The_environment_names_the_users_store()
    {
        string? before = Environment.GetEnvironmentVariable(StoreRoots.Variable);
        try
        {
            Environment.SetEnvironmentVariable(StoreRoots.Variable, _folder.PathOf("env"));
            Assert.Equal(_folder.PathOf("env"), StoreRoots.FromEnvironment().CurrentUser);
            Environment.SetEnvironmentVariable(StoreRoots.Variable, null);
            Assert.EndsWith(Path.Combine("ArcLearn", "Models"), StoreRoots.FromEnvironment().CurrentUser, StringComparison.Ordinal);
            Assert.True(Path.IsPathRooted(StoreRoots.FromEnvironment().AllUsers));
        }
        finally
        {
            Environment.SetEnvironmentVariable(StoreRoots.Variable, before);
        }
    }

    private static void Unexpected(string warning) => Assert.Fail(warning);

    private InstalledModel InstallSample(string name, bool force = false) =>
        _store.Install(Samples.Save(_folder.PathOf("source"), "trees", force: true).Path, ModelScope.CurrentUser, force, name);

    private IEnumerable<string> List(Func<string, bool> matches) => _store.Get(matches, null, Unexpected).Select(model => model.Name);
}
