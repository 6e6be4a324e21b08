using ArcLearn.Core.Formats.Onnx;
using ArcLearn.Core.IO;

namespace ArcLearn.Core.Models;

/// <summary>
/// Models as ONNX files. The input is <c>[batch, bands, S, S]</c> 32-bit samples, normalised as the metadata say; the answers are final:
/// of a detector <c>[batch, 4 + classes, anchors]</c> with centre x, centre y, width and height in pixels and a probability for each class, of a pixel classifier
/// <c>[batch, 1 + classes, S, S]</c> probabilities with background first, of an image classifier <c>[batch, classes]</c> probabilities.
/// </summary>
internal static class OnnxExport
{
    public const string Extension = ".onnx";

    /// <summary>Names of the graph's input and output.</summary>
    public const string Input = "input";
    public const string Output = "output";

    // Of a class that was never learnt: its share of a softmax is 0 in 32 bits.
    private const float Never = -1e4f;

    private static readonly OnnxDimension s_batch = new(null, "batch");

    /// <summary>Writes a model as it is now; the file appears under its name when it is complete.</summary>
    /// <exception cref="LearnDataException">The model is being trained (ModelBusy) or too large for an ONNX file (ModelTooLarge).</exception>
    public static void Write(ModelEngine model, string path, IFileSystem files, CancellationToken cancel)
    {
        OnnxModel written = Build(model, Path.GetFileName(path), cancel);
        files.WriteAtomically(path, stream => OnnxWriter.Write(stream, written));
    }

    /// <summary>A model's graph and metadata.</summary>
    /// <param name="file">The name of the file that it is for.</param>
    public static OnnxModel Build(ModelEngine model, string file, CancellationToken cancel)
    {
        OnnxGraph graph;
        using (model.Gate.Enter(model.Name, cancel))
        {
            graph = model switch
            {
                SsdEngine detector => Detector(detector.Network),
                UnetEngine unet => PixelClassifier(unet.Network),
                ClassifierEngine classifier => ImageClassifier(classifier.Network),
                _ => throw new NotSupportedException($"A {model.Definition.Kind} is not written as ONNX."),
            };
        }

        return new OnnxModel(graph)
        {
            Producer = "ArcLearn",
            ProducerVersion = typeof(OnnxExport).Assembly.GetName().Version?.ToString(3) ?? "",
            Metadata = OnnxMetadata.Of(model.Definition, file),
        };
    }

    public static OnnxGraph Detector(SsdNetwork network)
    {
        using PreparedSsd prepared = network.Prepare();
        SsdOptions options = prepared.Options;
        OnnxGraphBuilder graph = Begin(options.Bands, options.ChipSize, out string input);
        (string scores, string boxes) = prepared.AddTo(graph, input);

        // What SsdAnchors.Decode does: x before y, as others have them, and in pixels.
        ReadOnlySpan<float> anchors = prepared.Anchors.Boxes;
        float[] scale = new float[anchors.Length];
        float[] shift = new float[anchors.Length];
        for (int i = 0; i < anchors.Length; i += 4)
        {
            float reach = prepared.Anchors.Cells[i / 4] / 2 * options.ChipSize;
            float height = anchors[i + 2] * options.ChipSize;
            float width = anchors[i + 3] * options.ChipSize;
            ((ReadOnlySpan<float>)[reach, reach, width / 2, height / 2]).CopyTo(scale.AsSpan(i));
            ((ReadOnlySpan<float>)[anchors[i + 1] * options.ChipSize, anchors[i] * options.ChipSize, width, height]).CopyTo(shift.AsSpan(i));
        }

        long count = prepared.Anchors.Count;
        string moves = graph.Add("Gather", [graph.Add("Tanh", [boxes]), graph.Integers(1, 0, 3, 2)], OnnxAttribute.Of("axis", 2));
        string placed = graph.Add("Add", [graph.Add("Mul", [moves, graph.Constant(scale, count, 4)]), graph.Constant(shift, count, 4)]);
        string known = graph.Add("Slice", [scores, graph.Integers(1), graph.Integers(options.Classes + 1), graph.Integers(2)]);
        string both = graph.Add("Concat", [placed, graph.Add("Sigmoid", [known])], OnnxAttribute.Of("axis", 2));
        string columns = graph.Add("Transpose", [both], OnnxAttribute.Of("perm", 0, 2, 1));
        graph.Output(columns, Output, s_batch, new(4 + options.Classes), new(count));
        return graph.Build(nameof(SingleShotDetector));
    }

    public static OnnxGraph PixelClassifier(UnetNetwork network)
    {
        using PreparedUnet prepared = network.Prepare();
        UnetOptions options = prepared.Options;
        OnnxGraphBuilder graph = Begin(options.Bands, options.ChipSize, out string input);
        string scores = prepared.AddTo(graph, input);
        int[] unlearnt = [.. Enumerable.Range(0, options.Classes + 1).Where(options.Loss.IsIgnored)];
        if (unlearnt.Length > 0)
        {
            float[] never = new float[options.Classes + 1];
            float[] kept = [.. Enumerable.Repeat(1f, never.Length)];
            foreach (int label in unlearnt)
            {
                (never[label], kept[label]) = (Never, 0);
            }

            string without = graph.Add("Mul", [scores, graph.Constant(kept, 1, kept.Length, 1, 1)]);
            scores = graph.Add("Add", [without, graph.Constant(never, 1, never.Length, 1, 1)]);
        }

        string shares = graph.Add("Softmax", [scores], OnnxAttribute.Of("axis", 1));
        graph.Output(shares, Output, s_batch, new(options.Classes + 1), new(options.ChipSize), new(options.ChipSize));
        return graph.Build(nameof(UnetClassifier));
    }

    public static OnnxGraph ImageClassifier(ClassifierNetwork network)
    {
        using PreparedClassifier prepared = network.Prepare();
        ClassifierOptions options = prepared.Options;
        OnnxGraphBuilder graph = Begin(options.Bands, options.ChipSize, out string input);
        string scores = prepared.AddTo(graph, input);
        string shares = options.Loss.IsMultiLabel ? graph.Add("Sigmoid", [scores]) : graph.Add("Softmax", [scores], OnnxAttribute.Of("axis", 1));
        graph.Output(shares, Output, s_batch, new(options.Classes));
        return graph.Build(nameof(FeatureClassifier));
    }

    private static OnnxGraphBuilder Begin(int bands, int chipSize, out string input)
    {
        OnnxGraphBuilder graph = new();
        input = graph.Input(Input, s_batch, new(bands), new(chipSize), new(chipSize));
        return graph;
    }
}
