using System.Globalization;
using ArcLearn.Core.Chips;
using ArcLearn.Core.Chips.Labels;
using ArcLearn.Core.IO;
using ArcLearn.Core.Rasters;
using ArcLearn.Core.Vectors;
using ArcLearn.Tests.Unit.TestSupport;

namespace ArcLearn.Tests.Unit.Chips;

/// <summary>Labels out of classified rasters, and labels drawn, beside what GDAL makes of the same.</summary>
public sealed class ClassRasterTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>Half as fine as the fixture's raster and shifted, with classes 1 to 4 in stripes.</summary>
    private static MemoryRaster Coarse(Func<int, int, int> value) =>
        new(50, 40, 1, (_, row, column) => value(row, column)) { Transform = new GeoTransform(500_000, 4_000_000, 1, -1), Path = "classes.tif", NoData = 4 };

    private static TrainingDataInfo Export(ExportFixture fixture, MemoryRaster classes, string format)
    {
        IReadOnlyList<ClassDefinition> found = ClassRasterSurvey.Find(classes, fixture.Raster, new PixelWindow(0, 0, 100, 80), out _, default);
        ExportOptions options = fixture.Options() with { MetadataFormat = format, Classes = found };
        return fixture.Export(options with { Sources = [options.Sources[0] with { ClassRaster = classes }] });
    }

    [Fact]
    public void Each_pixel_takes_the_class_under_its_middle_and_nodata_is_background()
    {
        using ExportFixture fixture = new();
        TrainingDataInfo info = Export(fixture, Coarse((_, column) => 1 + (column / 4 % 4)), MetadataFormats.ClassifiedTiles);

        Assert.Equal(["1", "2", "3"], info.Classes.Select(c => c.Name));
        Assert.Equal(12, info.Images);
        using IRaster label = RasterFile.Open(Path.Combine(fixture.Output, "labels", "000000001.tif"));
        byte[] values = new byte[1024];
        label.Read<byte>(new PixelWindow(0, 0, 32, 32), [0], values, 9);
        for (int i = 0; i < 1024; i++)
        {
            int value = 1 + ((32 + (i % 32)) / 2 / 4 % 4);
            Assert.Equal(value == 4 ? 0 : value, values[i]);
        }
    }

    [Fact]
    public void Regions_of_one_class_are_the_objects_of_formats_that_have_objects()
    {
        using ExportFixture fixture = new();

        // Two squares of class 2 that touch at a corner, one of class 1.
        MemoryRaster classes = Coarse((row, column) => row is >= 2 and < 4 && column is >= 2 and < 4 ? 2 : row is >= 4 and < 6 && column is >= 4 and < 6 ? 2 : row < 2 && column < 1 ? 1 : 0);
        TrainingDataInfo info = Export(fixture, classes, MetadataFormats.RcnnMasks);

        Assert.Equal((1, 3), (info.Images, info.Features));
        using IRaster label = RasterFile.Open(Path.Combine(fixture.Output, "labels", "2", "000000000.tif"));
        byte[] values = new byte[1024];
        label.Read<byte>(new PixelWindow(0, 0, 32, 32), [0], values, 9);
        Assert.Equal((16, 16), (values.Count(v => v == 1), values.Count(v => v == 2)));
        using ExportFixture whole = new();
        Export(whole, classes, MetadataFormats.LabeledTiles);
        Assert.Contains("<name>2</name>", whole.Text("labels", "000000000.xml"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-3)]
    [InlineData(int.MinValue)]
    public void Values_below_zero_are_no_classes(int value)
    {
        using ExportFixture fixture = new();
        MemoryRaster classes = new(50, 40, 1, (_, row, _) => row == 20 ? value : 1) { Transform = new GeoTransform(500_000, 4_000_000, 1, -1), SampleType = SampleType.Int32 };

        Assert.Equal("ClassValueInvalid", Assert.Throws<LearnDataException>(() => Export(fixture, classes, MetadataFormats.ClassifiedTiles)).Id);
    }

    [Fact]
    public void A_classified_raster_elsewhere_is_an_error_that_tells_both_extents()
    {
        using ExportFixture fixture = new();
        MemoryRaster classes = new(50, 40, 1, (_, _, _) => 1) { Transform = new GeoTransform(700_000, 4_000_000, 1, -1) };
        LearnDataException error = Assert.Throws<LearnDataException>(() => Export(fixture, classes, MetadataFormats.ClassifiedTiles));

        Assert.Equal("LabelsOutside", error.Id);
        Assert.Contains("700000", error.Message, StringComparison.Ordinal);
        Assert.Contains("500000", error.Message, StringComparison.Ordinal);
    }

    [GdalFact]
    public void Polygons_are_drawn_as_gdal_rasterizes_them()
    {
        using ExportFixture fixture = new();
        Random random = new(11);
        List<LabelObject> objects = [];
        for (int i = 0; i < 120; i++)
        {
            (double x, double y) = (random.NextDouble() * 95, random.NextDouble() * 75);
            double[] angles = [.. Enumerable.Range(0, random.Next(3, 9)).Select(_ => random.NextDouble() * 2 * Math.PI).Order()];
            if (angles.Zip(angles.Skip(1), (a, b) => b - a).All(gap => gap < Math.PI) && angles[^1] - angles[0] > Math.PI)
            {
                objects.Add(fixture.Shape(i % 2 == 0 ? 1 : 3, i, [.. angles.Select(a => (x + (12 * Math.Cos(a)), y + (9 * Math.Sin(a))))]));
            }
        }

        fixture.Export(fixture.Options([.. objects]) with { TileWidth = 100, TileHeight = 80, MetadataFormat = MetadataFormats.ClassifiedTiles });
        string layer = _folder.PathOf("shapes.csv");
        File.WriteAllLines(layer, ["value;wkt", .. objects.Select(o => $"{o.Value};{o.Geometry.AsText()}")]);

        string different = Gdal.Run(
            """
            import sys, csv, numpy as np
            from osgeo import gdal, ogr
            label = gdal.Open(sys.argv[1])
            target = gdal.GetDriverByName("MEM").Create("", label.RasterXSize, label.RasterYSize, 1, gdal.GDT_Byte)
            target.SetGeoTransform(label.GetGeoTransform())
            memory = ogr.GetDriverByName("Memory").CreateDataSource("")
            layer = memory.CreateLayer("x")
            layer.CreateField(ogr.FieldDefn("value", ogr.OFTInteger))
            csv.field_size_limit(10**7)
            for row in csv.DictReader(open(sys.argv[2]), delimiter=";"):
                feature = ogr.Feature(layer.GetLayerDefn())
                feature.SetField("value", int(row["value"]))
                feature.SetGeometry(ogr.CreateGeometryFromWkt(row["wkt"]))
                layer.CreateFeature(feature)
            gdal.RasterizeLayer(target, [1], layer, options=["ATTRIBUTE=value"])
            ours, theirs = label.ReadAsArray(), target.ReadAsArray()
            print((ours != theirs).sum(), (theirs != 0).sum())
            """,
            [Path.Combine(fixture.Output, "labels", "000000000.tif"), layer]);
        int[] counts = [.. different.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(n => int.Parse(n, CultureInfo.InvariantCulture))];
        Assert.Equal(0, counts[0]);
        Assert.True(counts[1] > 2000, different);
    }

    [SharedDataGdalFact]
    public void Classes_on_another_grid_and_system_are_those_that_GDAL_warps()
    {
        TrainingDataInfo info = ExportJob.Run(
            new ExportRequest
            {
                Rasters = [SharedData.PathOf("pix_zion", "landsat_b2345.tif")],
                Labels = [new LayerSource(SharedData.PathOf("pix_zion", "nlcd2011_8class.tif"))],
                Settings = ExportSettings.Parse(new System.Collections.Hashtable { ["extent"] = new GeoExtent(301_905, 4_120_000, 312_405, 4_124_000) }),
                Options = new ExportOptions { Sources = [], Classes = [], OutputFolder = _folder.PathOf("chips"), TileWidth = 128, TileHeight = 128, MetadataFormat = MetadataFormats.ClassifiedTiles },
            },
            new ExportContext { Files = LocalFileSystem.Instance },
            default)!;

        Assert.Contains(info.Classes, c => c.Name.Contains("forest", StringComparison.OrdinalIgnoreCase));
        string shares = Gdal.Run(
            """
            import sys, glob
            from osgeo import gdal
            same = total = 0
            for path in sorted(glob.glob(sys.argv[1] + "/labels/*.tif")):
                ours = gdal.Open(path)
                gt = ours.GetGeoTransform()
                box = (gt[0], gt[3] + gt[5] * ours.RasterYSize, gt[0] + gt[1] * ours.RasterXSize, gt[3])
                theirs = gdal.Warp("", sys.argv[2], format="MEM", outputBounds=box, width=ours.RasterXSize, height=ours.RasterYSize, dstSRS=ours.GetProjection(), resampleAlg="near", errorThreshold=0)
                a, b = ours.ReadAsArray(), theirs.ReadAsArray()
                same += int((a == b).sum())
                total += a.size
            print(same, total)
            """,
            [info.Path, SharedData.PathOf("pix_zion", "nlcd2011_8class.tif")]);
        double[] counts = [.. shares.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(n => double.Parse(n, CultureInfo.InvariantCulture))];
        Assert.True(counts[1] > 30_000 && counts[0] / counts[1] > 0.999, shares);
    }
}
