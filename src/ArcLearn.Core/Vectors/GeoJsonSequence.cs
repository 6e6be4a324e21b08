using System.Text.Json;
using ArcLearn.Core.IO;

namespace ArcLearn.Core.Vectors;

/// <summary>
/// Reads GeoJSON features one record at a time: newline-delimited, or text sequences that a record separator begins (RFC 8142). The
/// largest record is what memory must hold.
/// </summary>
internal sealed class GeoJsonSequence : IDisposable
{
    public const byte RecordSeparator = 0x1E;

    private static readonly string[] s_extensions = [".geojsonl", ".ndjson", ".geojsons", ".jsonl", ".geojsonseq"];

    private readonly SlidingBuffer _buffer;
    private readonly string _path;
    private readonly byte _separator;
    private int _line = 1;

    public GeoJsonSequence(Stream stream, string path)
    {
        _buffer = new SlidingBuffer(stream, path, "record");
        _path = path;
        _buffer.Fill(_line);
        _buffer.SkipMark();
        _separator = _buffer.Rest is [RecordSeparator, ..] ? RecordSeparator : (byte)'\n';
    }

    public static bool HasExtension(string path) => s_extensions.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether a file is a sequence: by its extension, its first byte, or a first line that is a whole feature with another after it.</summary>
    public static bool IsSequence(string path, IFileSystem files)
    {
        if (HasExtension(path))
        {
            return true;
        }

        using Stream stream = files.OpenRead(path);
        byte[] head = new byte[SlidingBuffer.InitialSize];
        int length = stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        ReadOnlySpan<byte> text = head.AsSpan(0, length);
        if (text.Length > 0 && text[0] == RecordSeparator)
        {
            return true;
        }

        int end = text.IndexOf((byte)'\n');
        if (end < 0 || text[end..].TrimStart(" \t\r\n"u8) is not [(byte)'{', ..])
        {
            return false;
        }

        try
        {
            using JsonDocument first = JsonDocument.Parse(head.AsMemory(0, end));
            return first.RootElement.ValueKind == JsonValueKind.Object;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>The next record with its line, to be disposed by the caller; null at the end. Empty records are passed over.</summary>
    public (JsonDocument Record, int Line)? Read()
    {
        while (true)
        {
            int at = _buffer.Rest.IndexOf(_separator);
            if (at < 0 && !_buffer.IsFinal)
            {
                _buffer.Fill(_line);
                continue;
            }

            if (at < 0 && _buffer.Rest.IsEmpty)
            {
                return null;
            }

            ReadOnlyMemory<byte> record = at < 0 ? _buffer.Memory : _buffer.Memory[..at];
            int line = _line;
            _line += record.Span.Count((byte)'\n') + (at >= 0 && _separator == '\n' ? 1 : 0);
            _buffer.Advance(at < 0 ? record.Length : at + 1);
            if (!record.Span.Trim(" \t\r\n"u8).IsEmpty)
            {
                return (Parse(record, line), line);
            }
        }
    }

    public void Dispose() => _buffer.Dispose();

    private JsonDocument Parse(ReadOnlyMemory<byte> record, int line)
    {
        try
        {
            if (!System.Text.Unicode.Utf8.IsValid(record.Span))
            {
                throw new LearnFormatException("has text that is not UTF-8; save it in that encoding.", _path, line);
            }

            // The buffer is used again: the document gets bytes of its own.
            return JsonDocument.Parse(record.ToArray());
        }
        catch (JsonException e)
        {
            throw new LearnFormatException($"is not valid JSON in one record of the sequence: {GeoJsonReader.Bare(e.Message)}", _path, line + (int)(e.LineNumber ?? 0), e);
        }
    }
}
