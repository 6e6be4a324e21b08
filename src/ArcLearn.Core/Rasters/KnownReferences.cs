using System.Globalization;
using System.Text.RegularExpressions;

namespace ArcLearn.Core.Rasters;

/// <summary>The reference systems that files name in words instead of by code: WGS 84, its UTM zones and Web Mercator; and which codes are geographic.</summary>
internal static partial class KnownReferences
{
    // Runs of EPSG codes (dataset 10) that are geographic 2D systems: first and last of each; no projected system's code lies inside.
    private static readonly int[] s_geographic =
    [
        3819, 3824, 3889, 3889, 3906, 3906, 4001, 4025, 4027, 4036, 4041, 4047, 4052, 4055, 4075, 4081, 4120, 4216, 4218, 4326, 4463, 4463,
        4470, 4470, 4475, 4483, 4490, 4490, 4555, 4558, 4600, 4646, 4657, 4765, 4801, 4811, 4813, 4821, 4823, 4824, 4901, 5013, 5132, 5132,
        5228, 5233, 5246, 5246, 5252, 5252, 5264, 5264, 5324, 5324, 5340, 5340, 5354, 5354, 5360, 5360, 5365, 5365, 5371, 5381, 5393, 5393,
        5451, 5451, 5464, 5464, 5467, 5467, 5489, 5489, 5524, 5527, 5546, 5546, 5561, 5561, 5593, 5593, 5681, 5681, 5886, 5886, 6135, 6135,
        6207, 6207, 6311, 6311, 6318, 6325, 6365, 6365, 6668, 6668, 6706, 6706, 6783, 6783, 6881, 6883, 6892, 6894, 6980, 6983, 6987, 6990,
        7035, 7041, 7073, 7073, 7084, 7088, 7133, 7139, 7373, 7373, 7683, 7686, 7798, 7798, 7844, 7844, 7881, 7881, 7886, 7886, 8042, 8043,
        8086, 8086, 8232, 8255, 8351, 8351, 8427, 8431, 8449, 8449, 8545, 8545, 8685, 8685, 8694, 8818, 8860, 8902, 8907, 8907, 8949, 8949,
        8972, 9019, 9053, 9140, 9148, 9148, 9153, 9153, 9184, 9184, 9248, 9248, 9251, 9251, 9253, 9253, 9294, 9294, 9299, 9299, 9309, 9309,
        9333, 9333, 9364, 9364, 9372, 9372, 9380, 9384, 9403, 9403, 9453, 9453, 9470, 9470, 9474, 9475, 9547, 9547, 9696, 9696, 9702, 9702,
        9739, 9739, 9755, 9758, 9763, 9763, 9777, 9784, 9866, 9866, 9871, 9871, 9939, 9939, 9964, 9964, 9969, 9969, 9974, 9974, 9990, 9990,
        20033, 20041,
    ];

    public static bool IsGeographic(int epsg)
    {
        for (int i = 0; i < s_geographic.Length; i += 2)
        {
            if (epsg >= s_geographic[i] && epsg <= s_geographic[i + 1])
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>EPSG's own name of the commonest codes; null for others.</summary>
    public static string? NameOf(int epsg) => epsg switch
    {
        4326 => "WGS 84",
        3857 => "WGS 84 / Pseudo-Mercator",
        >= 32601 and <= 32660 => string.Create(CultureInfo.InvariantCulture, $"WGS 84 / UTM zone {epsg - 32600}N"),
        >= 32701 and <= 32760 => string.Create(CultureInfo.InvariantCulture, $"WGS 84 / UTM zone {epsg - 32700}S"),
        4269 => "NAD83",
        >= 26901 and <= 26923 => string.Create(CultureInfo.InvariantCulture, $"NAD83 / UTM zone {epsg - 26900}N"),
        _ => null,
    };

    /// <summary>The code behind a name as EPSG, OGC or Esri spell it; null for others.</summary>
    public static int? CodeOf(string name)
    {
        string plain = Separators().Replace(name, "").ToUpperInvariant();
        if (plain is "WGS84" or "WGS1984" or "GCSWGS1984" or "GCSWGS84")
        {
            return 4326;
        }

        if (plain is "WGS84PSEUDOMERCATOR" or "WGS1984WEBMERCATORAUXILIARYSPHERE" or "WGS84WEBMERCATOR" or "WGS1984WEBMERCATOR")
        {
            return 3857;
        }

        Match match = UtmZone().Match(plain);
        if (!match.Success)
        {
            return null;
        }

        int zone = int.Parse(match.Groups["zone"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture);
        bool isNorth = match.Groups["half"].Value == "N";
        return match.Groups["datum"].Value switch
        {
            "WGS84" or "WGS1984" when zone is >= 1 and <= 60 => (isNorth ? 32600 : 32700) + zone,
            "NAD83" or "NAD1983" when isNorth && zone is >= 1 and <= 23 => 26900 + zone,
            _ => null,
        };
    }

    [GeneratedRegex(@"[\s_/()\-]")]
    private static partial Regex Separators();

    [GeneratedRegex("^(?<datum>WGS84|WGS1984|NAD83|NAD1983)UTMZONE(?<zone>[0-9]{1,2})(?<half>[NS])$", RegexOptions.ExplicitCapture)]
    private static partial Regex UtmZone();
}
