using ArcLearn.Core.IO;
using ArcLearn.Core.Packaging;

namespace ArcLearn.Core.Formats.Onnx;

/// <summary>
/// Whether an ONNX file keeps the rules of its format (onnx.ai, "Open Neural Network Exchange Intermediate Representation"), before a runtime sees it: names that are given once and
/// before they are used, numbers that are as many as their shape says, data in other files only beside it, operators of known domains.
/// </summary>
internal sealed class OnnxChecker
{
    // Of onnx.proto3 at this time.
    private const long NewestIrVersion = 14;
    private const long NewestOperatorSet = 1000;

    // What constants may make of nothing: a gigabyte of 32-bit numbers. A runtime computes them as it loads the file.
    private const long LargestResult = 1L << 28;
    private const long LargestTiling = 1L << 16;
    private const long LargestPad = 1024;
    private const long LongestLoop = 1_000_000;

    private static readonly HashSet<string> s_domains = new(StringComparer.Ordinal) { "", "ai.onnx", "ai.onnx.ml", "com.microsoft", "com.microsoft.nchwc" };

    // Which of its inputs is the shape of what it makes.
    private static readonly Dictionary<string, int> s_shapes = new(StringComparer.Ordinal)
    {
        ["ConstantOfShape"] = 0, ["Expand"] = 1, ["Tile"] = 1, ["Resize"] = 3, ["Reshape"] = 1,
    };

    // How large numbers of convolutions and pools may be: far more than any network has, and too little to fill the memory.
    private static readonly Dictionary<string, long> s_windows = new(StringComparer.Ordinal)
    {
        ["kernel_shape"] = 4096, ["strides"] = 64, ["pads"] = LargestPad, ["dilations"] = 1024, ["output_padding"] = 64, ["output_shape"] = 1 << 14, ["blocksize"] = 64,
    };

    private readonly string _path;
    private readonly string _shown;
    private readonly IFileSystem _files;
    private HashSet<string> _imported = [];

    private OnnxChecker(string path, string shown, IFileSystem files) => (_path, _shown, _files) = (path, shown, files);

    /// <param name="path">The file: data in other files lie in its folder.</param>
    /// <param name="shown">What messages call it; null for its path.</param>
    /// <exception cref="LearnFormatException">A rule is broken; the message names it and what broke it.</exception>
    public static void Check(OnnxModel model, string path, IFileSystem? files = null, string? shown = null) => new OnnxChecker(path, shown ?? path, files ?? LocalFileSystem.Instance).Check(model);

    private void Check(OnnxModel model)
    {
        Require(model.IrVersion is >= 1 and <= NewestIrVersion, $"is of version {model.IrVersion} of the format; 1 to {NewestIrVersion} are known");
        Require(model.OperatorSets.Count > 0, "does not say which operators it uses");
        foreach (OnnxOperatorSet set in model.OperatorSets)
        {
            Require(s_domains.Contains(set.Domain), $"uses operators of '{set.Domain}', which is no known domain");
            Require(set.Version is >= 1 and <= NewestOperatorSet, $"uses version {set.Version} of the operators of '{set.Domain}', which there is not");
        }

        _imported = [.. model.OperatorSets.Select(set => Plain(set.Domain))];
        Require(_imported.Count == model.OperatorSets.Count, "names the operators of a domain twice");
        Require(model.Functions == 0, "has functions of its own; convert it with these inlined (onnx.inliner.inline_local_functions)");
        Require(model.Metadata.Select(fact => fact.Key).Distinct(StringComparer.Ordinal).Count() == model.Metadata.Count, "has a key of its metadata twice");
        Require(model.Graph.Outputs.Count > 0, "has no output");
        Check(model.Graph, []);
    }

