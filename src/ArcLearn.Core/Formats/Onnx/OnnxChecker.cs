using ArcLearn.Core.IO;

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

    // What constants may make of nothing, in all: a gigabyte of 32-bit numbers. A runtime computes them as it loads the file.
    private const long LargestResult = 1L << 28;

    // How many times as large constants may make a value that goes in.
    private const long LargestGrowth = 1L << 18;
    private const long LargestPad = 1024;
    private const long LargestPadding = 1L << 23;
    private const long LongestLoop = 1_000_000;
    private const long MostPlaces = 1L << 18;

    private static readonly HashSet<string> s_domains = new(StringComparer.Ordinal) { "", "ai.onnx", "ai.onnx.ml", "com.microsoft", "com.microsoft.nchwc" };

    // Which of its inputs is the shape of what it makes.
    private static readonly Dictionary<string, int> s_shapes = new(StringComparer.Ordinal)
    {
        ["ConstantOfShape"] = 0, ["Expand"] = 1, ["AffineGrid"] = 1, ["CenterCropPad"] = 1, ["Col2Im"] = 1, ["MaxUnpool"] = 2, ["Resize"] = 3,
        ["HannWindow"] = 0, ["HammingWindow"] = 0, ["BlackmanWindow"] = 0,
    };

    // What meets number by number, of sides that are equal or 1.
    private static readonly HashSet<string> s_pairs = new(StringComparer.Ordinal)
    {
        "Add", "Sub", "Mul", "Div", "Pow", "Max", "Min", "Sum", "Mean", "Mod", "Where", "And", "Or", "Xor", "Equal", "Greater", "GreaterOrEqual", "Less", "LessOrEqual", "PRelu", "BitShift", "BitwiseAnd", "BitwiseOr", "BitwiseXor",
    };

    // How large numbers of convolutions and pools may be: far more than any network has, and too little to fill the memory.
    private static readonly Dictionary<string, long> s_windows = new(StringComparer.Ordinal)
    {
        ["kernel_shape"] = 4096, ["strides"] = 64, ["pads"] = LargestPad, ["dilations"] = 1024, ["output_padding"] = 64, ["output_shape"] = 1 << 14, ["blocksize"] = 64,
        ["output_height"] = 1024, ["output_width"] = 1024, ["sample_size"] = 1 << 20,
    };

    private readonly string _path;
    private readonly string _shown;
    private readonly IFileSystem _files;
    private readonly OnnxConstants _constants = new();
    private HashSet<string> _imported = [];
    private double _made;

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
            Require(s_domains.Contains(set.Domain), $"uses operators of '{SafeText.Show(set.Domain)}', which is no known domain");
            Require(set.Version is >= 1 and <= NewestOperatorSet, $"uses version {set.Version} of the operators of '{SafeText.Show(set.Domain)}', which there is not");
        }

        _imported = [.. model.OperatorSets.Select(set => Plain(set.Domain))];
        Require(_imported.Count == model.OperatorSets.Count, "names the operators of a domain twice");
        Require(model.Functions == 0, "has functions of its own; convert it with these inlined (onnx.inliner.inline_local_functions)");
        Require(model.Metadata.Select(fact => fact.Key).Distinct(StringComparer.Ordinal).Count() == model.Metadata.Count, "has a key of its metadata twice");
        Require(model.Graph.Outputs.Count > 0, "has no output");
        Check(model.Graph, [], turns: 1);
    }

    /// <param name="known">Values of the graphs around this one; as it was afterwards, since thousands of inner graphs cannot each have a copy.</param>
    /// <param name="turns">How often it is computed, as far as constants tell.</param>
    private void Check(OnnxGraph graph, HashSet<string> known, double turns)
    {
        int mark = _constants.Enter();
        Require(graph.SparseInitializers == 0, "has sparse weights; convert it with dense ones");
        HashSet<string> given = [];
        HashSet<string> shadowing = [];
        foreach (OnnxValue input in graph.Inputs)
        {
            Require(input.Name.Length > 0, "has an input without a name");
            Require(given.Add(input.Name), $"has two inputs '{SafeText.Show(input.Name)}'");
            Check(input);
            _constants[input.Name] = null;
        }

        HashSet<string> weights = [];
        foreach (OnnxTensor tensor in graph.Initializers)
        {
            Require(tensor.Name.Length > 0, "has a weight without a name");
            Require(weights.Add(tensor.Name), $"has two weights '{SafeText.Show(tensor.Name)}'");
            _constants[tensor.Name] = Check(tensor);
        }

        given.UnionWith(weights);
        foreach (string name in given)
        {
            _ = known.Add(name) || shadowing.Add(name);
        }

        HashSet<string> later = [.. graph.Nodes.SelectMany(node => node.Outputs)];
        foreach (OnnxNode node in graph.Nodes)
        {
            Check(node, known, later, turns);
            OnnxConstant? value = _constants.Of(node, Check);
            foreach (string output in node.Outputs.Where(name => name.Length > 0))
            {
                Require(given.Add(output), $"gives the name '{SafeText.Show(output)}' twice");
                _ = known.Add(output) || shadowing.Add(output);
                _constants[output] = node.Outputs.Count == 1 || value is null ? value : OnnxConstant.Unknown;
            }
        }

        foreach (OnnxValue output in graph.Outputs)
        {
            Require(known.Contains(output.Name), $"has an output '{SafeText.Show(output.Name)}' that nothing gives");
            Check(output);
        }

        known.ExceptWith(given.Except(shadowing));
        _constants.Leave(mark);
    }

    private void Check(OnnxValue value)
    {
        Require(value.DataType is null || Enum.IsDefined(value.DataType.Value), $"has the value '{SafeText.Show(value.Name)}' of an unknown type ({(int?)value.DataType})");
        Require(value.Shape is null || value.Shape.All(side => side.Size is null or >= 0), $"has the value {value} with a negative side");
    }

    private void Check(OnnxNode node, HashSet<string> known, HashSet<string> later, double turns)
    {
        string shown = $"{(node.OpType.Length > 0 ? SafeText.Show(node.OpType) : "operator")} '{SafeText.Show(node.Name.Length > 0 ? node.Name : node.Outputs is [string output, ..] ? output : "")}'";
        Require(node.OpType.Length > 0, $"has an operator without a type ({shown})");
        Require(_imported.Contains(Plain(node.Domain)), $"does not say which version of the operators of '{SafeText.Show(node.Domain)}' its {shown} is");
        Require(node.Outputs.Any(name => name.Length > 0), $"has the {shown}, which gives nothing");
        foreach (string input in node.Inputs.Where(input => input.Length > 0 && !known.Contains(input)))
        {
            Require(!later.Contains(input), $"has the {shown} before the one that gives its input '{SafeText.Show(input)}': a circle, or a wrong order");
            Require(false, $"has the {shown}, whose input '{SafeText.Show(input)}' nothing gives");
        }

        double inside = turns * Turns(node, shown);
        Require(inside <= LongestLoop, $"has the {shown} of more than {LongestLoop} turns");
        HashSet<string> names = [];
        foreach (OnnxAttribute attribute in node.Attributes)
        {
            Require(attribute.Name.Length > 0 && names.Add(attribute.Name), $"has the {shown} with an attribute '{SafeText.Show(attribute.Name)}' that has no name or comes twice");
            Require(!attribute.IsReference, $"has the {shown} with an attribute of a function outside of one");
            Require(attribute.SparseTensors == 0, $"has the {shown} with sparse numbers; convert it with dense ones");
            foreach (OnnxTensor tensor in attribute.Tensors)
            {
                _ = Check(tensor);
            }

            foreach (OnnxGraph inner in attribute.Graphs)
            {
                Check(inner, known, inside);
            }

            if (s_windows.TryGetValue(attribute.Name, out long most))
            {
                Require(attribute.Integers.Append(attribute.Integer).All(side => side >= -most && side <= most), $"has the {shown} with {attribute.Name} beyond {most}");
            }
        }

        CheckSize(node, shown, turns);
    }

    /// <summary>How often an operator computes the graphs within it, as far as constants tell.</summary>
    private double Turns(OnnxNode node, string shown)
    {
        if (node.OpType != "Loop")
        {
            return 1;
        }

        Require(node.Inputs is [{ Length: > 0 }, ..], $"has the {shown}, which may never end");
        return Math.Max(1, Numbers(node, 0, shown)?.DefaultIfEmpty(1).Max() ?? 1);
    }

    /// <summary>How large constants alone make what an operator gives.</summary>
    private void CheckSize(OnnxNode node, string shown, double turns)
    {
        switch (node.OpType)
        {
            case string shaped when s_shapes.TryGetValue(shaped, out int place) && Numbers(node, place, shown) is { } sides:
                Make(sides);
                break;
            case "Resize" or "Upsample":
                IReadOnlyList<double> scales = Numbers(node, node.Inputs.Count > 2 ? 2 : 1, shown) ?? [.. node.Attributes.FirstOrDefault(one => one.Name == "scales")?.Floats.Select(scale => (double)scale) ?? []];
                Require(Product(scales) <= LargestGrowth, $"has the {shown} for a result of [{SafeText.List(scales)}] times its input");
                break;
            case "Tile" when Numbers(node, 1, shown) is { } repeats:
                Require(Product(repeats) <= LargestGrowth, $"has the {shown} for a result of [{SafeText.List(repeats)}] times its input");
                break;
            case "Reshape" when Numbers(node, 1, shown) is { } sides:
                Require(Product(sides) <= LargestResult, $"has the {shown} for a result of [{SafeText.List(sides)}]");
                break;
            case "Range" when node.Inputs.Count == 3 && Numbers(node, 0, shown) is [var start] && Numbers(node, 1, shown) is [var end] && Numbers(node, 2, shown) is [var step]:
                Make([Math.Max(0, Math.Ceiling((end - start) / step))]);
                break;
            case "RandomNormal" or "RandomUniform":
                Make([.. node.Attributes.FirstOrDefault(one => one.Name == "shape")?.Integers.Select(side => (double)side) ?? []]);
                break;
            case "OneHot" when Numbers(node, 1, shown) is { } depth:
                Require(Product(depth) <= LargestGrowth, $"has the {shown} for {SafeText.List(depth)} numbers in place of one");
                break;
            case "Pad" when Numbers(node, 1, shown) is { } pads:
                Require(pads.All(pad => pad is >= -LargestPad and <= LargestPad), $"has the {shown} with pads beyond {LargestPad}");
                IEnumerable<double> grown = Enumerable.Range(0, pads.Count / 2).Select(axis => 1 + Math.Max(0, pads[axis]) + Math.Max(0, pads[axis + (pads.Count / 2)]));
                Require(Product([.. grown]) <= LargestPadding, $"has the {shown} with pads of [{SafeText.List(pads)}], which are too many");
                break;
            case "Gather" when Input(node, 1)?.Count is double places && Input(node, 0) is null:
                Require(places <= MostPlaces, $"has the {shown} that takes {places} parts of its input");
                break;
            case "Gather" or "GatherND" when Input(node, 1)?.Count is double places && Input(node, 0)?.Shape is { Count: > 0 } from:
                Make([places, from.Aggregate(1.0, (product, side) => product * side) / Math.Max(1, from.Min())]);
                break;
            case string pair when s_pairs.Contains(pair) && Shapes(node) is { } shapes:
                Combine(shapes, [.. Broadcast(shapes)]);
                break;
            case "MatMul" or "Gemm" when Shapes(node) is [{ Count: > 1 } left, { Count: > 1 } right, ..] factors:
                Combine(factors, [.. Broadcast([[1, .. left.SkipLast(2)], [1, .. right.SkipLast(2)]]), IsSet("transA") ? left[^1] : left[^2], IsSet("transB") ? right[^2] : right[^1]]);
                break;
            default:
                break;
        }

        bool IsSet(string attribute) => node.Attributes.Any(one => one.Name == attribute && one.Integer != 0);

        // What is no larger than an input is no more than the file holds.
        void Combine(IReadOnlyList<long>[] inputs, IReadOnlyList<double> sides)
        {
            if (Product(sides) > inputs.Max(input => Product([.. input.Select(side => (double)side)])))
            {
                Make(sides);
            }
        }

        void Make(IReadOnlyList<double> sides)
        {
            double size = Product(sides);
            Require(size <= LargestResult, $"has the {shown} for a result of [{SafeText.List(sides)}]");
            _made += size * turns;
            Require(_made <= LargestResult, $"makes more than {LargestResult} numbers of nothing in all, the last of them by the {shown}");
        }
    }

    private OnnxConstant? Input(OnnxNode node, int place) => place < node.Inputs.Count ? _constants[node.Inputs[place]] : null;

    /// <summary>The numbers of an input that decides a size; null where it depends on what goes in, or is left out.</summary>
    private IReadOnlyList<double>? Numbers(OnnxNode node, int place, string shown)
    {
        OnnxConstant? constant = Input(node, place);
        Require(
            constant is null or { Numbers: not null },
            $"has the {shown}, whose input '{(constant is null ? "" : SafeText.Show(node.Inputs[place]))}' decides how large its result is and is computed of constants in a way that is not followed here; fold the model's constants (onnxsim, or onnxruntime's basic optimizations)");
        return constant?.Numbers;
    }

    /// <summary>The shapes of an operator's inputs where all are constants of known shape; else null.</summary>
    private IReadOnlyList<long>[]? Shapes(OnnxNode node)
    {
        OnnxConstant?[] inputs = [.. node.Inputs.Where(name => name.Length > 0).Select(name => _constants[name])];
        return inputs.Length > 1 && inputs.All(input => input?.Shape is not null) ? [.. inputs.Select(input => input!.Shape!)] : null;
    }

    private static IEnumerable<double> Broadcast(IReadOnlyList<IReadOnlyList<long>> shapes) =>
        Enumerable.Range(1, shapes.Max(shape => shape.Count)).Select(place => shapes.Max(shape => place <= shape.Count ? (double)shape[^place] : 1)).Reverse();

    /// <returns>The tensor as a constant.</returns>
    private OnnxConstant Check(OnnxTensor tensor)
    {
        string shown = $"weights '{SafeText.Show(tensor.Name)}'";
        Require(Enum.IsDefined(tensor.DataType) && tensor.DataType != OnnxDataType.Undefined, $"has the {shown} of an unknown type ({(int)tensor.DataType})");
        Require(tensor.Shape.All(side => side >= 0), $"has the {shown} with a negative side");
        Require(!tensor.IsSegment, $"has the {shown} in pieces");
        Require(tensor.Count is long, $"has the {shown} of more numbers than can be counted: [{SafeText.List(tensor.Shape)}]");
        long count = tensor.Count!.Value;
        Int128 bytes = (((Int128)count * tensor.DataType.Bits()) + 7) / 8;
        if (tensor.IsExternal)
        {
            Require(tensor.Raw is null && tensor.Listed == 0, $"has the {shown} both here and in another file");
            Require(tensor.DataType != OnnxDataType.Text, $"has the {shown}, text in another file");
            return new OnnxConstant(tensor.Shape, CheckExternal(tensor, shown, bytes));
        }

        Require(tensor.External.Count == 0, $"has the {shown} that name another file without lying there");
        if (tensor.Raw is ReadOnlyMemory<byte> raw)
        {
            Require(tensor.Listed == 0, $"has the {shown} twice");
            Require(tensor.DataType != OnnxDataType.Text, $"has the {shown}, text as raw bytes");
            Require(raw.Length == bytes, $"has the {shown} of [{SafeText.List(tensor.Shape)}] {tensor.DataType}, {bytes} bytes, and {raw.Length} bytes of them");
            return new OnnxConstant(tensor.Shape, tensor.ToNumbers(raw));
        }

        Int128 listed = tensor.DataType switch
        {
            OnnxDataType.Complex64 or OnnxDataType.Complex128 => (Int128)count * 2,
            OnnxDataType.UInt4 or OnnxDataType.Int4 or OnnxDataType.Float4E2M1 => ((Int128)count + 1) / 2,
            OnnxDataType.UInt2 or OnnxDataType.Int2 => ((Int128)count + 3) / 4,
            _ => count,
        };
        Require(tensor.Listed == listed, $"has the {shown} of [{SafeText.List(tensor.Shape)}], {listed} numbers, and {tensor.Listed} of them");
        return new OnnxConstant(tensor.Shape, tensor.ToNumbers(null));
    }

    /// <returns>The numbers, where they are few.</returns>
    private IReadOnlyList<double>? CheckExternal(OnnxTensor tensor, string shown, Int128 bytes)
    {
        string name = OnnxExternalData.FileOf(tensor, _shown);
        string location = SafeText.Show(name);
        string folder = Path.GetDirectoryName(Path.GetFullPath(_path))!;
        string file = Path.Combine(folder, name);
        if (FolderLinks.Find(_files, folder, name) is var (link, target))
        {
            throw new LearnFormatException($"has the {shown} in '{location}', and {SafeText.ShowPath(link)} is a link to another place, {SafeText.ShowPath(target)}.", _shown);
        }

        Require(_files.FileExists(file), $"has the {shown} in '{location}', which is not there");
        long length = _files.Stamp(file).Length;
        long offset = Number("offset") ?? 0;
        long size = Number("length") ?? length - offset;
        Require(
            offset >= 0 && size == bytes && offset <= length - size,
            $"has the {shown} of {bytes} bytes at {offset} in '{location}', which has {length} bytes{(size == bytes ? "" : $", and says they are {size}")}");
        if (tensor.Count > OnnxConstant.MostNumbers)
        {
            return null;
        }

        byte[] numbers = new byte[size];
        using Stream stream = _files.OpenRead(file);
        stream.Position = offset;
        stream.ReadExactly(numbers);
        return tensor.ToNumbers(numbers);

        string? Value(string key) => tensor.External.FirstOrDefault(pair => pair.Key == key).Value;

        long? Number(string key) => Value(key) is not string text ? null
            : long.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out long number) ? number
            : throw new LearnFormatException($"has the {shown} with '{SafeText.Show(text)}' as their {key}.", _shown);
    }

    private static string Plain(string domain) => domain == "ai.onnx" ? "" : domain;

    /// <summary>Of the sides above 1: 0 and −1 stand for others. No number for what is none.</summary>
    private static double Product(IReadOnlyList<double> sides) => sides.Aggregate(1.0, (product, side) => product * (side < 1 ? 1 : side));

    private void Require(bool condition, string problem)
    {
        if (!condition)
        {
            throw new LearnFormatException($"{problem}.", _shown);
        }
    }
}
