using ArcLearn.Core.Formats.Onnx;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ArcLearn.Core.Models;

/// <summary>A backbone's layers in their fused forms: <c>[N, bands, S, S]</c> in, <c>[N, C, f, f]</c> out.</summary>
internal sealed class FusedBody : IFusedLayer
{
    private readonly List<IFusedLayer> _layers = [];
    private readonly HashSet<int> _taps = [];
    private readonly Func<Module, bool> _isTap;

    /// <param name="isTap">Whether a layer's answer is wanted too; left out: none but the last.</param>
    public FusedBody(Sequential body, Func<Module, bool>? isTap = null)
    {
        _isTap = isTap ?? (_ => false);
        Append(body);
    }

    public Tensor Apply(Tensor input) => Apply(input, []);

    /// <param name="taps">Takes the answers of the layers asked for, in the caller's dispose scope.</param>
    public Tensor Apply(Tensor input, List<Tensor> taps)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = input;
        for (int i = 0; i < _layers.Count; i++)
        {
            Tensor next = _layers[i].Apply(x);
            if (i > 0 && !_taps.Contains(i - 1))
            {
                x.Dispose();
            }

            x = next;
            if (_taps.Contains(i))
            {
                taps.Add(x.MoveToOuterDisposeScope());
            }
        }

        return x.MoveToOuterDisposeScope();
    }

    public string AddTo(OnnxGraphBuilder graph, string input) => AddTo(graph, input, []);

    /// <param name="taps">Takes the values of the layers asked for.</param>
    public string AddTo(OnnxGraphBuilder graph, string input, List<string> taps)
    {
        string x = input;
        for (int i = 0; i < _layers.Count; i++)
        {
            x = _layers[i].AddTo(graph, x);
            if (_taps.Contains(i))
            {
                taps.Add(x);
            }
        }

        return x;
    }

    public void Dispose()
    {
        foreach (IFusedLayer layer in _layers)
        {
            layer.Dispose();
        }
    }

    private void Append(Sequential layers)
    {
        Module[] modules = [.. layers.children()];
        for (int i = 0; i < modules.Length; i++)
        {
            switch (modules[i])
            {
                case Sequential inner:
                    Append(inner);
                    break;
                case IFusible block:
                    _layers.Add(block.Fuse());
                    break;
                case Convolution convolution:
                    BatchNorm? norm = Next(i) as BatchNorm;
                    i += norm is null ? 0 : 1;
                    bool isCapped = Next(i) is ReLU6;
                    bool relu = isCapped || Next(i) is ReLU;
                    i += relu ? 1 : 0;
                    _layers.Add(FusedConvolution.Of(convolution, norm, relu, isCapped));
                    break;
                case BatchNorm alone:
                    bool isActive = Next(i) is ReLU;
                    i += isActive ? 1 : 0;
                    _layers.Add(new FusedNorm(alone, isActive));
                    break;
                case AvgPool2d mean:
                    _layers.Add(new FusedMeanPool((int)mean.kernel_size[0]));
                    break;
                case MaxPool2d pool:
                    _layers.Add(new FusedMaxPool(new SpatialStep((int)pool.kernel_size[0], (int)pool.stride![0], (int)(pool.padding?[0] ?? 0), pool.ceil_mode)));
                    break;
                default:
                    throw new NotSupportedException($"A layer of type {modules[i].GetType().Name} has no form for inference.");
            }

            if (_isTap(modules[i]))
            {
                _ = _taps.Add(_layers.Count - 1);
            }
        }

        Module? Next(int layer) => layer + 1 < modules.Length ? modules[layer + 1] : null;
    }
}