    /// <param name="known">Values of the graphs around this one; as it was afterwards, since thousands of inner graphs cannot each have a copy.</param>
    private void Check(OnnxGraph graph, HashSet<string> known)
    {
        Require(graph.SparseInitializers == 0, "has sparse weights; convert it with dense ones");
        HashSet<string> given = [];
        HashSet<string> shadowing = [];
        Dictionary<string, IReadOnlyList<long>> numbers = new(StringComparer.Ordinal);
        foreach (OnnxValue input in graph.Inputs)
        {
            Require(input.Name.Length > 0, "has an input without a name");
            Require(given.Add(input.Name), $"has two inputs '{input.Name}'");
            Check(input);
        }

        HashSet<string> weights = [];
        foreach (OnnxTensor tensor in graph.Initializers)
        {
            Require(tensor.Name.Length > 0, "has a weight without a name");
            Require(weights.Add(tensor.Name), $"has two weights '{tensor.Name}'");
            Check(tensor);
            numbers[tensor.Name] = tensor.ToIntegers();
        }

        given.UnionWith(weights);
        foreach (string name in given)
        {
            _ = known.Add(name) || shadowing.Add(name);
        }

        HashSet<string> later = [.. graph.Nodes.SelectMany(node => node.Outputs)];
        foreach (OnnxNode node in graph.Nodes)
        {
            Check(node, known, later, numbers);
            foreach (string output in node.Outputs.Where(name => name.Length > 0))
            {
                Require(given.Add(output), $"gives the name '{output}' twice");
                _ = known.Add(output) || shadowing.Add(output);
            }

            if (node.OpType == "Constant" && node.Outputs.Count == 1 && node.Attributes.FirstOrDefault(one => one.Tensors.Count == 1)?.Tensors[0] is OnnxTensor constant)
            {
                numbers[node.Outputs[0]] = constant.ToIntegers();
            }
        }

        foreach (OnnxValue output in graph.Outputs)
        {
            Require(known.Contains(output.Name), $"has an output '{output.Name}' that nothing gives");
            Check(output);
        }

        known.ExceptWith(given.Except(shadowing));
    }

    private void Check(OnnxValue value)
    {
        Require(value.DataType is null || Enum.IsDefined(value.DataType.Value), $"has the value '{value.Name}' of an unknown type ({(int?)value.DataType})");
        Require(value.Shape is null || value.Shape.All(side => side.Size is null or >= 0), $"has the value {value} with a negative side");
    }

    private void Check(OnnxNode node, HashSet<string> known, HashSet<string> later, Dictionary<string, IReadOnlyList<long>> numbers)
    {
        string shown = $"{(node.OpType.Length > 0 ? node.OpType : "operator")} '{(node.Name.Length > 0 ? node.Name : node.Outputs is [string output, ..] ? output : "")}'";
        Require(node.OpType.Length > 0, $"has an operator without a type ({shown})");
        Require(_imported.Contains(Plain(node.Domain)), $"does not say which version of the operators of '{node.Domain}' its {shown} is");
        Require(node.Outputs.Any(name => name.Length > 0), $"has the {shown}, which gives nothing");
        foreach (string input in node.Inputs.Where(input => input.Length > 0 && !known.Contains(input)))
        {
            Require(!later.Contains(input), $"has the {shown} before the one that gives its input '{input}': a circle, or a wrong order");
            Require(false, $"has the {shown}, whose input '{input}' nothing gives");
        }

        HashSet<string> names = [];
        foreach (OnnxAttribute attribute in node.Attributes)
        {
            Require(attribute.Name.Length > 0 && names.Add(attribute.Name), $"has the {shown} with an attribute '{attribute.Name}' that has no name or comes twice");
            Require(!attribute.IsReference, $"has the {shown} with an attribute of a function outside of one");
            foreach (OnnxTensor tensor in attribute.Tensors)
            {
                Check(tensor);
            }

            foreach (OnnxGraph inner in attribute.Graphs)
            {
                Check(inner, known);
            }

            if (s_windows.TryGetValue(attribute.Name, out long most))
            {
                Require(attribute.Integers.Append(attribute.Integer).All(side => side >= -most && side <= most), $"has the {shown} with {attribute.Name} beyond {most}");
            }
        }

        CheckConstants(node, shown, numbers);
    }

    /// <summary>What constants alone make an operator do.</summary>
    private void CheckConstants(OnnxNode node, string shown, Dictionary<string, IReadOnlyList<long>> numbers)
    {
        if (s_shapes.TryGetValue(node.OpType, out int place) && place < node.Inputs.Count && numbers.TryGetValue(node.Inputs[place], out IReadOnlyList<long>? sides))
        {
            Require(Product(sides) <= (node.OpType == "Tile" ? LargestTiling : LargestResult), $"has the {shown} for a result of [{string.Join(", ", sides.Take(8))}]");
        }
        else if (node.OpType == "Pad" && node.Inputs.Count > 1 && numbers.TryGetValue(node.Inputs[1], out IReadOnlyList<long>? pads))
        {
            Require(pads.All(pad => pad is >= -LargestPad and <= LargestPad), $"has the {shown} with pads beyond {LargestPad}");
        }
        else if (node.OpType == "Loop")
        {
            string count = node.Inputs is [string first, ..] ? first : "";
            Require(count.Length > 0, $"has the {shown}, which may never end");
            Require(!numbers.TryGetValue(count, out IReadOnlyList<long>? turns) || turns.All(turn => turn <= LongestLoop), $"has the {shown} of more than {LongestLoop} turns");
        }
    }

