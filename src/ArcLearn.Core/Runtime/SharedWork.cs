using System.Runtime.ExceptionServices;

namespace ArcLearn.Core.Runtime;

/// <summary>Work in numbered pieces that threads share.</summary>
internal static class SharedWork
{
    /// <summary>Does all pieces; of failures the first is thrown, as it was.</summary>
    /// <param name="count">Pieces.</param>
    /// <param name="threads">Threads at most, the calling one among them.</param>
    /// <param name="work">Takes a piece's number.</param>
    public static void Run(int count, int threads, Action<int> work)
    {
        if (count == 1 || threads == 1)
        {
            for (int i = 0; i < count; i++)
            {
                work(i);
            }

            return;
        }

        try
        {
            _ = Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = threads }, work);
        }
        catch (AggregateException failures)
        {
            ExceptionDispatchInfo.Throw(failures.InnerExceptions[0]);
        }
    }
}
