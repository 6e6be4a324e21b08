namespace ArcLearn.Core.Formats.Onnx;

/// <summary>Writes ONNX files; the numbers of the fields are those of onnx.proto3. Equal models give equal bytes.</summary>
internal static class OnnxWriter
{
    // Protocol Buffers know no longer message.
    private const long LongestMessage = int.MaxValue;

    /// <exception cref="LearnDataException">ModelTooLarge: the model is larger than an ONNX file can be.</exception>
    public static void Write(Stream stream, OnnxModel model)
    {
        ProtobufMessage message = Message(model);
        if (message.Length > LongestMessage)
        {
            throw new LearnDataException("ModelTooLarge", $"The model has {message.Length >> 20} MB; an ONNX file has at most 2048 MB.");
        }

        message.WriteTo(stream);
    }

    private static ProtobufMessage Message(OnnxModel model)
    {
        ProtobufMessage message = new();
        message.Add(1, model.IrVersion);
        message.Add(2, model.Producer);
        message.Add(3, model.ProducerVersion);
        message.Add(7, Message(model.Graph));
        foreach (OnnxOperatorSet set in model.OperatorSets)
        {
            ProtobufMessage part = new();
            part.Add(1, set.Domain);
            part.Add(2, set.Version);
            message.Add(8, part);
        }

        foreach (KeyValuePair<string, string> fact in model.Metadata)
        {
            message.Add(14, Message(fact));
        }

        return message;
    }

    private static ProtobufMessage Message(OnnxGraph graph)
    {
        ProtobufMessage message = new();
        foreach (OnnxNode node in graph.Nodes)
        {
            message.Add(1, Message(node));
        }

        message.Add(2, graph.Name);
        foreach (OnnxTensor tensor in graph.Initializers)
        {
            message.Add(5, Message(tensor));
        }

        foreach (OnnxValue input in graph.Inputs)
        {
            message.Add(11, Message(input));
        }

        foreach (OnnxValue output in graph.Outputs)
        {
            message.Add(12, Message(output));
        }

        return message;
    }

    private static ProtobufMessage Message(OnnxNode node)
    {
        ProtobufMessage message = new();
        foreach (string input in node.Inputs)
        {
            message.Add(1, input);
        }

        foreach (string output in node.Outputs)
        {
            message.Add(2, output);
        }

        message.Add(3, node.Name);
        message.Add(4, node.OpType);
        foreach (OnnxAttribute attribute in node.Attributes)
        {
            message.Add(5, Message(attribute));
        }

        if (node.Domain.Length > 0)
        {
            message.Add(7, node.Domain);
        }

        return message;
    }

    private static ProtobufMessage Message(OnnxAttribute attribute)
    {
        ProtobufMessage message = new();
        message.Add(1, attribute.Name);
        switch (attribute.Type)
        {
            case OnnxAttributeType.Float:
                message.Add(2, attribute.Float);
                break;
            case OnnxAttributeType.Integer:
                message.Add(3, attribute.Integer);
                break;
            case OnnxAttributeType.Text:
                message.Add(4, attribute.Text);
                break;
            case OnnxAttributeType.Tensor:
                message.Add(5, Message(attribute.Tensors[0]));
                break;
            case OnnxAttributeType.Graph:
                message.Add(6, Message(attribute.Graphs[0]));
                break;
            case OnnxAttributeType.Integers:
                message.AddPacked(8, attribute.Integers);
                break;
            default:
                throw new NotSupportedException($"Attributes of type {attribute.Type} are not written.");
        }

        message.Add(20, (long)attribute.Type);
        return message;
    }

    private static ProtobufMessage Message(OnnxTensor tensor)
    {
        ProtobufMessage message = new();
        message.AddPacked(1, tensor.Shape);
        message.Add(2, (long)tensor.DataType);
        message.Add(8, tensor.Name);
        if (tensor.Raw is ReadOnlyMemory<byte> raw)
        {
            message.Add(9, raw);
        }

        foreach (KeyValuePair<string, string> place in tensor.External)
        {
            message.Add(13, Message(place));
        }

        if (tensor.IsExternal)
        {
            message.Add(14, 1);
        }

        return message;
    }

    private static ProtobufMessage Message(OnnxValue value)
    {
        ProtobufMessage shape = new();
        foreach (OnnxDimension dimension in value.Shape ?? [])
        {
            ProtobufMessage side = new();
            if (dimension.Size is long size)
            {
                side.Add(1, size);
            }
            else if (dimension.Name is string name)
            {
                side.Add(2, name);
            }

            shape.Add(1, side);
        }

        ProtobufMessage tensor = new();
        tensor.Add(1, (long)(value.DataType ?? OnnxDataType.Undefined));
        if (value.Shape is not null)
        {
            tensor.Add(2, shape);
        }

        ProtobufMessage type = new();
        type.Add(1, tensor);
        ProtobufMessage message = new();
        message.Add(1, value.Name);
        message.Add(2, type);
        return message;
    }

    private static ProtobufMessage Message(KeyValuePair<string, string> pair)
    {
        ProtobufMessage message = new();
        message.Add(1, pair.Key);
        message.Add(2, pair.Value);
        return message;
    }
}
