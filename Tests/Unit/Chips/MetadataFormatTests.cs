using System.Text.Json;
using System.Xml.Linq;
using ArcLearn.Core.Chips;
using ArcLearn.Core.Rasters;
using ArcLearn.Core.Vectors;
using NetTopologySuite.Geometries;

namespace ArcLearn.Tests.Unit.Chips;

/// <summary>What each metadata format writes for the same small scene.</summary>
public sealed class MetadataFormatTests : IDisposable
{
    private readonly ExportFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    private TrainingDataInfo Export(string format, params LabelObject[] objects) => _fixture.Export(_fixture.Options(objects) with { MetadataFormat = format });

    /// <summary>A ring: a square of 20 pixels with a hole of 10.</summary>
    private LabelObject Ring(int value)
    {
        Polygon outer = (Polygon)_fixture.Box(4, 4, 24, 24).Geometry;
        Polygon inner = (Polygon)_fixture.Box(8, 8, 18, 18).Geometry;
        return new LabelObject(new Polygon((LinearRing)outer.ExteriorRing, [(LinearRing)inner.ExteriorRing]), value, 1);
    }

    private int[] Values(params string[] path)
    {
        using IRaster raster = RasterFile.Open(Path.Combine([_fixture.Output, .. path]));
        double[] values = new double[raster.Width * raster.Height];
        raster.Read<double>(new PixelWindow(0, 0, raster.Width, raster.Height), [0], values, -1);
        return [.. values.Select(v => (int)v)];
    }

    private JsonElement Statistics() => JsonDocument.Parse(_fixture.Text("esri_accumulated_stats.json")).RootElement;

    [Fact]
    public void Kitti_rows_have_fifteen_numbers_and_no_more_than_the_value_and_box_in_them()
    {
        Export(MetadataFormats.KittiRectangles, _fixture.Box(24.25, 4, 40, 12, value: 3), _fixture.Box(0, 0, 4, 4));

        Assert.Equal(
            "  3 0.00 0 0   24.25    4.00   32.00   12.00 0 0 0 0 0 0 0\n  1 0.00 0 0    0.00    0.00    4.00    4.00 0 0 0 0 0 0 0\n",
            _fixture.Text("labels", "000000000.txt"));
        Assert.All(_fixture.Text("labels", "000000000.txt").Split('\n', StringSplitOptions.RemoveEmptyEntries),
            row => Assert.Equal(15, row.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length));
        Assert.StartsWith("images\\000000000.tif  labels\\000000000.txt \n", _fixture.Text("map.txt"), StringComparison.Ordinal);
    }

    [Fact]
    public void Yolo_rows_are_in_parts_of_the_chip_and_count_classes_from_zero()
    {
        Export(MetadataFormats.Yolo, _fixture.Box(8, 4, 16, 12, value: 3));

        Assert.Equal("1 0.375000 0.250000 0.250000 0.250000\n", _fixture.Text("labels", "000000000.txt"));
        Assert.EndsWith("names:\n  0: \"Palm\"\n  1: \"Pool\"\n", _fixture.Text("data.yaml"), StringComparison.Ordinal);
    }

    [Fact]
    public void Classified_tiles_hold_the_last_drawn_class_and_no_holes()
    {
        TrainingDataInfo info = Export(MetadataFormats.ClassifiedTiles, Ring(1), _fixture.Box(20, 20, 28, 28, value: 3));

        int[] values = Values("labels", "000000000.tif");
        for (int row = 0; row < 32; row++)
        {
            for (int column = 0; column < 32; column++)
            {
                bool isPool = row is >= 20 and < 28 && column is >= 20 and < 28;
                bool isRing = row is >= 4 and < 24 && column is >= 4 and < 24 && !(row is >= 8 and < 18 && column is >= 8 and < 18);
                Assert.Equal(isPool ? 3 : isRing ? 1 : 0, values[(row * 32) + column]);
            }
        }

        using IRaster label = RasterFile.Open(Path.Combine(_fixture.Output, "labels", "000000000.tif"));
        Assert.Equal((SampleType.UInt8, 32632, (500_000d, 4_000_000d)), (label.SampleType, label.SpatialReference!.Epsg, label.Transform.ToMap(0, 0)));
        Assert.Equal((1, 0), (info.Images, info.Features));
        Assert.Equal("images\\000000000.tif  labels\\000000000.tif \n", _fixture.Text("map.txt"));
    }

