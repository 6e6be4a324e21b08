using static TorchSharp.torch;

namespace ArcLearn.Core.Models;

/// <summary>A layer made ready for inference: weights in the layout that convolutions like, batch norm folded in. Without state: any thread may use it.</summary>
internal interface IFusedLayer : IDisposable
{
    /// <summary>Leaves its input as it is, in the caller's dispose scope.</summary>
    Tensor Apply(Tensor input);
}

/// <summary>A module that knows its fused form.</summary>
internal interface IFusible
{
    /// <summary>Copies of the weights as they are now.</summary>
    IFusedLayer Fuse();
}
