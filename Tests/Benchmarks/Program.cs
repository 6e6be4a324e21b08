using System.Globalization;
using ArcLearn.Benchmarks;

// Verbs for the scripts beside this file; each prints what it made or measured.
return args switch
{
    ["labels", "trees", string data, string folder] => TreeLabels.Write(data, folder),
    ["labels", "cars", string data, string folder] => CarLabels.Write(data, folder),
    ["score", string truth, string found, .. string[] thresholds] => WholeImageScore.Print(
        truth, found, [.. thresholds.Select(t => double.Parse(t, CultureInfo.InvariantCulture))]),
    ["vectors", .. string[] address] => VectorMemory.Print(address.Length > 0 ? address[0] : null),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("Usage: labels trees|cars <data folder> <folder> | score <truth folder> <detections folder> <iou> … | vectors [postgresql://…?table=…]");
    return 2;
}