    private void Check(OnnxTensor tensor)
    {
        string shown = $"weights '{tensor.Name}'";
        Require(Enum.IsDefined(tensor.DataType) && tensor.DataType != OnnxDataType.Undefined, $"has the {shown} of an unknown type ({(int)tensor.DataType})");
        Require(tensor.Shape.All(side => side >= 0), $"has the {shown} with a negative side");
        Require(!tensor.IsSegment, $"has the {shown} in pieces");
        Require(tensor.Count is long, $"has the {shown} of more numbers than can be counted: [{string.Join(", ", tensor.Shape.Take(8))}]");
        long count = tensor.Count!.Value;
        Int128 bytes = (((Int128)count * tensor.DataType.Bits()) + 7) / 8;
        if (tensor.IsExternal)
        {
            Require(tensor.Raw is null && tensor.Listed == 0, $"has the {shown} both here and in another file");
            Require(tensor.DataType != OnnxDataType.Text, $"has the {shown}, text in another file");
            CheckExternal(tensor, shown, bytes);
            return;
        }

        Require(tensor.External.Count == 0, $"has the {shown} that name another file without lying there");
        if (tensor.Raw is ReadOnlyMemory<byte> raw)
        {
            Require(tensor.Listed == 0, $"has the {shown} twice");
            Require(tensor.DataType != OnnxDataType.Text, $"has the {shown}, text as raw bytes");
            Require(raw.Length == bytes, $"has the {shown} of [{string.Join(", ", tensor.Shape)}] {tensor.DataType}, {bytes} bytes, and {raw.Length} bytes of them");
            return;
        }

        Int128 listed = tensor.DataType switch
        {
            OnnxDataType.Complex64 or OnnxDataType.Complex128 => (Int128)count * 2,
            OnnxDataType.UInt4 or OnnxDataType.Int4 or OnnxDataType.Float4E2M1 => ((Int128)count + 1) / 2,
            OnnxDataType.UInt2 or OnnxDataType.Int2 => ((Int128)count + 3) / 4,
            _ => count,
        };
        Require(tensor.Listed == listed, $"has the {shown} of [{string.Join(", ", tensor.Shape)}], {listed} numbers, and {tensor.Listed} of them");
    }

    private void CheckExternal(OnnxTensor tensor, string shown, Int128 bytes)
    {
        string? location = Value("location");
        Require(location is not null, $"has the {shown} in another file and does not name it");
        string? relative = PortableName.TryNormalize(location!, out string? problem);
        Require(relative is not null, $"has the {shown} in '{location}', which {problem}; it must lie in the model's folder");
        string file = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(_path))!, relative!);
        Require(_files.FileExists(file), $"has the {shown} in '{location}', which is not there");
        Require(!IsLink(file), $"has the {shown} in '{location}', which is a link to another place");
        long length = _files.Stamp(file).Length;
        long offset = Number("offset") ?? 0;
        long size = Number("length") ?? length - offset;
        Require(
            offset >= 0 && size == bytes && offset <= length - size,
            $"has the {shown} of {bytes} bytes at {offset} in '{location}', which has {length} bytes{(size == bytes ? "" : $", and says they are {size}")}");

        string? Value(string key) => tensor.External.FirstOrDefault(pair => pair.Key == key).Value;

        long? Number(string key) => Value(key) is not string text ? null
            : long.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out long number) ? number
            : throw new LearnFormatException($"has the {shown} with '{text}' as their {key}.", _shown);
    }

    /// <summary>Whether a part of the path below the model's folder leads elsewhere.</summary>
    private bool IsLink(string file)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(_path))!;
        for (string? part = file; part is not null && part.Length > folder.Length; part = Path.GetDirectoryName(part))
        {
            FileSystemInfo info = part == file ? new FileInfo(part) : new DirectoryInfo(part);
            if (info.LinkTarget is not null)
            {
                return true;
            }
        }

        return false;
    }

    private static string Plain(string domain) => domain == "ai.onnx" ? "" : domain;

    private static Int128 Product(IReadOnlyList<long> sides)
    {
        Int128 product = 1;
        foreach (long side in sides)
        {
            product *= side < 1 ? 1 : side;
            if (product > LargestResult)
            {
                break;
            }
        }

        return product;
    }

    private void Require(bool condition, string problem)
    {
        if (!condition)
        {
            throw new LearnFormatException($"{problem}.", _shown);
        }
    }
}
