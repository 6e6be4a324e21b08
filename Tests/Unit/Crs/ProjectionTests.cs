using System.Globalization;
using System.Text.RegularExpressions;
using ArcLearn.Core.Crs;
using ArcLearn.Tests.Unit.TestSupport;
using Xunit.Abstractions;

namespace ArcLearn.Tests.Unit.Crs;

/// <summary>Against positions that PROJ converted, over the area of use of each system; Tests/Data/crs/make.py makes them.</summary>
public sealed partial class ProjectionTests(ITestOutputHelper output)
{
    private const double Tolerance = 0.01;
    private const double MetresPerDegree = 111_320;

    [Fact]
    public void Positions_agree_with_PROJ_to_a_centimetre()
    {
        int rows = 0;
        double worst = 0;
        string worstRow = "";
        Dictionary<(int, int), (ICoordinateTransform Transform, CrsDefinition Target)> transforms = [];
        foreach (string line in File.ReadLines(Path.Combine(TestEnvironment.RepositoryRoot, "Tests", "Data", "crs", "points.csv")).Skip(2))
        {
            double[] row = [.. line.Split(',').Select(text => double.Parse(text, CultureInfo.InvariantCulture))];
            (int, int) pair = ((int)row[0], (int)row[1]);
            if (!transforms.TryGetValue(pair, out (ICoordinateTransform Transform, CrsDefinition Target) known))
            {
                SpatialReference to = CoordinateSystems.FromEpsg(pair.Item2);
                transforms[pair] = known = (CoordinateTransforms.Create(CoordinateSystems.FromEpsg(pair.Item1), to), CoordinateSystems.Identify(to)!);
            }

            (double x, double y) = known.Transform.Apply(row[2], row[3]);
            double error = known.Target.IsGeographic
                ? double.Hypot(Math.IEEERemainder(x - row[4], 360) * Math.Cos(row[5] * Math.PI / 180), y - row[5]) * MetresPerDegree
                : double.Hypot(x - row[4], y - row[5]) * known.Target.Unit.Metres;
            if (!(error <= worst))
            {
                (worst, worstRow) = (error, line);
            }

            rows++;
        }

        output.WriteLine($"{rows} positions in {transforms.Count} pairs; at most {worst * 1000:F3} mm ({worstRow})");
        Assert.True(worst <= Tolerance, $"{worst} m in {worstRow}");
        Assert.True(rows > 4000 && transforms.Count > 500, $"only {rows} positions in {transforms.Count} pairs");
    }

    [Fact]
    public void Every_listed_system_is_found_again_by_its_text_in_both_spellings()
    {
        int count = 0;
        foreach (int code in Codes())
        {
            CrsDefinition crs = EpsgTable.Find(code)!;
            foreach (string wkt in new[] { Authority().Replace(WktWriter.Write(crs), ""), WktWriter.WriteEsri(crs) })
            {
                CrsDefinition? found = WktReader.Read(WktParser.Parse(wkt, "test"), out string? problem);
                Assert.True(found is not null && found.IsSameAs(crs), $"{code}: {problem ?? found?.ToString()} from {wkt}");
            }

            count++;
        }

        Assert.True(count > 300);
    }

    /// <summary>A system in twenty, and those of the best known families.</summary>
    private static IEnumerable<int> Codes() =>
        Enumerable.Range(1024, 31_800).Where((code, i) => EpsgTable.Find(code) is not null && (i % 20 == 0 || code is >= 2154 and <= 2300 or >= 32601 and <= 32620))
            // Names of these stand for another datum as well, so that without codes nothing tells which was meant.
            .Where(code => EpsgTable.FindDatum(EpsgTable.Find(code)!.Geographic.Datum.Name)?.Code == EpsgTable.Find(code)!.Geographic.Datum.Code);

    [GeneratedRegex(""",AUTHORITY\["EPSG","\d+"\]""")]
    private static partial Regex Authority();
}