    [Fact]
    public void Pixel_statistics_count_images_without_a_class_as_none_of_its_pixels()
    {
        Export(MetadataFormats.ClassifiedTiles, _fixture.Box(0, 0, 32, 32), _fixture.Box(40, 0, 44, 4), _fixture.Box(48, 0, 56, 8, value: 3));

        string[] lines = _fixture.Text("stats.txt").Split('\n');
        Assert.Equal("images = 2 *3*32*32", lines[0]);
        Assert.Equal("classes = 2", lines[1]);
        Assert.Equal("classes per image = [min = 1, mean = 1.50, max = 2]", lines[2]);
        Assert.Equal("cls name              cls value     images   pixels      min size   mean size    max size", lines[3]);
        Assert.Equal("Palm                          1          2       1040       16.00      520.00     1024.00", lines[4]);
        Assert.Equal("Pool                          3          1         64        0.00       32.00       64.00", lines[5]);
        JsonElement pixels = Statistics().GetProperty("ClassPixelStats");
        Assert.False(Statistics().GetProperty("OutputFeatures").GetBoolean());
        Assert.Equal([1040, 64], pixels.GetProperty("NumPixelsPerClass").EnumerateArray().Select(e => e.GetInt64()));
        Assert.Equal(2, pixels.GetProperty("PixelsPerClass")[1].GetProperty("Count").GetInt32());
        Assert.Equal(1.5, pixels.GetProperty("NumClassesPerImage").GetProperty("Mean").GetDouble());
    }

    [Theory]
    [InlineData(255, SampleType.UInt8)]
    [InlineData(22_531, SampleType.UInt16)]
    [InlineData(70_000, SampleType.UInt32)]
    public void A_label_band_has_the_smallest_type_that_holds_all_classes(int value, SampleType type)
    {
        ExportOptions options = _fixture.Options(_fixture.Box(0, 0, 8, 8, value: value)) with
        {
            MetadataFormat = MetadataFormats.ClassifiedTiles, Classes = [new(value, "x", [1, 2, 3])],
        };
        _fixture.Export(options);

        using IRaster label = RasterFile.Open(Path.Combine(_fixture.Output, "labels", "000000000.tif"));
        Assert.Equal(type, label.SampleType);
        Assert.Equal(value, Values("labels", "000000000.tif")[0]);
        Assert.Equal(64, Values("labels", "000000000.tif").Count(v => v == value));
    }

    [Fact]
    public void Tiles_whose_objects_cover_no_pixel_are_no_classified_tiles()
    {
        // The second tile has a sliver of the object, on the left of its first pixels' centres.
        Assert.Equal(1, Export(MetadataFormats.ClassifiedTiles, _fixture.Box(20, 4, 32.4, 12)).Images);
    }

    [Fact]
    public void Rcnn_masks_number_the_objects_of_each_class_in_a_folder_of_its_name()
    {
        TrainingDataInfo info = Export(
            MetadataFormats.RcnnMasks, _fixture.Box(0, 0, 4, 4), _fixture.Box(8, 0, 12, 4, value: 3), _fixture.Box(2, 2, 6, 6), _fixture.Box(40, 0, 44, 4));

        int[] palms = Values("labels", "Palm", "000000000.tif");
        Assert.Equal((1, 2, 2, 0), (palms[0], palms[(2 * 32) + 2], palms[(5 * 32) + 5], palms[8]));
        Assert.Equal(12, palms.Count(v => v == 1));
        Assert.Equal(16, Values("labels", "Pool", "000000000.tif").Count(v => v == 1));
        Assert.False(File.Exists(Path.Combine(_fixture.Output, "labels", "Pool", "000000001.tif")));
        Assert.Equal((2, 4), (info.Images, info.Features));
        Assert.Equal(
            "images\\000000000.tif  labels\\Palm\\000000000.tif  labels\\Pool\\000000000.tif \nimages\\000000001.tif  labels\\Palm\\000000001.tif \n", _fixture.Text("map.txt"));
    }

