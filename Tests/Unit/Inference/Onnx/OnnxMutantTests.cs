using ArcLearn.Core.Formats.Onnx;
using ArcLearn.Core.Inference.Onnx;

namespace ArcLearn.Tests.Unit.Inference.Onnx;

/// <summary>Sound files with bytes changed, left out and put in by seed: values or one of the module's own errors, and the process lives.</summary>
public sealed class OnnxMutantTests
{
    private const int Mutants = 4000;

    [Fact]
    public void Damaged_files_are_values_or_errors()
    {
        byte[] sound = Network();
        float[] samples = new float[2 * 3 * TinyOnnx.Side * TinyOnnx.Side];
        int refused = 0;
        int loaded = 0;
        for (int seed = 0; seed < Mutants; seed++)
        {
            byte[] mutant = Mutate(sound, new Random(seed));
            try
            {
                OnnxFile file = OnnxFile.Of(mutant, "mutant.onnx");
                using OnnxSession session = OnnxSession.Open(file, "mutant.onnx", LearnDevice.Cpu, threads: 1);
                loaded++;
                _ = session.Run(samples, [2, 3, TinyOnnx.Side, TinyOnnx.Side]);
            }
            catch (Exception e) when (e is LearnFormatException or LearnDataException or InsufficientMemoryException)
            {
                refused++;
            }
        }

        // Both kinds occur, or nothing was tried.
        Assert.InRange(refused, Mutants / 10, Mutants);
        Assert.InRange(loaded, Mutants / 50, Mutants);
    }

    [Fact]
    public void Every_file_cut_short_is_an_error()
    {
        byte[] sound = Network();
        Assert.All(Enumerable.Range(0, sound.Length / 7), i => Assert.Throws<LearnFormatException>(() => OnnxFile.Of(sound[..(i * 7)], "cut.onnx")));
    }

    /// <summary>What is left out has no name, and is no value of that name.</summary>
    [Fact]
    public void An_output_without_a_name_is_not_what_an_input_without_one_takes()
    {
        OnnxGraph graph = new("g")
        {
            Inputs = [new OnnxValue("x", OnnxDataType.Float, [new(null, "batch"), new(3), new(16), new(16)])],
            Outputs = [new OnnxValue("y", OnnxDataType.Float, [new(null, "batch"), new(2)])],
            Nodes = [new OnnxNode("Identity", [""], ["y", ""])],
        };
        using MemoryStream stream = new();
        OnnxWriter.Write(stream, new OnnxModel(graph));

        Assert.Equal("", OnnxFile.Of(stream.ToArray(), "tiny.onnx").Signature.Outputs[0].Activation);
    }

    [Fact]
    public void A_batch_that_no_memory_holds_is_refused()
    {
        byte[] file = TinyOnnx.Of((graph, input) => graph.Add("GlobalAveragePool", [input]), [2], [new(4096), new(3), new(640), new(640)], TinyOnnx.Names("a", "b"));

        Assert.Contains("samples at a time", Assert.Throws<LearnFormatException>(() => TinyOnnx.Read(file)).Message, StringComparison.Ordinal);
    }

    private static byte[] Mutate(byte[] sound, Random random)
    {
        List<byte> bytes = [.. sound];
        for (int change = random.Next(1, 4); change > 0; change--)
        {
            int at = random.Next(bytes.Count);
            switch (random.Next(5))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 2:
                    bytes.RemoveRange(at, Math.Min(bytes.Count - at, random.Next(1, 9)));
                    break;
                case 3:
                    bytes.InsertRange(at, bytes.GetRange(random.Next(bytes.Count), 1));
                    break;
                default:
                    bytes[at] = random.Next(2) == 0 ? (byte)0xFF : (byte)0x7F;
                    break;
            }
        }

        return [.. bytes];
    }

    /// <summary>Operators of all kinds that exported networks have, in a few kilobytes.</summary>
    private static byte[] Network() => TinyOnnx.Of(
        (graph, x) =>
        {
            float[] Noise(int count) => [.. Enumerable.Range(0, count).Select(i => MathF.Sin(i))];
            string map = graph.Add(
                "Conv",
                [x, graph.Constant(Noise(4 * 3 * 9), 4, 3, 3, 3), graph.Constant(Noise(4), 4)],
                OnnxAttribute.Of("kernel_shape", 3, 3),
                OnnxAttribute.Of("strides", 2, 2),
                OnnxAttribute.Of("pads", 1, 1, 1, 1),
                OnnxAttribute.Of("group", 1));
            map = graph.Add("BatchNormalization", [map, graph.Constant(Noise(4), 4), graph.Constant(Noise(4), 4), graph.Constant(Noise(4), 4), graph.Constant([1, 2, 3, 4], 4)], OnnxAttribute.Of("epsilon", 1e-5f));
            map = graph.Add("Clip", [map, graph.Constant(0), graph.Constant(6)]);
            string pooled = graph.Add("MaxPool", [map], OnnxAttribute.Of("kernel_shape", 2, 2), OnnxAttribute.Of("strides", 2, 2));
            string grown = graph.Add("Gather", [graph.Add("Gather", [pooled, graph.Integers(0, 0, 1, 1, 2, 2, 3, 3)], OnnxAttribute.Of("axis", 2)), graph.Integers(0, 0, 1, 1, 2, 2, 3, 3)], OnnxAttribute.Of("axis", 3));
            map = graph.Add("DepthToSpace", [graph.Add("Concat", [map, grown], OnnxAttribute.Of("axis", 1))], OnnxAttribute.Of("blocksize", 2), OnnxAttribute.Of("mode", "CRD"));
            return graph.Add("Softmax", [graph.Add("Add", [map, map])], OnnxAttribute.Of("axis", 1));
        },
        [2, TinyOnnx.Side, TinyOnnx.Side],
        null,
        TinyOnnx.Names("background", "road"));
}
