namespace ArcLearn.Core.Training;

/// <summary>
/// Who may touch a model's weights: one at a time, and nobody once it is disposed, since torch answers neither with an exception that
/// can be relied on. A training keeps other trainings out from its start to its end, and lets measuring and saving in between its epochs.
/// </summary>
/// <param name="release">Frees the weights; called once, when nobody uses them.</param>
internal sealed class ModelGate(Action release) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1, 1);
    private volatile bool _isDisposed;
    private int _isTraining;
    private int _isReleased;

    /// <summary>Whether a training holds the model, at work or between two epochs.</summary>
    public bool IsTraining => Volatile.Read(ref _isTraining) == 1;

    /// <summary>Takes the model for a piece of work; disposing the result gives it back. Not to be nested.</summary>
    /// <param name="name">The model's, for messages.</param>
    /// <param name="cancel">Ends the wait for others.</param>
    /// <exception cref="LearnDataException">ModelDisposed, or ModelBusy while an epoch of a training runs.</exception>
    public IDisposable Enter(string name, CancellationToken cancel)
    {
        ThrowIfDisposed(name);
        if (!_turn.Wait(0, CancellationToken.None))
        {
            if (IsTraining)
            {
                throw Busy(name);
            }

            _turn.Wait(cancel);
        }

        return Entered(name);
    }

    /// <summary>The same for the training itself, which waits for whoever came in between its epochs.</summary>
    public IDisposable EnterTraining(string name, CancellationToken cancel)
    {
        ThrowIfDisposed(name);
        _turn.Wait(cancel);
        return Entered(name);
    }

    /// <summary>Keeps other trainings out until the result is disposed.</summary>
    /// <exception cref="LearnDataException">ModelBusy or ModelDisposed.</exception>
    public IDisposable BeginTraining(string name)
    {
        ThrowIfDisposed(name);
        return Interlocked.Exchange(ref _isTraining, 1) == 0 ? new Exit(() => Volatile.Write(ref _isTraining, 0)) : throw Busy(name);
    }

    /// <summary>Frees the weights now, or when the one who uses them is done.</summary>
    public void Dispose()
    {
        _isDisposed = true;
        Free();
    }

    private static LearnDataException Busy(string name) => new(
        "ModelBusy", $"The model '{name}' is being trained at this moment. Wait for that training to end, or work with a saved copy of the model.", name);

    private Exit Entered(string name)
    {
        Exit exit = new(() =>
        {
            _turn.Release();
            if (_isDisposed)
            {
                Free();
            }
        });
        if (_isDisposed)
        {
            exit.Dispose();
            ThrowIfDisposed(name);
        }

        return exit;
    }

    private void ThrowIfDisposed(string name)
    {
        if (_isDisposed)
        {
            throw new LearnDataException(
                "ModelDisposed", $"The model '{name}' was disposed, and its weights with it. Open it again with Import-LearnModel, or make a new one.", name);
        }
    }

    private void Free()
    {
        if (!_turn.Wait(0))
        {
            return;
        }

        if (Interlocked.Exchange(ref _isReleased, 1) == 0)
        {
            release();
        }

        _turn.Release();
    }
}