    [Fact]
    public void Panoptic_folders_have_classes_in_labels_and_instances_in_labels2()
    {
        ExportOptions options = _fixture.Options(_fixture.Box(0, 0, 20, 20)) with { MetadataFormat = MetadataFormats.PanopticSegmentation };
        _fixture.Export(options with { Sources = [options.Sources[0] with { Instances = [_fixture.Box(0, 0, 4, 4, value: 3), _fixture.Box(6, 0, 10, 4, value: 3)] }] });

        Assert.Equal(400, Values("labels", "000000000.tif").Count(v => v == 1));
        int[] pools = Values("labels2", "Pool", "000000000.tif");
        Assert.Equal((16, 16), (pools.Count(v => v == 1), pools.Count(v => v == 2)));
        Assert.False(Directory.Exists(Path.Combine(_fixture.Output, "labels2", "Palm")));
        Assert.True(Statistics().TryGetProperty("ClassPixelStats", out _));
    }

    [Fact]
    public void Labeled_tiles_are_one_chip_for_each_object_with_it_in_the_middle()
    {
        TrainingDataInfo info = Export(MetadataFormats.LabeledTiles, _fixture.Box(40, 30, 50, 38), _fixture.Box(44, 34, 54, 42, value: 3));

        Assert.Equal((2, 2), (info.Images, info.Features));
        XElement first = XDocument.Parse(_fixture.Text("labels", "000000000.xml")).Root!;
        Assert.Equal(["1"], first.Elements("object").Select(o => o.Element("name")!.Value));
        Assert.Equal(["11.00", "12.00", "21.00", "20.00"], first.Descendants("bndbox").Single().Elements().Select(e => e.Value));
        Assert.EndsWith("500014.7500000000\n3999990.7500000000\n", _fixture.Text("images", "000000000.tfw"), StringComparison.Ordinal);
        Assert.Contains("<name>3</name>", _fixture.Text("labels", "000000001.xml"), StringComparison.Ordinal);
    }

    [Fact]
    public void Cropped_tiles_end_with_the_object_and_blackened_ones_are_zero_around_it()
    {
        // A right triangle: of its 10 by 8 pixels half are its own.
        ExportOptions options = _fixture.Options(_fixture.Shape(1, 1, (40, 30), (50, 30), (40, 38))) with
        {
            MetadataFormat = MetadataFormats.LabeledTiles, CropMode = CropMode.BoundingBox, BlackenAroundFeature = true,
        };
        _fixture.Export(options);

        using IRaster chip = RasterFile.Open(Path.Combine(_fixture.Output, "images", "000000000.tif"));
        Assert.Equal((10, 8), (chip.Width, chip.Height));
        byte[] samples = _fixture.Pixels("000000000.tif", 10, 8);
        for (int i = 0; i < 240; i++)
        {
            (int band, int row, int column) = (i / 80, i / 10 % 8, i % 10);
            bool isInside = (column + 0.5) / 10 + ((row + 0.5) / 8) < 1;
            Assert.Equal(isInside ? (band * 50) + ((row + 30 + column + 40) % 50) + 1 : 0, samples[i]);
        }

        string emd = _fixture.Text("esri_model_definition.emd");
        Assert.Contains("\"BlackenAroundFeature\" : true", emd, StringComparison.Ordinal);
        Assert.Contains("\"CropTileMode\" : \"Variable_Size\"", emd, StringComparison.Ordinal);
    }

    [Fact]
    public void Imagenet_images_lie_in_a_folder_of_their_class()
    {
        TrainingDataInfo info = Export(MetadataFormats.Imagenet, _fixture.Box(40, 30, 50, 38), _fixture.Box(44, 34, 54, 42, value: 3), _fixture.Box(60, 34, 64, 42));

        Assert.Equal(["000000000.tfw", "000000000.tif", "000000002.tfw", "000000002.tif"], _fixture.Names("images/Palm"));
        Assert.Equal(["000000001.tfw", "000000001.tif"], _fixture.Names("images/Pool"));
        Assert.False(Directory.Exists(Path.Combine(_fixture.Output, "labels")));
        Assert.Equal("images\\Palm\\000000000.tif \nimages\\Pool\\000000001.tif \nimages\\Palm\\000000002.tif \n", _fixture.Text("map.txt"));
        Assert.Equal((3, 3), (info.Images, info.Features));
    }

