using static TorchSharp.torch;

namespace ArcLearn.Core.Training;

/// <summary>Remembers where torch's random numbers on the CPU are, and returns there when it is disposed.</summary>
internal sealed class RandomState : IDisposable
{
    // Its own state in its own shape: the native setter ends the process when it gets anything else.
    private readonly Tensor _state = random.get_rng_state().DetachFromDisposeScope();

    public void Dispose()
    {
        random.set_rng_state(_state);
        _state.Dispose();
    }
}
