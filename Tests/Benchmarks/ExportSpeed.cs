using System.Diagnostics;
using System.Globalization;
using ArcLearn.Core.Chips;
using ArcLearn.Core.Vectors;

namespace ArcLearn.Benchmarks;

/// <summary>
/// Chips of 256 pixels at a stride of 128 from 10,000² pixels of three bytes with 20,000 polygons, two threads, against a script on rasterio with two processes:
/// each has the raster and an indexed GeoPackage open once, reads windows, clips the polygons to them and writes chips, world files, Pascal VOC files and map.txt. Both compress
/// as fast as their libraries can. What only ours does (statistics of bands and classes, the journal to go on from) counts against it. The two programs take turns, and the median
/// of the ratios counts, since other work shares the machine; processor time, of the whole programs from start to end, suffers less from that. What was written stays until
/// the end: file systems are slow to give out what was just deleted.
/// </summary>
internal static class ExportSpeed
{
    private const int Tile = 256;
    private const int Stride = 128;

    private const string Make =
        """
        import sys, os, math, random, numpy as np
        from osgeo import gdal, ogr, osr
        gdal.UseExceptions()
        folder, side, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
        srs = osr.SpatialReference()
        srs.ImportFromEPSG(32632)
        if not os.path.exists(folder + "/scene.tif"):
            rng = np.random.default_rng(3)
            ds = gdal.GetDriverByName("GTiff").Create(folder + "/part.tif", side, side, 3, gdal.GDT_Byte, ["TILED=YES", "BLOCKXSIZE=256", "BLOCKYSIZE=256", "COMPRESS=DEFLATE", "PREDICTOR=2", "PHOTOMETRIC=RGB"])
            ds.SetGeoTransform((500000, 0.5, 0, 4000000, 0, -0.5))
            ds.SetProjection(srs.ExportToWkt())
            x = np.arange(side)
            for first in range(0, side, 512):
                rows = min(512, side - first)
                y = np.arange(first, first + rows)[:, None]
                for b in range(3):
                    ramp = (np.sin(x / (37.0 + b)) + np.cos(y / 53.0)) * 0.2 + 0.5
                    ds.GetRasterBand(b + 1).WriteArray(np.clip(ramp * 255 + rng.normal(0, 4, (rows, side)), 0, 255).astype(np.uint8), 0, first)
            ds = None
            os.rename(folder + "/part.tif", folder + "/scene.tif")
        if not os.path.exists(folder + "/labels.gpkg"):
            random.seed(5)
            ds = ogr.GetDriverByName("GPKG").CreateDataSource(folder + "/labels.gpkg")
            layer = ds.CreateLayer("labels", srs, ogr.wkbPolygon)
            layer.CreateField(ogr.FieldDefn("classvalue", ogr.OFTInteger))
            layer.StartTransaction()
            for i in range(count):
                x, y, r = 500000 + random.random() * side / 2, 4000000 - random.random() * side / 2, 4 + random.random() * 12
                ring = ogr.Geometry(ogr.wkbLinearRing)
                corners = random.randint(5, 12)
                for k in range(corners + 1):
                    a = 2 * math.pi * (k % corners) / corners
                    ring.AddPoint_2D(x + r * math.cos(a), y + r * math.sin(a))
                polygon = ogr.Geometry(ogr.wkbPolygon)
                polygon.AddGeometry(ring)
                feature = ogr.Feature(layer.GetLayerDefn())
                feature.SetField(0, 1 + i % 3)
                feature.SetGeometry(polygon)
                layer.CreateFeature(feature)
            layer.CommitTransaction()
        """;

