namespace ArcLearn.Core.Models;

/// <summary>
/// A thread's memory for what it works on; kept for its next work while the thread lives, as new pages would cost more than the work itself. Nobody may wait for other work while it is in use.
/// </summary>
internal static unsafe class WorkSpace
{
    /// <summary>About what a thread needs at most for a network's convolutions, in bytes.</summary>
    public const long Bytes = 16 << 20;

    /// <summary>Bytes of a cache line.</summary>
    public const int Alignment = 64;

    [ThreadStatic]
    private static float[]? _numbers;

    /// <summary>So many numbers from a cache line's begin on, of any value; the next call on this thread takes them back.</summary>
    public static float* Get(long count)
    {
        if (_numbers is null || _numbers.Length < count + (Alignment / sizeof(float)))
        {
            _numbers = null;
            _numbers = GC.AllocateUninitializedArray<float>(checked((int)(count + (Alignment / sizeof(float)))), pinned: true);
        }

        fixed (float* first = _numbers)
        {
            return (float*)(((nint)first + Alignment - 1) & -Alignment);
        }
    }

    /// <summary>The length of a plane of so many numbers with room behind it, so that numbers at one place of many planes lie in different sets of the cache.</summary>
    public static long Plane(long count)
    {
        const int Line = Alignment / sizeof(float);
        return (((count + Line - 1) / Line) | 1) * Line;
    }
}
