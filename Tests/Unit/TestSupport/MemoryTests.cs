namespace ArcLearn.Tests.Unit.TestSupport;

/// <summary>Tests that measure what the process holds: while one runs, no other does.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class MemoryTests
{
    public const string Name = "Memory";

    /// <summary>Bytes of managed objects that something still refers to.</summary>
    public static long Held()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return GC.GetTotalMemory(forceFullCollection: true);
    }
}
