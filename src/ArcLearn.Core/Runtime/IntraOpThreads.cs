using TorchSharp;

namespace ArcLearn.Core.Runtime;

/// <summary>
/// Threads that torch uses within one operation. OpenMP keeps the number per calling thread, but torch also takes the last number set, on whatever thread,
/// as what threads that are new to it start with. So nobody relies on that: every stretch of work says its number and puts the old one back.
/// </summary>
internal readonly struct IntraOpThreads : IDisposable
{
    private readonly int _before;

    private IntraOpThreads(int threads)
    {
        // Read first: a thread's first question is what makes torch give it the default.
        _before = torch.get_num_threads();
        Set(threads);
    }

    /// <summary>What torch chose when it was loaded: the cores, or OMP_NUM_THREADS.</summary>
    public static int Default { get; } = FindDefault();

    /// <summary>This thread's operations use all threads until the result is disposed, on the same thread.</summary>
    public static IntraOpThreads All() => new(Default);

    /// <summary>This thread's operations use this thread alone until the result is disposed, on the same thread.</summary>
    public static IntraOpThreads One()
    {
        _ = Default;
        return new(1);
    }

    public void Dispose() => Set(_before);

    private static void Set(int threads)
    {
        if (torch.get_num_threads() != threads)
        {
            torch.set_num_threads(threads);
        }
    }

    private static int FindDefault()
    {
        TorchRuntime.EnsureLoaded();
        return torch.get_num_threads();
    }
}
