using ArcLearn.Core.Formats.Onnx;
using static TorchSharp.torch;

namespace ArcLearn.Core.Models;

/// <summary>A layer made ready for inference: weights in the layout that convolutions like, batch norm folded in. Without state: any thread may use it.</summary>
internal interface IFusedLayer : IDisposable
{
    /// <summary>Leaves its input as it is, in the caller's dispose scope.</summary>
    Tensor Apply(Tensor input);

    /// <summary>Writes the layer as operators.</summary>
    /// <param name="input">The graph's value that it is given.</param>
    /// <returns>The value that it answers with.</returns>
    string AddTo(OnnxGraphBuilder graph, string input);
}

/// <summary>A module that knows its fused form.</summary>
internal interface IFusible
{
    /// <summary>Copies of the weights as they are now.</summary>
    IFusedLayer Fuse();
}