    private const string Peer =
        """
        import sys, os, time, multiprocessing, resource
        import rasterio
        from rasterio.windows import Window
        from osgeo import ogr
        folder, out, driver, extension, tile, stride, workers = sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4], int(sys.argv[5]), int(sys.argv[6]), int(sys.argv[7])
        options = {"GTiff": {"compress": "deflate", "predictor": 2, "zlevel": 1, "tfw": "YES"}, "PNG": {"zlevel": 1, "worldfile": "YES"}, "JPEG": {"quality": 95, "worldfile": "YES"}}[driver]
        state = {}
        def start():
            state["raster"] = rasterio.open(folder + "/scene.tif")
            state["labels"] = ogr.Open(folder + "/labels.gpkg")
            state["layer"] = state["labels"].GetLayer(0)
        def cut(place):
            number, column, row = place
            raster, layer = state["raster"], state["layer"]
            window = Window(column, row, tile, tile)
            transform = raster.window_transform(window)
            left, top = transform.c, transform.f
            right, bottom = left + tile * transform.a, top + tile * transform.e
            layer.SetSpatialFilterRect(left, bottom, right, top)
            frame = ogr.CreateGeometryFromWkt(f"POLYGON(({left} {top},{right} {top},{right} {bottom},{left} {bottom},{left} {top}))")
            rows = []
            for feature in layer:
                part = feature.GetGeometryRef().Intersection(frame)
                if part is None or part.IsEmpty() or part.GetArea() == 0:
                    continue
                x0, x1, y0, y1 = part.GetEnvelope()
                box = [(x0 - left) / transform.a, (y1 - top) / transform.e, (x1 - left) / transform.a, (y0 - top) / transform.e]
                rows.append(f"    <object>\n        <name>{feature.GetField(0)}</name>\n        <bndbox>\n            <xmin>{box[0]:.2f}</xmin>\n            <ymin>{box[1]:.2f}</ymin>\n            <xmax>{box[2]:.2f}</xmax>\n            <ymax>{box[3]:.2f}</ymax>\n        </bndbox>\n    </object>\n")
            if not rows:
                return None
            pixels = raster.read(window=window, boundless=column + tile > raster.width or row + tile > raster.height, fill_value=0)
            with rasterio.open(f"{out}/images/{number:09d}.{extension}", "w", driver=driver, width=tile, height=tile, count=raster.count, dtype=pixels.dtype, crs=raster.crs, transform=transform, **options) as chip:
                chip.write(pixels)
            with open(f"{out}/labels/{number:09d}.xml", "w") as label:
                label.write(f"<?xml version=\"1.0\"?>\n<annotation>\n    <filename>{number:09d}.{extension}</filename>\n    <size>\n        <width>{tile}</width>\n        <height>{tile}</height>\n        <depth>{raster.count}</depth>\n    </size>\n" + "".join(rows) + "</annotation>\n")
            return f"images\\{number:09d}.{extension}  labels\\{number:09d}.xml \n"
        if __name__ == "__main__":
            os.makedirs(out + "/images")
            os.makedirs(out + "/labels")
            begin = time.perf_counter()
            with rasterio.open(folder + "/scene.tif") as raster:
                columns = -(-(raster.width - tile) // stride) + 1
                rows = -(-(raster.height - tile) // stride) + 1
            places = [(r * columns + c, c * stride, r * stride) for r in range(rows) for c in range(columns)]
            with multiprocessing.Pool(workers, start) as pool:
                lines = [line for line in pool.imap(cut, places, chunksize=16) if line]
            with open(out + "/map.txt", "w") as file:
                file.writelines(lines)
            seconds = time.perf_counter() - begin
            use = [resource.getrusage(who) for who in (resource.RUSAGE_CHILDREN, resource.RUSAGE_SELF)]
            print(seconds, use[0].ru_maxrss // 1024, len(lines), sum(u.ru_utime + u.ru_stime for u in use))
        """;

