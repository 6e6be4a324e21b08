namespace ArcLearn.Core;

/// <summary>Undoes something once, when it is disposed.</summary>
internal sealed class Exit(Action leave) : IDisposable
{
    private Action? _leave = leave;

    public void Dispose() => Interlocked.Exchange(ref _leave, null)?.Invoke();
}
