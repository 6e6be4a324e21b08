using ArcLearn.Core.IO;

namespace ArcLearn.Core.Vectors.Updates;

/// <summary>A feature's text, or some of what stands between features.</summary>
internal readonly record struct JsonPart(byte[] Text, bool IsFeature);

/// <summary>
/// Cuts the text of a GeoJSON file, which is known to be sound, into features and what stands between them; put together again the parts are the file. A feature and a buffer are held at a time.
/// </summary>
internal static class GeoJsonParts
{
    private const int BufferSize = 1 << 16;

    /// <param name="path">A collection, a feature, or a sequence of features.</param>
    public static IEnumerable<JsonPart> Read(string path, IFileSystem files)
    {
        // Features are the objects of the root's array "features"; where it has none, the root itself or, in a sequence, each root.
        return Cut(path, files, HasFeatures(path, files) ? 2 : 0);
    }

    /// <summary>Whether the root has an array of features, which may be empty.</summary>
    private static bool HasFeatures(string path, IFileSystem files)
    {
        Scanner scanner = new();
        using Stream stream = files.OpenRead(path);
        byte[] buffer = new byte[BufferSize];
        for (int read; (read = stream.Read(buffer)) > 0;)
        {
            foreach (byte next in buffer.AsSpan(0, read))
            {
                scanner.Take(next);
                if (scanner.IsInFeatures)
                {
                    return true;
                }
            }
        }

        return false;
    }

    private static IEnumerable<JsonPart> Cut(string path, IFileSystem files, int featureDepth)
    {
        using Stream stream = files.OpenRead(path);
        byte[] buffer = new byte[BufferSize];
        MemoryStream text = new();
        Scanner scanner = new();
        bool isFeature = false;
        for (int read; (read = stream.Read(buffer)) > 0;)
        {
            for (int i = 0; i < read; i++)
            {
                int before = scanner.Depth;
                bool isOpening = scanner.Take(buffer[i]) && buffer[i] == (byte)'{' && before == featureDepth && (featureDepth == 0 || scanner.IsInFeatures);
                if (isOpening)
                {
                    if (text.Length > 0)
                    {
                        yield return new JsonPart(text.ToArray(), IsFeature: false);
                        text.SetLength(0);
                    }

                    isFeature = true;
                }

                text.WriteByte(buffer[i]);
                if (isFeature && scanner.Depth == featureDepth)
                {
                    yield return new JsonPart(text.ToArray(), IsFeature: true);
                    text.SetLength(0);
                    isFeature = false;
                }
            }

            if (!isFeature && text.Length > 0)
            {
                yield return new JsonPart(text.ToArray(), IsFeature: false);
                text.SetLength(0);
            }
        }
    }

    /// <summary>Follows strings and brackets, byte by byte.</summary>
    private sealed class Scanner
    {
        private readonly List<byte> _name = [];
        private bool _isString;
        private bool _isEscaped;
        private bool _isFeaturesNext;
        private int _featuresDepth = -1;

        /// <summary>Objects and arrays that are open.</summary>
        public int Depth { get; private set; }

        /// <summary>Whether the root's array of features is open.</summary>
        public bool IsInFeatures => _featuresDepth >= 0;

        /// <returns>Whether the byte opens an object or an array.</returns>
        public bool Take(byte next)
        {
            if (_isString)
            {
                if (_isEscaped)
                {
                    _isEscaped = false;
                }
                else if (next == (byte)'\\')
                {
                    _isEscaped = true;
                }
                else if (next == (byte)'"')
                {
                    _isString = false;
                    return false;
                }

                if (Depth == 1 && _name.Count <= 16)
                {
                    _name.Add(next);
                }

                return false;
            }

            switch (next)
            {
                case (byte)'"':
                    _isString = true;
                    _name.Clear();
                    return false;
                case (byte)':':
                    _isFeaturesNext = Depth == 1 && System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_name).SequenceEqual("features"u8);
                    return false;
                case (byte)'{' or (byte)'[':
                    if (next == (byte)'[' && _isFeaturesNext && Depth == 1)
                    {
                        _featuresDepth = Depth;
                    }

                    _isFeaturesNext = false;
                    Depth++;
                    return true;
                case (byte)'}' or (byte)']':
                    Depth--;
                    _featuresDepth = Depth == _featuresDepth ? -1 : _featuresDepth;
                    return false;
                default:
                    return false;
            }
        }
    }
}
