using System.Text.Json;
using System.Text.Unicode;

namespace ArcLearn.Core.Vectors;

/// <summary>
/// Walks a GeoJSON file with a sliding buffer: the members of the root one after the other, and the features one at a time, so that the
/// largest feature is what memory must hold.
/// </summary>
internal sealed class GeoJsonReader : IDisposable
{
    private readonly SlidingBuffer _buffer;
    private readonly string _path;
    private JsonReaderState _state;
    private int _line = 1;

    public GeoJsonReader(Stream stream, string path)
    {
        _buffer = new SlidingBuffer(stream, path, "feature");
        _path = path;
        _buffer.Fill(_line);
        _buffer.SkipMark();
    }

    /// <summary>The line, from 1, on which the last value that was read starts.</summary>
    public int Line { get; private set; } = 1;

    public void Dispose() => _buffer.Dispose();

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
        if (read && !Utf8.IsValid(_buffer.Rest[..(int)ahead.BytesConsumed]))
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
        return done && _buffer.IsFinal;
    });

    private delegate bool Attempt<T>(ref Utf8JsonReader reader, out T value);

    /// <summary>Tries on what the buffer holds, and again with more of it until it suffices.</summary>
    private T Step<T>(Attempt<T> attempt)
    {
        while (true)
        {
            Utf8JsonReader reader = new(_buffer.Rest, _buffer.IsFinal, _state);
            try
            {
                if (attempt(ref reader, out T value))
                {
                    Advance(reader);
                    return value;
                }

                if (_buffer.IsFinal)
                {
                    throw new LearnFormatException("ends in the middle of its JSON.", _path, _line + CountLines(_buffer.Rest));
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

            _buffer.Fill(_line);
        }
    }

    private void Advance(Utf8JsonReader reader)
    {
        ReadOnlySpan<byte> consumed = _buffer.Rest[..(int)reader.BytesConsumed];
        Line = _line + CountLines(consumed[..^consumed.TrimStart(" \t\r\n,:"u8).Length]);
        _line += CountLines(consumed);
        _buffer.Advance(consumed.Length);
        _state = reader.CurrentState;
    }

    private static int CountLines(ReadOnlySpan<byte> text) => text.Count((byte)'\n');

    /// <summary>The message without the position that .NET appends, whose lines count from 0.</summary>
    public static string Bare(string message)
    {
        int position = message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return position < 0 ? message : message[..position];
    }
}
