using static TorchSharp.torch;

namespace ArcLearn.Core.Training;

/// <summary>A network's weights and running statistics at one moment, in memory.</summary>
internal sealed class WeightSnapshot : IDisposable
{
    private readonly Dictionary<string, Tensor> _copies = [];

    public WeightSnapshot(nn.Module network) => Take(network);

    /// <summary>Copies the state anew, into the same memory.</summary>
    public void Take(nn.Module network)
    {
        using (no_grad())
        using (NewDisposeScope())
        {
            foreach ((string key, Tensor value) in network.state_dict())
            {
                if (_copies.TryGetValue(key, out Tensor? copy))
                {
                    copy.copy_(value);
                }
                else
                {
                    _copies[key] = value.detach().clone().DetachFromDisposeScope();
                }
            }
        }
    }

    /// <summary>Moves the copies a share of the way to the network's state; whole numbers, which count, are copied.</summary>
    /// <param name="share">0 to 1.</param>
    public void Follow(nn.Module network, double share)
    {
        using (no_grad())
        using (NewDisposeScope())
        {
            foreach ((string key, Tensor value) in network.state_dict())
            {
                _ = value.is_floating_point() ? _copies[key].lerp_(value, tensor(share, dtype: value.dtype, device: value.device)) : _copies[key].copy_(value);
            }
        }
    }

    /// <summary>Puts the state back; the network keeps its tensors and their layout.</summary>
    public void Restore(nn.Module network)
    {
        using (no_grad())
        using (NewDisposeScope())
        {
            foreach ((string key, Tensor value) in network.state_dict())
            {
                value.copy_(_copies[key]);
            }
        }
    }

    public void Dispose()
    {
        foreach (Tensor copy in _copies.Values)
        {
            copy.Dispose();
        }

        _copies.Clear();
    }
}
