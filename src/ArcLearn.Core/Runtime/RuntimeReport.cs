using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ArcLearn.Core.Runtime;

/// <summary>What the module runs on, told without throwing.</summary>
internal static class RuntimeReport
{
    /// <summary>Loads torch if it can; what stands in the way is listed.</summary>
    public static LearnRuntimeInfo Create()
    {
        string folder = TorchRuntime.NativeFolder;
        List<string> missing = [];
        TorchFacts facts = new(null, ["Cpu"], Environment.ProcessorCount);
        try
        {
            TorchRuntime.EnsureLoaded();
            facts = AskTorch(folder);
        }
        catch (BackendMissingException e)
        {
            missing.Add(e.Message);
            facts = facts with { Devices = [] };
        }
        catch (Exception e) when (e is ExternalException or TypeInitializationException or NotSupportedException)
        {
            missing.Add($"torch does not answer: {e.GetBaseException().Message}");
        }

        return new LearnRuntimeInfo
        {
            IsReady = missing.Count == 0,
            ModuleVersion = Version(typeof(RuntimeReport).Assembly),
            TorchSharpVersion = Version(typeof(TorchSharp.torch).Assembly),
            TorchVersion = facts.Version,
            Backend = Backend(folder),
            Devices = facts.Devices,
            CpuFeatures = CpuFeatures.List(),
            Threads = facts.Threads,
            NativePath = folder,
            Framework = RuntimeInformation.FrameworkDescription,
            Platform = $"{RuntimeInformation.OSDescription} {RuntimeInformation.OSArchitecture}",
            Missing = missing,
        };
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static TorchFacts AskTorch(string folder)
    {
        List<string> devices = ["Cpu"];

        // Without torch's CUDA library there is no device, and the question would set TorchSharp looking for one.
        if (HasCuda(folder) && TorchSharp.torch.cuda_is_available())
        {
            devices.Add("Cuda");
        }

        // The package counts a fourth number, libtorch itself three.
        string version = string.Join('.', TorchSharp.torch.__version__.Split('.').Take(3));
        return new TorchFacts(version, devices, TorchSharp.torch.get_num_threads());
    }

    private static bool HasCuda(string folder) => File.Exists(Path.Combine(folder, TorchNatives.FileName("torch_cuda")));

    private static string Backend(string folder) =>
        !HasCuda(folder) ? "cpu" : OperatingSystem.IsWindows() ? "cuda-windows" : "cuda-linux";

    /// <summary>Without the build's hash.</summary>
    private static string Version(Assembly assembly) =>
        assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0]
        ?? assembly.GetName().Version?.ToString(3)
        ?? "";

    private sealed record TorchFacts(string? Version, IReadOnlyList<string> Devices, int Threads);
}
