using ArcLearn.Core.Formats.Onnx;
using static TorchSharp.torch;

namespace ArcLearn.Core.Models;

/// <summary>What the layers of networks need of ONNX' operators beyond single ones.</summary>
internal static class OnnxParts
{
    /// <summary>A copy of a tensor's numbers.</summary>
    public static string Weight(this OnnxGraphBuilder graph, Tensor tensor)
    {
        using Tensor contiguous = tensor.cpu().contiguous();
        return graph.Constant(TensorCopy.Samples(contiguous).ToArray(), tensor.shape);
    }

    /// <summary>Values beside each other: channels of maps, rows of lists.</summary>
    public static string Concat(this OnnxGraphBuilder graph, IReadOnlyList<string> values) =>
        values.Count == 1 ? values[0] : graph.Add("Concat", values, OnnxAttribute.Of("axis", 1));

    /// <summary>
    /// A map brought to another side by nearest neighbours, chosen as torch chooses them. ONNX has an operator for it, whose rounding of places is another where the
    /// sides do not divide.
    /// </summary>
    /// <returns>The map itself where it has the side.</returns>
    public static string Resized(this OnnxGraphBuilder graph, string map, int side, int wanted)
    {
        if (side == wanted)
        {
            return map;
        }

        float step = (float)side / wanted;
        string places = graph.Integers([.. Enumerable.Range(0, wanted).Select(i => Math.Min((long)MathF.Floor(i * step), side - 1))]);
        string rows = graph.Add("Gather", [map, places], OnnxAttribute.Of("axis", 2));
        return graph.Add("Gather", [rows, places], OnnxAttribute.Of("axis", 3));
    }

    /// <summary>
    /// A map brought to another side by means over nearly equal squares (torch's adaptive_avg_pool2d): a product with a matrix of weights from each side, since the squares
    /// may overlap.
    /// </summary>
    public static string Pooled(this OnnxGraphBuilder graph, string map, int side, int wanted)
    {
        float[] down = new float[wanted * side];
        float[] across = new float[side * wanted];
        for (int i = 0; i < wanted; i++)
        {
            int from = i * side / wanted;
            int to = (((i + 1) * side) + wanted - 1) / wanted;
            for (int place = from; place < to; place++)
            {
                down[(i * side) + place] = across[(place * wanted) + i] = 1f / (to - from);
            }
        }

        string rows = graph.Add("MatMul", [graph.Constant(down, wanted, side), map]);
        return graph.Add("MatMul", [rows, graph.Constant(across, side, wanted)]);
    }
}
