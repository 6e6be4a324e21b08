using System.Buffers.Binary;
using System.Text.Json;
using ArcLearn.Core.IO;

namespace ArcLearn.Core.Formats;

/// <summary>
/// Writes weights in the safetensors format (github.com/huggingface/safetensors, "Format"): the header's length in 8 bytes, a header
/// in JSON, the numbers one after the other. Wide types come first, so that every number lies at a multiple of its size. Equal input gives equal bytes.
/// </summary>
internal static class SafetensorsWriter
{
    /// <summary>The key of the header that is no tensor's name.</summary>
    public const string Metadata = "__metadata__";

    private const int Alignment = 8;

    /// <summary>Writes tensors by name; the file appears when it is complete.</summary>
    /// <param name="metadata">Text by key; the key format, by which loaders know whose layout the tensors have, is "pt" for PyTorch's where it is left out.</param>
    /// <exception cref="ArgumentException">A name comes twice, or is <see cref="Metadata"/>.</exception>
    public static void Write(string path, IEnumerable<KeyValuePair<string, TorchArray>> tensors, IReadOnlyDictionary<string, string>? metadata = null, IFileSystem? files = null) =>
        (files ?? LocalFileSystem.Instance).WriteAtomically(path, stream => Write(stream, tensors, metadata));

    /// <summary>Writes tensors by name to a stream that stays open.</summary>
    /// <inheritdoc cref="Write(string, IEnumerable{KeyValuePair{string, TorchArray}}, IReadOnlyDictionary{string, string}?, IFileSystem?)"/>
    public static void Write(Stream stream, IEnumerable<KeyValuePair<string, TorchArray>> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        KeyValuePair<string, TorchArray>[] ordered = [.. tensors.OrderByDescending(tensor => tensor.Value.DataType.Size())];
        byte[] header = Header(ordered, metadata ?? new Dictionary<string, string>());
        Span<byte> length = stackalloc byte[Alignment];
        BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
        stream.Write(length);
        stream.Write(header);
        foreach ((_, TorchArray array) in ordered)
        {
            stream.Write(array.Bytes);
        }
    }

    private static byte[] Header(KeyValuePair<string, TorchArray>[] tensors, IReadOnlyDictionary<string, string> metadata)
    {
        using MemoryStream header = new();
        using (Utf8JsonWriter json = new(header))
        {
            json.WriteStartObject();
            WriteMetadata(json, metadata);
            HashSet<string> names = new(StringComparer.Ordinal) { Metadata };
            long place = 0;
            foreach ((string name, TorchArray array) in tensors)
            {
                if (!names.Add(name))
                {
                    throw new ArgumentException($"There cannot be another tensor named '{name}'.", nameof(tensors));
                }

                json.WriteStartObject(name);
                json.WriteString("dtype", array.DataType.SafetensorsName());
                WriteNumbers(json, "shape", array.Shape);
                WriteNumbers(json, "data_offsets", [place, place += array.Bytes.LongLength]);
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        // Spaces behind the header are the format's own way to align the numbers.
        while (header.Length % Alignment != 0)
        {
            header.WriteByte((byte)' ');
        }

        return header.ToArray();
    }

    private static void WriteMetadata(Utf8JsonWriter json, IReadOnlyDictionary<string, string> metadata)
    {
        json.WriteStartObject(Metadata);
        foreach ((string key, string value) in new SortedDictionary<string, string>(metadata.ToDictionary(StringComparer.Ordinal), StringComparer.Ordinal)
        {
            ["format"] = metadata.GetValueOrDefault("format", "pt"),
        })
        {
            json.WriteString(key, value);
        }

        json.WriteEndObject();
    }

    private static void WriteNumbers(Utf8JsonWriter json, string key, IEnumerable<long> numbers)
    {
        json.WriteStartArray(key);
        foreach (long number in numbers)
        {
            json.WriteNumberValue(number);
        }

        json.WriteEndArray();
    }
}
