namespace ArcLearn;

/// <summary>What the module runs on, and what it lacks.</summary>
public sealed record LearnRuntimeInfo
{
    /// <summary>Whether models can be trained and run.</summary>
    public required bool IsReady { get; init; }

    /// <summary>The module's version.</summary>
    public required string ModuleVersion { get; init; }

    /// <summary>TorchSharp's version.</summary>
    public required string TorchSharpVersion { get; init; }

    /// <summary>libtorch's version; null where it does not load.</summary>
    public required string? TorchVersion { get; init; }

    /// <summary>cpu, cuda-windows or cuda-linux: what this package carries.</summary>
    public required string Backend { get; init; }

    /// <summary>Devices that models can use: Cpu, Cuda.</summary>
    public required IReadOnlyList<string> Devices { get; init => field = value.ToArray(); }

    /// <summary>CPU features that matter here, such as avx2, avx512f, avx512_bf16, amx_bf16.</summary>
    public required IReadOnlyList<string> CpuFeatures { get; init => field = value.ToArray(); }

    /// <summary>Threads that torch uses within an operation.</summary>
    public required int Threads { get; init; }

    /// <summary>The folder of the native libraries.</summary>
    public required string NativePath { get; init; }

    /// <summary>The .NET runtime.</summary>
    public required string Framework { get; init; }

    /// <summary>The operating system and architecture.</summary>
    public required string Platform { get; init; }

    /// <summary>What does not load or is absent, with the remedy; empty when ready.</summary>
    public required IReadOnlyList<string> Missing { get; init => field = value.ToArray(); }
}
