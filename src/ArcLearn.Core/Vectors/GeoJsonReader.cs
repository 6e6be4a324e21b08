using System.Text.Json;
using System.Text.Unicode;

namespace ArcLearn.Core.Vectors;

/// <summary>
/// Walks a GeoJSON file with a sliding buffer: the members of the root one after the other, and the features one at a time, so that the
/// largest feature is what memory must hold.
/// </summary>
internal sealed class GeoJsonReader : IDisposable
{
    private const int InitialBuffer = 64 * 1024;
    private const int LargestFeature = 1 << 29;

    private readonly Stream _stream;
    private readonly string _path;
    private byte[] _buffer = new byte[InitialBuffer];
    private int _start;
    private int _end;
    private bool _isFinal;
    private JsonReaderState _state;
    private int _line = 1;

    public GeoJsonReader(Stream stream, string path)
    {
        _stream = stream;
        _path = path;
        Fill();
        if (_end >= 3 && _buffer.AsSpan(0, 3).SequenceEqual("\uFEFF"u8))
        {
            _start = 3;
        }
    }

    /// <summary>The line, from 1, on which the last value that was read starts.</summary>
    public int Line { get; private set; } = 1;

    public void Dispose() => _stream.Dispose();

    /// <summary>Reads one token: a brace or bracket that opens or closes, or a scalar, which <see cref="ReadValue"/> reads too.</summary>
    public JsonTokenType ReadToken() => Step((ref Utf8JsonReader reader, out JsonTokenType token) =>
    {
        bool read = reader.Read();
        token = read ? reader.TokenType : JsonTokenType.None;
        return read;
    });

    /// <summary>The name of the next member, or null at the object's end.</summary>
    public string? ReadName() => Step((ref Utf8JsonReader reader, out string? name) =>
    {
        bool read = reader.Read();
        name = read && reader.TokenType == JsonTokenType.PropertyName ? reader.GetString() : null;
        return read;
    });

    /// <summary>The next value as a whole, to be disposed by the caller; null at an array's end.</summary>
    public JsonDocument? ReadValue() => Step((ref Utf8JsonReader reader, out JsonDocument? value) =>
    {
        value = null;
        Utf8JsonReader ahead = reader;
        if (!ahead.Read())
        {
            return false;
        }

        if (ahead.TokenType == JsonTokenType.EndArray)
        {
            reader = ahead;
            return true;
        }

        // Only a reader that stands on the value reads it in every state: one that resumes after a feature stands on its closing brace.
        bool read = JsonDocument.TryParseValue(ref ahead, out value);
        if (read && !Utf8.IsValid(_buffer.AsSpan(_start, (int)ahead.BytesConsumed)))
        {
            throw new InvalidOperationException();
        }

        reader = read ? ahead : reader;
        return read;
    });

    /// <summary>Reads to the end of the file: text after the root is an error.</summary>
    public void ReadEnd() => Step((ref Utf8JsonReader reader, out bool done) =>
    {
        done = !reader.Read();
        return done && _isFinal;
    });

    private delegate bool Attempt<T>(ref Utf8JsonReader reader, out T value);

    /// <summary>Tries on what the buffer holds, and again with more of it until it suffices.</summary>
    private T Step<T>(Attempt<T> attempt)
    {
        while (true)
        {
            Utf8JsonReader reader = new(_buffer.AsSpan(_start, _end - _start), _isFinal, _state);
            try
            {
                if (attempt(ref reader, out T value))
                {
                    Advance(reader);
                    return value;
                }

                if (_isFinal)
                {
                    throw new LearnFormatException("ends in the middle of its JSON.", _path, _line + CountLines(_start, _end));
                }
            }
            catch (InvalidOperationException e)
            {
                throw new LearnFormatException("has text that is not UTF-8; save it in that encoding.", _path, _line, e);
            }
            catch (JsonException e)
            {
                throw new LearnFormatException($"is not valid JSON: {Bare(e.Message)}", _path, (int)(e.LineNumber ?? 0) + 1, e);
            }

            Fill();
        }
    }

    private void Advance(Utf8JsonReader reader)
    {
        int consumed = (int)reader.BytesConsumed;
        int token = _start;
        while (token < _start + consumed && _buffer[token] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n' or (byte)',' or (byte)':')
        {
            token++;
        }

        Line = _line + CountLines(_start, token);
        _line += CountLines(_start, _start + consumed);
        _start += consumed;
        _state = reader.CurrentState;
    }

    private int CountLines(int from, int to) => _buffer.AsSpan(from, to - from).Count((byte)'\n');

    /// <summary>Moves what is left to the front, doubles the buffer when it is full, and reads on.</summary>
    private void Fill()
    {
        int left = _end - _start;
        if (left >= LargestFeature)
        {
            throw new LearnFormatException("has a feature of more than half a gigabyte.", _path, _line);
        }

        byte[] target = left > _buffer.Length / 2 ? new byte[_buffer.Length * 2] : _buffer;
        _buffer.AsSpan(_start, left).CopyTo(target);
        (_buffer, _start, _end) = (target, 0, left);
        int read = _stream.ReadAtLeast(_buffer.AsSpan(left), 1, throwOnEndOfStream: false);
        _end += read;
        _isFinal = read == 0;
    }

    /// <summary>The message without the position that .NET appends, whose lines count from 0.</summary>
    public static string Bare(string message)
    {
        int position = message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return position < 0 ? message : message[..position];
    }
}
