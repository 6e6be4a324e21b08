using System.Globalization;
using ArcLearn.Core.Rasters;
using ArcLearn.Tests.Unit.TestSupport;

namespace ArcLearn.Tests.Unit.Rasters;

/// <summary>A row of Tests/Data/rasters/expected.csv: a small file made by GDAL, and what GDAL reads from it.</summary>
internal sealed record RasterFixture(
    string File, int Width, int Height, int Bands, SampleType Type, bool IsLossy, double[] Transform, int? Epsg, double? NoData, int[] Checksums, string[] Samples)
{
    public static string Folder { get; } = System.IO.Path.Combine(TestEnvironment.RepositoryRoot, "Tests", "Data", "rasters");

    public static IReadOnlyList<RasterFixture> All { get; } = Read("expected.csv");

    /// <summary>GDAL's view of georeferenced rasters in the shared data; the checksum is that of the first band.</summary>
    public static IReadOnlyList<RasterFixture> Shared { get; } = Read("shared.csv");

    public static string PathOf(string name) => System.IO.Path.Combine(Folder, name);

    /// <summary>All samples, rounded to a double where they have 64 bits.</summary>
    public static double[] ReadAll(IRaster raster) => ReadAll(raster, new PixelWindow(0, 0, raster.Width, raster.Height));

    public static double[] ReadAll(IRaster raster, PixelWindow window)
    {
        int[] bands = Enumerable.Range(0, raster.Bands).ToArray();
        double[] samples = new double[window.Area * bands.Length];
        raster.Read<double>(window, bands, samples, 0);
        return samples;
    }

    /// <summary>
    /// GDAL's checksum (GDALChecksumImage): remainders by eleven primes in turn, summed in 16 bits. Values go through 32-bit numbers first:
    /// rounded, cut off at the ends, the lowest one for what is no number. GDAL 3.6 takes signed bytes for unsigned ones.
    /// </summary>
    public static int Checksum(ReadOnlySpan<double> band, SampleType type = SampleType.Float64)
    {
        ReadOnlySpan<int> primes = [7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43];
        int sum = 0;
        int prime = 0;
        foreach (double sample in band)
        {
            int value = type switch
            {
                SampleType.Int8 => (byte)(sbyte)sample,
                SampleType.Float32 or SampleType.Float64 when !double.IsFinite(sample) => int.MinValue,
                SampleType.Float32 or SampleType.Float64 => (int)Math.Floor(Math.Clamp(sample + 0.5, -int.MaxValue, int.MaxValue)),
                _ => (int)Math.Clamp(sample, int.MinValue, int.MaxValue),
            };
            sum = (sum + (value % primes[prime])) & 0xFFFF;
            prime = prime == 10 ? 0 : prime + 1;
        }

        return sum;
    }

    /// <summary>One sample in its own type, as NumPy prints it; 64-bit numbers are not rounded.</summary>
    public static string Sample(IRaster raster, int band, int column, int row)
    {
        PixelWindow pixel = new(column, row, 1, 1);
        return raster.SampleType switch
        {
            SampleType.UInt64 => One<ulong>().ToString(CultureInfo.InvariantCulture),
            SampleType.Int64 => One<long>().ToString(CultureInfo.InvariantCulture),
            SampleType.Float32 => Point(One<float>().ToString("R", CultureInfo.InvariantCulture)),
            SampleType.Float64 => Point(One<double>().ToString("R", CultureInfo.InvariantCulture)),
            _ => One<double>().ToString(CultureInfo.InvariantCulture),
        };

        T One<T>()
            where T : unmanaged
        {
            T[] sample = new T[1];
            raster.Read(pixel, [band], sample, default);
            return sample[0];
        }

        static string Point(string text) => text.Contains('.', StringComparison.Ordinal) ? text : text + ".0";
    }

    private static RasterFixture[] Read(string table) => System.IO.File.ReadLines(PathOf(table)).Skip(1).Select(Parse).ToArray();

    private static RasterFixture Parse(string line)
    {
        string[] cells = line.Split(',');
        return new RasterFixture(
            cells[0], Whole(cells[1]), Whole(cells[2]), Whole(cells[3]), SampleTypes.FromGdalName(cells[4])!.Value, cells[5] == "yes",
            Words(cells[6]).Select(Real).ToArray(), cells[7].Length == 0 ? null : Whole(cells[7]), cells[8].Length == 0 ? null : Real(cells[8]),
            Words(cells[9]).Select(Whole).ToArray(), Words(cells[10]));
    }

    private static string[] Words(string cell) => cell.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static int Whole(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private static double Real(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
