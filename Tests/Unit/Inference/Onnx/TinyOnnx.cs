using ArcLearn.Core.Formats.Onnx;
using ArcLearn.Core.Inference.Onnx;
using ArcLearn.Core.Models;

namespace ArcLearn.Tests.Unit.Inference.Onnx;

/// <summary>Small ONNX models whose answers are known: constants for each chip, or simple functions of its samples.</summary>
internal static class TinyOnnx
{
    public const int Side = 16;

    private static readonly OnnxDimension s_batch = new(null, "batch");

    /// <summary>A model that answers every chip with the same numbers.</summary>
    /// <param name="outputs">Name, shape without the batch, numbers.</param>
    public static byte[] Constant(IReadOnlyList<(string Name, long[] Shape, float[] Values)> outputs, bool hasBatch = true, params (string Key, string Value)[] metadata)
    {
        OnnxGraphBuilder graph = new();
        string input = graph.Input("images", hasBatch ? s_batch : new OnnxDimension(1), new(3), new(Side), new(Side));

        // Nothing of each chip, in the shape of a batch.
        string mean = graph.Add("GlobalAveragePool", [input]);
        string one = graph.Add("Slice", [mean, graph.Integers(0), graph.Integers(1), graph.Integers(1)]);
        string nothing = graph.Add("Mul", [one, graph.Constant(0)]);
        foreach ((string name, long[] shape, float[] values) in outputs)
        {
            string batch = graph.Add("Reshape", [nothing, graph.Integers([hasBatch ? -1 : 1, .. shape.Select(_ => 1L)])]);
            string all = graph.Add("Add", [batch, graph.Constant(values, [1, .. shape])]);
            if (hasBatch)
            {
                graph.Output(all, name, [s_batch, .. shape.Select(side => new OnnxDimension(side))]);
            }
            else
            {
                graph.Output(graph.Add("Reshape", [all, graph.Integers(shape)]), name, [.. shape.Select(side => new OnnxDimension(side))]);
            }
        }

        return Write(graph, metadata);
    }

    /// <summary>A model of one output, made from its input.</summary>
    public static byte[] Of(Func<OnnxGraphBuilder, string, string> build, long[] shape, OnnxDimension[]? input = null, params (string Key, string Value)[] metadata)
    {
        OnnxGraphBuilder graph = new();
        OnnxDimension[] sides = input ?? [s_batch, new(3), new(Side), new(Side)];
        string value = build(graph, graph.Input("images", sides));
        graph.Output(value, "output", [sides[0], .. shape.Select(side => new OnnxDimension(side))]);
        return Write(graph, metadata);
    }

    public static OnnxDefinition Read(byte[] bytes, string name = "tiny") => OnnxDefinitionFile.Read(OnnxFile.Of(bytes, name + ".onnx"), definition: null, name, name + ".onnx");

    public static OnnxDetector Detector(byte[] bytes) => new(OnnxFile.Of(bytes, "tiny.onnx"), Read(bytes), "tiny.onnx", LearnDevice.Cpu);

    public static (string Key, string Value) Names(params string[] names) =>
        (OnnxMetadata.ClassNamesKey, "{" + string.Join(", ", names.Select((name, i) => FormattableString.Invariant($"\"{i}\": \"{name}\""))) + "}");

    private static byte[] Write(OnnxGraphBuilder graph, (string Key, string Value)[] metadata)
    {
        using MemoryStream stream = new();
        OnnxWriter.Write(stream, new OnnxModel(graph.Build("tiny")) { Metadata = [.. metadata.Select(fact => new KeyValuePair<string, string>(fact.Key, fact.Value))] });
        return stream.ToArray();
    }
}
