using ArcLearn.Core.Packaging;

namespace ArcLearn.Core.Formats.Onnx;

/// <summary>Numbers of an ONNX model that lie in other files (onnx.ai, "External Data"): beside the model's own, or in folders there.</summary>
internal static class OnnxExternalData
{
    private const string LocationKey = "location";

    /// <summary>The file that a tensor's numbers lie in, relative to the model's folder, '/' between parts.</summary>
    /// <param name="shown">What messages call the model.</param>
    /// <exception cref="LearnFormatException">It names none, two, or one that may lie elsewhere.</exception>
    public static string FileOf(OnnxTensor tensor, string shown)
    {
        string weights = $"has the weights '{SafeText.Show(tensor.Name)}'";
        string[] named = [.. tensor.External.Where(pair => pair.Key == LocationKey).Select(pair => pair.Value)];

        // Programs differ in which of two they take.
        return tensor.External.DistinctBy(pair => pair.Key, StringComparer.Ordinal).Count() != tensor.External.Count
            ? throw new LearnFormatException($"{weights}, whose place in another file is told twice.", shown)
            : named is not [string location]
            ? throw new LearnFormatException($"{weights} in another file and does not name it.", shown)
            : PortableName.TryNormalize(location, out string? problem)
            ?? throw new LearnFormatException($"{weights} in '{SafeText.Show(location)}', which {problem}; it must lie in the model's folder.", shown);
    }

    /// <summary>All such files of a model, in ordinal order.</summary>
    /// <inheritdoc cref="FileOf"/>
    public static IReadOnlyList<string> FilesOf(OnnxModel model, string shown) =>
        [.. Tensors(model.Graph).Where(tensor => tensor.IsExternal).Select(tensor => FileOf(tensor, shown)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    private static IEnumerable<OnnxTensor> Tensors(OnnxGraph graph) => graph.Initializers.Concat(
        graph.Nodes.SelectMany(node => node.Attributes).SelectMany(attribute => attribute.Tensors.Concat(attribute.Graphs.SelectMany(Tensors))));
}
