using System.Buffers.Binary;
using System.Text.Json;

namespace ArcLearn.Core.Formats;

/// <summary>
/// Reads the safetensors format (github.com/huggingface/safetensors, "Format"): 8 bytes with the length of a header in JSON, the header
/// <c>{ "name": { "dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24] }, "__metadata__": { "key": "text" } }</c>, then the numbers, which fill the rest of the file without holes.
/// </summary>
internal sealed class SafetensorsReader(FileBytes bytes, string path) : IStorageReader
{
    public const int LengthBytes = 8;

    /// <summary>The format's own bound, in bytes.</summary>
    private const int LongestHeader = 100_000_000;
    private const int MostTensors = 100_000;
    private const int MostDimensions = 16;

    private readonly Dictionary<string, long> _places = new(StringComparer.Ordinal);
    private long _data;

    public object? ReadRoot()
    {
        long length = BinaryPrimitives.ReadInt64LittleEndian(bytes.Span(0, LengthBytes));
        if (length is < 2 or > LongestHeader || length > bytes.Length - LengthBytes)
        {
            throw Fail($"claims a header of {length} bytes; a safetensors file of {bytes.Length} bytes has one of 2 to {Math.Min(LongestHeader, bytes.Length - LengthBytes)}.");
        }

        _data = LengthBytes + length;
        try
        {
            return ReadHeader(bytes.Span(LengthBytes, (int)length));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            throw new LearnFormatException($"its header is no sound JSON: {SafeText.Show(e.Message)}", path, inner: e);
        }
    }

    /// <summary>The format has no checksums.</summary>
    public void Check(TorchStorage storage)
    {
    }

    public ReadOnlySpan<byte> Numbers(TorchStorage storage, long start, int length) => bytes.Span(_data + _places[storage.Key] + start, length);

    private PickleDict ReadHeader(ReadOnlySpan<byte> header)
    {
        PickleDict tensors = new();
        HashSet<string> names = new(StringComparer.Ordinal);
        List<(string Name, long Begin, long End)> parts = [];
        Utf8JsonReader json = new(header, new JsonReaderOptions { MaxDepth = 4 });
        Require(json.Read() && json.TokenType == JsonTokenType.StartObject, "its header is no object.");
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            string name = json.GetString()!;
            Require(names.Add(name), $"has '{SafeText.Show(name)}' twice.");
            Require(names.Count <= MostTensors, $"has more than {MostTensors} tensors.");
            json.Read();
            if (name == SafetensorsWriter.Metadata)
            {
                SkipMetadata(ref json);
                continue;
            }

            (TorchTensor tensor, long begin, long end) = ReadTensor(ref json, name);
            tensors[name] = tensor;
            _places[name] = begin;
            parts.Add((name, begin, end));
        }

        Require(!json.Read(), "has more behind its header's object.");
        RequireFilled(parts);
        return tensors;
    }

    /// <summary>Text by key, which no model here needs.</summary>
    private void SkipMetadata(ref Utf8JsonReader json)
    {
        Require(json.TokenType == JsonTokenType.StartObject, $"its {SafetensorsWriter.Metadata} is no object.");
        HashSet<string> keys = new(StringComparer.Ordinal);
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            string key = json.GetString()!;
            Require(keys.Add(key), $"its {SafetensorsWriter.Metadata} has '{SafeText.Show(key)}' twice.");
            Require(json.Read() && json.TokenType == JsonTokenType.String, $"'{SafeText.Show(key)}' of its {SafetensorsWriter.Metadata} is no text.");
        }
    }

    private (TorchTensor Tensor, long Begin, long End) ReadTensor(ref Utf8JsonReader json, string name)
    {
        string shown = SafeText.Show(name);
        Require(json.TokenType == JsonTokenType.StartObject, $"'{shown}' is no object.");
        string? type = null;
        long[]? shape = null;
        long[]? offsets = null;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            string key = json.GetString()!;
            json.Read();
            switch (key)
            {
                case "dtype" when type is null && json.TokenType == JsonTokenType.String:
                    type = json.GetString();
                    break;
                case "shape" when shape is null:
                    shape = ReadNumbers(ref json, $"the shape of '{shown}'");
                    break;
                case "data_offsets" when offsets is null:
                    offsets = ReadNumbers(ref json, $"the data_offsets of '{shown}'");
                    break;
                default:
                    throw Fail($"'{shown}' has the key '{SafeText.Show(key)}' twice, of another kind or unknown to the format.");
            }
        }

        if (type is null || shape is null || offsets is not [long begin, long end])
        {
            throw Fail($"'{shown}' lacks dtype, shape or two data_offsets.");
        }

        TorchDataType known = TorchDataTypes.OfSafetensors(type)
            ?? throw Fail($"'{shown}' has numbers of the type {SafeText.Show(type)}, which no model here has.");
        long count = Count(shape, shown);
        Require(
            begin <= end && end <= bytes.Length - _data && count <= bytes.Length && end - begin == count * known.Size(),
            $"'{shown}' lies at [{begin}, {end}] of {bytes.Length - _data} bytes, which are not {count} numbers of {type}.");
        return (TorchTensor.Whole(new TorchStorage(name, known, count), shape), begin, end);
    }

    private long[] ReadNumbers(ref Utf8JsonReader json, string what)
    {
        Require(json.TokenType == JsonTokenType.StartArray, $"{what} is no list.");
        List<long> numbers = [];
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            Require(
                json.TokenType == JsonTokenType.Number && json.TryGetInt64(out long number) && number >= 0 && numbers.Count < MostDimensions,
                $"{what} is not made of at most {MostDimensions} whole numbers that are not negative.");
            numbers.Add(json.GetInt64());
        }

        return [.. numbers];
    }

    /// <summary>How many numbers a shape has; sides of 0 hide no overflow of the others.</summary>
    private long Count(long[] shape, string shown)
    {
        try
        {
            long most = shape.Aggregate(1L, (product, side) => checked(product * Math.Max(1, side)));
            return shape.Contains(0) ? 0 : most;
        }
        catch (OverflowException)
        {
            throw Fail($"the shape of '{shown}' has more numbers than can be counted.");
        }
    }

    /// <summary>Holes could hide other data, and parts that overlap other weights than the file's length tells.</summary>
    private void RequireFilled(List<(string Name, long Begin, long End)> parts)
    {
        long at = 0;
        foreach ((string name, long begin, long end) in parts.OrderBy(part => part.Begin).ThenBy(part => part.End))
        {
            Require(begin == at, $"the numbers of '{SafeText.Show(name)}' begin at {begin} where those before end at {at}.");
            at = end;
        }

        Require(at == bytes.Length - _data, $"holds {bytes.Length - _data} bytes of numbers where its header lists {at}.");
    }

    private void Require(bool isSound, string message)
    {
        if (!isSound)
        {
            throw Fail(message);
        }
    }

    private LearnFormatException Fail(string message) => new(message, path);
}