    /// <summary>Makes the files where they are missing, then measures.</summary>
    /// <param name="format">The only one to measure; null for all.</param>
    public static int Compare(string folder, int rounds, string? format = null)
    {
        Directory.CreateDirectory(folder);
        PeerProcess.Python(Make, folder, "10000", "20000");
        Console.Write(PeerProcess.Python("import rasterio; print('against rasterio', rasterio.__version__, 'on GDAL', rasterio.__gdal_version__)"));
        Console.WriteLine($"on .NET {Environment.Version}, {Environment.ProcessorCount} processors, {rounds} rounds; multiples of the script: median (least to most)");
        Console.WriteLine("format   chips a second          less processor time     ours/s  script/s  ours CPU s  script CPU s  ours MB  script MB (a process)  ours KB a chip  script KB a chip");
        string outputs = Directory.CreateDirectory(Path.Combine(folder, $"compare-{Environment.ProcessId}")).FullName;
        foreach ((string name, string driver, string extension) in new[] { ("TIFF", "GTiff", "tif"), ("JPEG", "JPEG", "jpg"), ("PNG", "PNG", "png") }.Where(kind => format is null || kind.Item1 == format))
        {
            List<double[]> ours = [];
            List<double[]> theirs = [];
            for (int round = 0; round < rounds; round++)
            {
                string output = Path.Combine(outputs, $"{name}-{round}");
                ours.Add([.. PeerProcess.Numbers(PeerProcess.Start(Environment.ProcessPath!, ["export", "run", folder, output, name])), SizeOf(output, extension)]);
                output += "-script";
                theirs.Add([.. PeerProcess.Numbers(PeerProcess.Python(Peer, folder, output, driver, extension, $"{Tile}", $"{Stride}", "2")), SizeOf(output, extension)]);
                if (ours[^1][2] != theirs[^1][2])
                {
                    throw new InvalidOperationException($"{name}: {ours[^1][2]} chips, and {theirs[^1][2]} of the script.");
                }
            }

            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{name,-8} {Multiples(ours, theirs, 0)}   {Multiples(ours, theirs, 3)} {ours.Max(r => r[2] / r[0]),9:F0} {theirs.Max(r => r[2] / r[0]),9:F0} {ours.Min(r => r[3]),11:F1} {theirs.Min(r => r[3]),13:F1} {ours.Max(r => r[1]),8:F0} {theirs.Max(r => r[1]),10:F0} {ours[0][4],27:F1} {theirs[0][4],17:F1}"));
        }

        Directory.Delete(outputs, recursive: true);
        return 0;
    }

    /// <summary>One export; prints its seconds, the megabytes at its peak, the chips, and its seconds of processor time.</summary>
    public static int Run(string folder, string output, string format)
    {
        long start = Stopwatch.GetTimestamp();
        TrainingDataInfo info = ExportJob.Run(
            new ExportRequest
            {
                Rasters = [Path.Combine(folder, "scene.tif")],
                Labels = [new LayerSource(Path.Combine(folder, "labels.gpkg"))],
                Options = new ExportOptions
                {
                    Sources = [], Classes = [], OutputFolder = output, TileWidth = Tile, TileHeight = Tile, StrideX = Stride, StrideY = Stride, Workers = 2,
                    MetadataFormat = MetadataFormats.PascalVocRectangles, Format = Enum.Parse<ChipFormat>(format),
                },
            },
            new ExportContext(),
            default)!;
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        using Process self = Process.GetCurrentProcess();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{seconds} {self.PeakWorkingSet64 >> 20} {info.Images} {self.TotalProcessorTime.TotalSeconds}"));
        return 0;
    }

    private static string Multiples(List<double[]> ours, List<double[]> theirs, int column)
    {
        double[] ratios = [.. ours.Zip(theirs, (a, b) => b[column] / a[column]).Order()];
        return string.Create(CultureInfo.InvariantCulture, $"{(ratios[(ratios.Length - 1) / 2] + ratios[ratios.Length / 2]) / 2,5:F2} ({ratios[0],5:F2} to {ratios[^1],5:F2})");
    }

    private static double SizeOf(string output, string extension) =>
        new DirectoryInfo(Path.Combine(output, "images")).EnumerateFiles($"*.{extension}").Average(file => file.Length / 1000.0);
}
