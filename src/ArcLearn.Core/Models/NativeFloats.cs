using System.Runtime.InteropServices;

namespace ArcLearn.Core.Models;

/// <summary>Cleared memory at a cache line's begin.</summary>
internal sealed unsafe class NativeFloats : IDisposable
{
    public NativeFloats(long count)
    {
        First = (float*)NativeMemory.AlignedAlloc((nuint)count * sizeof(float), WorkSpace.Alignment);
        NativeMemory.Clear(First, (nuint)count * sizeof(float));
    }

    public float* First { get; }

    public void Dispose() => NativeMemory.AlignedFree(First);
}