    [Fact]
    public void Multilabeled_tiles_name_each_class_once()
    {
        Export(MetadataFormats.MultiLabeledTiles, _fixture.Box(0, 0, 4, 4, value: 3), _fixture.Box(8, 0, 12, 4), _fixture.Box(16, 0, 20, 4, value: 3));

        XElement only = Assert.Single(XDocument.Parse(_fixture.Text("labels", "000000000.xml")).Root!.Elements("object"));
        Assert.Equal("Palm,Pool", only.Element("name")!.Value);
        Assert.Equal(["0.00", "0.00", "32.00", "32.00"], only.Element("bndbox")!.Elements().Select(e => e.Value));
    }

    [Fact]
    public void Export_tiles_are_all_tiles_and_their_second_images()
    {
        using ExportFixture fixture = new();
        ExportOptions options = fixture.Options() with { MetadataFormat = MetadataFormats.ExportTiles };
        MemoryRaster second = new(100, 80, 1, (_, row, column) => row + column) { SampleType = SampleType.UInt16 };
        TrainingDataInfo info = fixture.Export(options with { Sources = [options.Sources[0] with { Additional = second }] });

        Assert.Equal(12, info.Images);
        Assert.Empty(info.Classes);
        Assert.StartsWith("images\\000000000.tif images2\\000000000.tif \n", fixture.Text("map.txt"), StringComparison.Ordinal);
        Assert.Equal(
            "images = 12 *3*32*32\n\nClass feature statistics:\nfeatures = 0\nfeatures per image = [min = 0, mean = 0.00, max = 0]\nclasses = 0\n", fixture.Text("stats.txt"));
        using IRaster image = RasterFile.Open(Path.Combine(fixture.Output, "images2", "000000001.tif"));
        Assert.Equal((SampleType.UInt16, 1), (image.SampleType, image.Bands));
        JsonElement root = JsonDocument.Parse(fixture.Text("esri_accumulated_stats.json")).RootElement;
        Assert.False(root.TryGetProperty("Classes", out _));
        Assert.Equal(178, root.GetProperty("BandStatsState2")[0].GetProperty("Max").GetDouble());
    }

    [Fact]
    public void CycleGan_has_a_complete_export_on_each_side()
    {
        MemoryRaster other = new(64, 32, 3, (_, _, _) => 9);
        TrainingDataInfo info = _fixture.Export(_fixture.Options() with { MetadataFormat = MetadataFormats.CycleGan, OtherSources = [new ExportSource(other, [])] });

        Assert.Equal(14, info.Images);
        string[] reports = ["esri_accumulated_stats.json", "esri_model_definition.emd", "map.txt", "stats.txt"];
        Assert.Equal(reports, _fixture.Names("A"));
        Assert.Equal(reports, _fixture.Names("B"));
        Assert.Equal(24, _fixture.Names("A/images").Length);
        Assert.Equal(4, _fixture.Names("B/images").Length);
        Assert.Contains("\"MetaDataMode\" : \"CycleGAN\"", _fixture.Text("B", "esri_accumulated_stats.json"), StringComparison.Ordinal);
        Assert.Empty(_fixture.Names("."));
    }

