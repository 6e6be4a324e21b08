using System.Security.Cryptography;
using ArcLearn.Core.Formats;
using ArcLearn.Core.Formats.Onnx;
using ArcLearn.Core.IO;

namespace ArcLearn.Core.Inference.Onnx;

/// <summary>What goes into an ONNX model and what comes out, as its file says.</summary>
/// <param name="Input">The one input that is no weight.</param>
/// <param name="Outputs">In the file's order.</param>
/// <param name="Metadata">Facts by key.</param>
internal sealed record OnnxSignature(OnnxValue Input, IReadOnlyList<OnnxOutput> Outputs, IReadOnlyDictionary<string, string> Metadata);

/// <param name="Activation">The operator that the values come from, seen through those that only move them.</param>
internal sealed record OnnxOutput(OnnxValue Value, string Activation)
{
    /// <summary>Whether the values are probabilities already.</summary>
    public bool IsProbability => Activation is "Softmax" or "Sigmoid" or "HardSigmoid";
}

/// <summary>An ONNX file that was read and found to keep the rules.</summary>
internal sealed class OnnxFile
{
    private static readonly HashSet<string> s_moving = new(StringComparer.Ordinal) { "Identity", "Cast", "Reshape", "Transpose", "Squeeze", "Unsqueeze", "Flatten", "Dropout" };

    private OnnxFile(string path, OnnxSignature signature, byte[] bytes, IReadOnlyList<string> others) =>
        (Path, Signature, Bytes, Others) = (path, signature, bytes, others);

    public string Path { get; }

    public OnnxSignature Signature { get; }

    public byte[] Bytes { get; }

    /// <summary>Other files that hold weights.</summary>
    public IReadOnlyList<string> Others { get; }

    /// <param name="shown">What messages call the file; null for its path.</param>
    /// <exception cref="LearnFormatException">It is no ONNX file, damaged, or breaks a rule.</exception>
    public static OnnxFile Open(string path, string? shown = null, IFileSystem? files = null) => Of(OnnxReader.ReadBytes(path, files, shown), path, files, shown);

    /// <summary>A file that was read.</summary>
    /// <inheritdoc cref="Open"/>
    public static OnnxFile Of(byte[] bytes, string path, IFileSystem? files = null, string? shown = null) => Of(OnnxReader.Read(bytes, shown ?? path), bytes, path, files, shown);

    /// <inheritdoc cref="Of(byte[], string, IFileSystem?, string?)"/>
    /// <param name="model">What was read of <paramref name="bytes"/>.</param>
    public static OnnxFile Of(OnnxModel model, byte[] bytes, string path, IFileSystem? files = null, string? shown = null)
    {
        shown ??= path;
        OnnxChecker.Check(model, path, files, shown);
        string folder = System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path))!;
        return new OnnxFile(path, SignatureOf(model, shown), bytes, [.. OnnxExternalData.FilesOf(model, shown).Select(name => System.IO.Path.Combine(folder, name))]);
    }

    /// <summary>A hash of all that the file holds, weights in other files among it.</summary>
    public string Hash(IFileSystem? files = null)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Bytes);
        byte[] buffer = new byte[1 << 20];
        foreach (string other in Others)
        {
            using Stream stream = (files ?? LocalFileSystem.Instance).OpenRead(other);
            for (int read; (read = stream.Read(buffer)) > 0;)
            {
                hash.AppendData(buffer.AsSpan(0, read));
            }
        }

        return Convert.ToHexString(hash.GetHashAndReset());
    }

    private static OnnxSignature SignatureOf(OnnxModel model, string shown)
    {
        HashSet<string> weights = [.. model.Graph.Initializers.Select(tensor => tensor.Name)];
        OnnxValue[] inputs = [.. model.Graph.Inputs.Where(input => !weights.Contains(input.Name))];
        if (inputs is not [OnnxValue input])
        {
            throw new LearnFormatException($"takes {inputs.Length} inputs ({SafeText.List([.. inputs.Select(one => SafeText.Show(one.Name))])}); a model of images takes one.", shown);
        }

        Dictionary<string, OnnxNode> makers = new(StringComparer.Ordinal);
        foreach (OnnxNode node in model.Graph.Nodes)
        {
            foreach (string output in node.Outputs.Where(name => name.Length > 0))
            {
                makers[output] = node;
            }
        }

        return new OnnxSignature(
            input,
            [.. model.Graph.Outputs.Select(output => new OnnxOutput(output, Activation(output.Name, makers)))],
            model.Metadata.ToDictionary(fact => fact.Key, fact => fact.Value, StringComparer.Ordinal));
    }

    private static string Activation(string value, Dictionary<string, OnnxNode> makers)
    {
        // The order of the operators is checked: no circle. An input that is left out has no name.
        while (value.Length > 0 && makers.TryGetValue(value, out OnnxNode? maker))
        {
            if (!s_moving.Contains(maker.OpType) || maker.Inputs.Count == 0)
            {
                return maker.OpType;
            }

            value = maker.Inputs[0];
        }

        return "";
    }
}
