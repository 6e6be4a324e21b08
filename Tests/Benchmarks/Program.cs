using System.Globalization;
using ArcLearn.Benchmarks;
using ArcLearn.Benchmarks.Engine;
using ArcLearn.Benchmarks.Loader;
using ArcLearn.Benchmarks.Speed;

// Verbs for the scripts beside this file; each prints what it made or measured.
return args switch
{
    ["labels", "trees", string data, string folder] => TreeLabels.Write(data, folder),
    ["labels", "cars", string data, string folder] => CarLabels.Write(data, folder),
    ["labels", "buildings", string layer, string folder, string folds, string seed, .. string[] limits] => BuildingLabels.Write(
        layer, folder, Count(folds), Count(seed), [.. limits.Select(limit => double.Parse(limit, CultureInfo.InvariantCulture))]),
    ["score", "classes", string layer, string truth, string found] => ClassScore.Print(layer, truth, found),
    ["score", string truth, string found, .. string[] thresholds] => WholeImageScore.Print(
        truth, found, [.. thresholds.Select(t => double.Parse(t, CultureInfo.InvariantCulture))]),
    ["speed", ("train" or "forward") and string what, ("ssd" or "unet" or "classifier") and string network, .. string[] backbone, string natives, string python, string parity, string rounds, string steps]
        when backbone.Length < 2 => SpeedRun.Print(what, network, backbone.FirstOrDefault(), natives, python, parity, Count(rounds), Count(steps)),
    ["epochs", string natives, string chips, string backbone, string epochs, string batch] => EpochRun.Print(natives, chips, backbone, Count(epochs), Count(batch)),
    ["loader", string python, string folder, string rounds] => LoaderSpeed.Print(python, folder, Count(rounds)),
    ["rasters", "compare", string folder, string rounds] => RasterSpeed.Compare(folder, Count(rounds)),
    ["rasters", "read", string path] => RasterSpeed.ReadAll(path),
    ["export", "compare", string folder, string rounds] => ExportSpeed.Compare(folder, Count(rounds)),
    ["export", "compare", string folder, string rounds, string format] => ExportSpeed.Compare(folder, Count(rounds), format),
    ["export", "run", string folder, string output, string format] => ExportSpeed.Run(folder, output, format),
    ["engine", "memory", string folder, string natives, string megabytes] => EngineMemory.Compare(folder, natives, megabytes),
    ["engine", "search", string model, string natives, string path, string bytes] => EngineMemory.Search(model, natives, path, bytes),
    ["engine", "pixels", string folder, string megabytes, .. string[] merge] => PixelMemoryRun.Compare(folder, megabytes, merge.Length > 0 ? merge[0] : "None"),
    ["engine", "unet", string natives, string python, string parity, string model, string path, string rounds] => UnetRun.Print(natives, python, parity, model, path, Count(rounds)),
    ["engine", "classify", string path, string bytes, string merge] => PixelMemoryRun.Classify(path, bytes, merge),
    ["engine", "speed", string natives, string python, string parity, string folder, string side, string rounds] => EngineSpeed.Print(
        natives, python, parity, folder, Count(side), Count(rounds)),
    ["engine", "replicas", string natives] => ReplicaMemory.Print(natives),
    ["features", "memory", string folder] => FeatureMemory.Compare(folder),
    ["features", "classify", string raster, string layer] => FeatureMemory.Classify(raster, layer),
    ["engine", "nms", string python, string rounds] => SuppressionSpeed.Print(python, Count(rounds)),
    ["weights", string natives, string folder, string tensors] => WeightsMemory.Print(natives, folder, Count(tensors)),
    ["vectors", .. string[] address] => VectorMemory.Print(address.Length > 0 ? address[0] : null),
    _ => Usage(),
};

static int Count(string text) => int.Parse(text, CultureInfo.InvariantCulture);

static int Usage()
{
    Console.Error.WriteLine("Usage: labels trees|cars <data folder> <folder> | labels buildings <layer> <folder> <folds> <seed> <limit> … | score classes <layer> <field of the truth> <field found> | score <truth folder> <detections folder> <iou> … | speed train|forward ssd|unet|classifier [backbone] <natives> <python> <parity folder> <rounds> <steps> | epochs <natives> <chips> <backbone> <epochs> <batch> | loader <python> <folder of images per class> <epochs> | rasters compare <folder> <rounds> | export compare <folder> <rounds> [TIFF|JPEG|PNG] | engine memory <folder> <natives> <megabytes> | engine pixels <folder> <megabytes> [None|Mean] | engine unet <natives> <python> <parity folder> <model> <raster> <rounds> | engine speed <natives> <python> <parity folder> <folder> <side> <rounds> | engine replicas <natives> | engine nms <python> <rounds> | features memory <folder> | weights <natives> <folder> <tensors of 256 MB> | vectors [address]");
    return 2;
}
