using System.Runtime.Intrinsics.X86;

namespace ArcLearn.Core.Runtime;

/// <summary>What the processor offers of the instructions that libtorch's kernels are chosen by.</summary>
internal static class CpuFeatures
{
    private static readonly string[] s_known = ["avx", "avx2", "fma", "avx512f", "avx512_bf16", "amx_bf16"];

    /// <summary>Those present, in the order above; names as Linux writes them. Empty on other processors than x86.</summary>
    public static IReadOnlyList<string> List()
    {
        HashSet<string> present = new(StringComparer.Ordinal);
        Add(present, "avx", Avx.IsSupported);
        Add(present, "avx2", Avx2.IsSupported);
        Add(present, "fma", Fma.IsSupported);
        Add(present, "avx512f", Avx512F.IsSupported);

        // Linux lists only what the kernel lets programs use; elsewhere the processor itself is asked.
        if (OperatingSystem.IsLinux())
        {
            present.UnionWith(LinuxFlags());
        }
        else if (X86Base.IsSupported)
        {
            (int maximum, _, _, _) = X86Base.CpuId(0, 0);
            if (maximum >= 7)
            {
                (_, _, _, int edx) = X86Base.CpuId(7, 0);
                (int eax, _, _, _) = X86Base.CpuId(7, 1);
                Add(present, "avx512_bf16", Avx512F.IsSupported && (eax & (1 << 5)) != 0);
                Add(present, "amx_bf16", (edx & (1 << 22)) != 0);
            }
        }

        return [.. s_known.Where(present.Contains)];
    }

    private static void Add(HashSet<string> present, string name, bool supported)
    {
        if (supported)
        {
            present.Add(name);
        }
    }

    private static string[] LinuxFlags()
    {
        try
        {
            string? line = File.ReadLines("/proc/cpuinfo").FirstOrDefault(text => text.StartsWith("flags", StringComparison.Ordinal));
            return line?[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
