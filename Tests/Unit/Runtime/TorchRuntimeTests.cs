using ArcLearn.Core.Runtime;
using ArcLearn.Tests.Unit.TestSupport;

namespace ArcLearn.Tests.Unit.Runtime;

[Collection(TorchTests.Name)]
public sealed class TorchRuntimeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void EnsureLoaded_makes_torch_compute()
    {
        TorchRuntime.EnsureLoaded();

        using TorchSharp.torch.Tensor sum = TorchSharp.torch.ones(3, 4).sum();

        Assert.Equal(12, sum.item<float>());
    }

    [Fact]
    public void Describe_finds_nothing_missing_where_torch_works()
    {
        LearnRuntimeInfo info = TorchRuntime.Describe();

        Assert.True(info.IsReady, string.Join('\n', info.Missing));
        Assert.Empty(info.Missing);
        Assert.Contains("Cpu", info.Devices);
        Assert.Equal("2.10.0", info.TorchVersion);
        Assert.Equal("0.107.0", info.TorchSharpVersion);
        Assert.Equal(TorchRuntime.NativeFolder, info.NativePath);
        Assert.True(info.Threads >= 1);
    }

    [Fact]
    public void CheckFiles_names_the_first_absent_file_each_time_and_leaves_torch_working()
    {
        for (int i = 0; i < 2; i++)
        {
            BackendMissingException error = Assert.Throws<BackendMissingException>(() => TorchRuntime.CheckFiles(_folder.Root));
            Assert.Equal(TorchNatives.FileName("c10"), error.Library);
            Assert.Contains(_folder.PathOf(TorchNatives.FileName("c10")), error.Message, StringComparison.Ordinal);
            Assert.Contains("Install the module anew", error.Message, StringComparison.Ordinal);
        }

        EnsureLoaded_makes_torch_compute();
    }

    [Fact]
    public void CheckFiles_refuses_a_placeholder_instead_of_a_library()
    {
        foreach (string name in TorchNatives.Required)
        {
            File.WriteAllText(_folder.PathOf(TorchNatives.FileName(name)), "version https://git-lfs.github.com/spec/v1");
        }

        BackendMissingException error = Assert.Throws<BackendMissingException>(() => TorchRuntime.CheckFiles(_folder.Root));

        Assert.Contains("it has 42 bytes", error.Message, StringComparison.Ordinal);
    }

    [LinuxNativesFact]
    public void CheckFiles_refuses_a_library_that_is_cut_off()
    {
        string c10 = TorchNatives.FileName("c10");
        byte[] whole = File.ReadAllBytes(Path.Combine(TorchRuntime.NativeFolder, c10));
        File.WriteAllBytes(_folder.PathOf(c10), whole[..(whole.Length / 2)]);

        BackendMissingException error = Assert.Throws<BackendMissingException>(() => TorchRuntime.CheckFiles(_folder.Root));

        Assert.Equal(c10, error.Library);
        Assert.Contains($"{whole.Length / 2} of its", error.Message, StringComparison.Ordinal);
    }

    [LinuxNativesFact]
    public void A_library_that_does_not_load_is_told_with_the_words_of_the_loader()
    {
        string path = _folder.PathOf("libc10.so");
        byte[] library = File.ReadAllBytes(Path.Combine(TorchRuntime.NativeFolder, "libc10.so"));
        library[18] = 0xB7;     // e_machine: AArch64
        File.WriteAllBytes(path, library);

        BackendMissingException error = Assert.Throws<BackendMissingException>(() => TorchRuntime.LoadLibrary(_folder.Root, "c10"));

        Assert.Equal("libc10.so", error.Library);
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
        Assert.Contains("cannot open shared object file", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_libtorch_in_the_process_is_noticed()
    {
        string? elsewhere = TorchNatives.LoadedElsewhere(_folder.Root);

        Assert.NotNull(elsewhere);
        Assert.Equal(TorchNatives.FileName("torch_cpu"), Path.GetFileName(elsewhere));
        Assert.Null(TorchNatives.LoadedElsewhere(TorchRuntime.NativeFolder));
    }

    [LinuxNativesFact]
    public void CpuFeatures_agrees_with_the_kernel()
    {
        string flags = File.ReadLines("/proc/cpuinfo").First(line => line.StartsWith("flags", StringComparison.Ordinal)) + " ";

        IReadOnlyList<string> features = CpuFeatures.List();

        foreach (string name in (string[])["avx2", "avx512f", "avx512_bf16", "amx_bf16"])
        {
            Assert.Equal(flags.Contains($" {name} ", StringComparison.Ordinal), features.Contains(name));
        }
    }
}
