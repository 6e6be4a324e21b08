using System.Globalization;
using ArcLearn.Core.Rasters;
using ArcLearn.Tests.Unit.TestSupport;

namespace ArcLearn.Tests.Unit.Rasters;

/// <summary>A row of Tests/Data/rasters/expected.csv: a small file made by GDAL, and what GDAL reads from it.</summary>
internal sealed record RasterFixture(
    string File, int Width, int Height, int Bands, SampleType Type, bool IsLossy, double[] Transform, int? Epsg, double? NoData, int[] Checksums, int[] Samples)
{
    public static string Folder { get; } = System.IO.Path.Combine(TestEnvironment.RepositoryRoot, "Tests", "Data", "rasters");

    public static IReadOnlyList<RasterFixture> All { get; } = Read("expected.csv");

    /// <summary>GDAL's view of georeferenced rasters in the shared data; the checksum is that of the first band.</summary>
    public static IReadOnlyList<RasterFixture> Shared { get; } = Read("shared.csv");

    public static string PathOf(string name) => System.IO.Path.Combine(Folder, name);

    public static ushort[] ReadAll(IRaster raster) => ReadAll(raster, new PixelWindow(0, 0, raster.Width, raster.Height));

    public static ushort[] ReadAll(IRaster raster, PixelWindow window)
    {
        int[] bands = Enumerable.Range(0, raster.Bands).ToArray();
        ushort[] samples = new ushort[window.Area * bands.Length];
        raster.Read<ushort>(window, bands, samples, 0);
        return samples;
    }

    /// <summary>GDAL's checksum (GDALChecksumImage): remainders by eleven primes in turn, summed in 16 bits.</summary>
    public static int Checksum(ReadOnlySpan<ushort> band)
    {
        ReadOnlySpan<int> primes = [7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43];
        int sum = 0;
        int prime = 0;
        foreach (ushort value in band)
        {
            sum = (sum + (value % primes[prime])) & 0xFFFF;
            prime = prime == 10 ? 0 : prime + 1;
        }

        return sum;
    }

    private static RasterFixture[] Read(string table) => System.IO.File.ReadLines(PathOf(table)).Skip(1).Select(Parse).ToArray();

    private static RasterFixture Parse(string line)
    {
        string[] cells = line.Split(',');
        return new RasterFixture(
            cells[0], Whole(cells[1]), Whole(cells[2]), Whole(cells[3]), cells[4] == "Byte" ? SampleType.UInt8 : SampleType.UInt16, cells[5] == "yes",
            Words(cells[6]).Select(Real).ToArray(), cells[7].Length == 0 ? null : Whole(cells[7]), cells[8].Length == 0 ? null : Real(cells[8]),
            Words(cells[9]).Select(Whole).ToArray(), Words(cells[10]).Select(Whole).ToArray());
    }

    private static string[] Words(string cell) => cell.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static int Whole(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private static double Real(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
