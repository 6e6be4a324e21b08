using System.Text;

namespace ArcLearn.Core.Rasters.Tiff;

/// <summary>The GeoKey directory as it stands (OGC 19-008r4, section 7.1): codes, texts and numbers by key.</summary>
internal sealed class GeoKeyTable
{
    private readonly Dictionary<int, int> _codes = [];
    private readonly Dictionary<int, string> _texts = [];
    private readonly Dictionary<int, double> _numbers = [];

    public GeoKeyTable(TiffDirectory directory)
    {
        long[] keys = directory.Integers(TiffTag.GeoKeyDirectory);
        if (keys.Length < 4)
        {
            return;
        }

        IsPresent = true;
        string ascii = Encoding.Latin1.GetString(directory.Bytes(TiffTag.GeoAsciiParams));
        double[] doubles = directory.Doubles(TiffTag.GeoDoubleParams);
        for (int i = 0; i < keys[3] && (4 * i) + 7 < keys.Length; i++)
        {
            ReadOnlySpan<long> key = keys.AsSpan(4 + (4 * i), 4);
            if (key[1] == 0)
            {
                _codes[(int)key[0]] = (int)key[3];
            }
            else if (key[1] == TiffTag.GeoAsciiParams && key[3] < ascii.Length)
            {
                _texts[(int)key[0]] = ascii.Substring((int)key[3], (int)Math.Min(key[2], ascii.Length - key[3])).TrimEnd('|', '\0', ' ');
            }
            else if (key[1] == TiffTag.GeoDoubleParams && key[3] < doubles.Length)
            {
                _numbers[(int)key[0]] = doubles[key[3]];
            }
        }
    }

    public bool IsPresent { get; }

    public IEnumerable<string> Texts => _texts.Values;

    public bool Has(int key) => _codes.ContainsKey(key);

    /// <summary>0 where the key is absent.</summary>
    public int Code(int key) => _codes.GetValueOrDefault(key);

    public string? Text(int key) => _texts.TryGetValue(key, out string? text) && text.Length > 0 ? text : null;

    /// <summary>The finite number of the first of these keys that is there.</summary>
    public double? Number(params ReadOnlySpan<int> keys)
    {
        foreach (int key in keys)
        {
            if (_numbers.TryGetValue(key, out double value) && double.IsFinite(value))
            {
                return value;
            }
        }

        return null;
    }
}