    [Fact]
    public void Coco_has_images_categories_and_annotations_with_outlines_or_run_lengths()
    {
        Export(MetadataFormats.Coco, _fixture.Shape(3, 1, (26, 4), (40, 4), (26, 18)), Ring(1));

        using JsonDocument json = JsonDocument.Parse(_fixture.Text("annotations.json"));
        Assert.Equal(["Palm", "Pool"], json.RootElement.GetProperty("categories").EnumerateArray().Select(c => c.GetProperty("name").GetString()));
        JsonElement[] images = [.. json.RootElement.GetProperty("images").EnumerateArray()];
        Assert.Equal(["000000000.tif", "000000001.tif"], images.Select(i => i.GetProperty("file_name").GetString()));
        JsonElement[] annotations = [.. json.RootElement.GetProperty("annotations").EnumerateArray()];
        Assert.Equal([1, 2, 3], annotations.Select(a => a.GetProperty("id").GetInt32()));
        Assert.Equal([26, 4, 6, 14], annotations[0].GetProperty("bbox").EnumerateArray().Select(n => n.GetDouble()));
        Assert.Equal((14 * 6) - 18, annotations[0].GetProperty("area").GetDouble());

        // Clipped by the chip's border: a corner more than the triangle has, and twice the area by the shoelace formula.
        double[] ring = [.. annotations[0].GetProperty("segmentation")[0].EnumerateArray().Select(n => n.GetDouble())];
        Assert.Equal(8, ring.Length);
        double twice = Enumerable.Range(0, 4).Sum(i => (ring[2 * i] * ring[((2 * i) + 3) % 8]) - (ring[((2 * i) + 2) % 8] * ring[(2 * i) + 1]));
        Assert.Equal(2 * 66, Math.Abs(twice));

        int[] counts = [.. annotations[1].GetProperty("segmentation").GetProperty("counts").EnumerateArray().Select(n => n.GetInt32())];
        Assert.Equal(1024, counts.Sum());
        Assert.Equal(300, counts.Where((_, i) => i % 2 == 1).Sum());
        Assert.Equal([(4 * 32) + 4, 20], counts[..2]);
        Assert.Equal(300, annotations[1].GetProperty("area").GetDouble());
        Assert.Equal(1, annotations[2].GetProperty("image_id").GetInt32());
    }

    [Theory]
    [InlineData("a/b", "cannot have everywhere")]
    [InlineData("palm", "in case only")]
    [InlineData("con", "device")]
    public void Class_names_that_cannot_be_folders_are_refused_where_they_become_some(string name, string message)
    {
        ExportOptions options = _fixture.Options(_fixture.Box(0, 0, 4, 4)) with { Classes = [.. ExportFixture.TwoClasses, new(4, name, [0, 0, 0])] };
        foreach (string format in new[] { MetadataFormats.RcnnMasks, MetadataFormats.Imagenet, MetadataFormats.PanopticSegmentation })
        {
            LearnDataException error = Assert.Throws<LearnDataException>(() => _fixture.Export(options with { MetadataFormat = format }));
            Assert.Equal("ClassNameInvalid", error.Id);
            Assert.Contains(message, error.Message, StringComparison.Ordinal);
        }

        Assert.Equal(1, _fixture.Export(options with { MetadataFormat = MetadataFormats.KittiRectangles }).Images);
    }

    [Theory]
    [InlineData(ChipFormat.PNG, ".png")]
    [InlineData(ChipFormat.JPEG, ".jpg")]
    public void Labels_are_tiffs_whatever_the_images_are(ChipFormat format, string extension)
    {
        _fixture.Export(_fixture.Options(_fixture.Box(0, 0, 4, 4)) with { MetadataFormat = MetadataFormats.ClassifiedTiles, Format = format });

        Assert.Equal($"images\\000000000{extension}  labels\\000000000.tif \n", _fixture.Text("map.txt"));
        Assert.Equal(16, Values("labels", "000000000.tif").Count(v => v == 1));
    }

    [Fact]
    public void Every_format_gives_the_same_bytes_for_any_number_of_workers()
    {
        Random random = new(5);
        LabelObject[] objects = [.. Enumerable.Range(0, 40).Select(i =>
        {
            (double x, double y) = (random.NextDouble() * 90, random.NextDouble() * 70);
            return _fixture.Shape(i % 2 == 0 ? 1 : 3, i, (x, y), (x + 9, y + 1), (x + 4, y + 11));
        })];
        foreach (string format in MetadataFormats.All)
        {
            ExportOptions options = _fixture.Options(objects) with
            {
                StrideX = 16, StrideY = 16, Force = true, MetadataFormat = format, RotationAngle = 120,
                OtherSources = format == MetadataFormats.CycleGan ? _fixture.Options(objects).Sources : [],
            };
            _fixture.Export(options with { Workers = 1 });
            SortedDictionary<string, string> one = _fixture.Snapshot();
            _fixture.Export(options with { Workers = 5 });

            Assert.True(one.Count > 80, format);
            Assert.Equal(one, _fixture.Snapshot());
        }
    }
}
