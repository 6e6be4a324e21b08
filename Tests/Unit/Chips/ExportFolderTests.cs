using System.Globalization;
using System.Text.Json;
using ArcLearn.Core.Chips;
using ArcLearn.Core.Rasters;
using ArcLearn.Core.Vectors;

namespace ArcLearn.Tests.Unit.Chips;

public sealed class ExportFolderTests : IDisposable
{
    private readonly ExportFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public void The_folder_has_the_files_of_the_format()
    {
        TrainingDataInfo info = _fixture.Export(_fixture.Options(_fixture.Box(4, 4, 10, 12), _fixture.Box(40, 50, 60, 60, value: 3)) with { StartIndex = 7 });

        Assert.Equal(
            ["000000007.tfw", "000000007.tif", "000000008.tfw", "000000008.tif"], _fixture.Names("images"));
        Assert.Equal(["000000007.xml", "000000008.xml"], _fixture.Names("labels"));
        Assert.Equal(["esri_accumulated_stats.json", "esri_model_definition.emd", "map.txt", "stats.txt"], _fixture.Names("."));
        Assert.Equal("images\\000000007.tif  labels\\000000007.xml \nimages\\000000008.tif  labels\\000000008.xml \n", _fixture.Text("map.txt"));
        Assert.Equal((2, 2, 32, 32, 3), (info.Images, info.Features, info.TileWidth, info.TileHeight, info.Bands));
        Assert.Equal(_fixture.Output, info.Path);
        Assert.Equal((12, 12), _fixture.Progress[^1]);
    }

    [Fact]
    public void A_label_file_has_the_order_and_the_decimals_that_position_readers_need()
    {
        _fixture.Export(_fixture.Options(_fixture.Box(24.251, 4, 40, 12, value: 3)));

        Assert.Equal(
            """
            <?xml version="1.0"?>
            <annotation>
                <filename>000000000.tif</filename>
                <source>
                    <annotation>ArcLearn</annotation>
                </source>
                <size>
                    <width>32</width>
                    <height>32</height>
                    <depth>3</depth>
                </size>
                <object>
                    <name>3</name>
                    <bndbox>
                        <xmin>24.25</xmin>
                        <ymin>4.00</ymin>
                        <xmax>32.00</xmax>
                        <ymax>12.00</ymax>
                    </bndbox>
                </object>
            </annotation>

            """.ReplaceLineEndings("\n"),
            _fixture.Text("labels", "000000000.xml"));
        Assert.Contains("<xmin>0.00</xmin>\n            <ymin>4.00</ymin>\n            <xmax>8.00</xmax>", _fixture.Text("labels", "000000001.xml"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_world_file_names_the_centre_of_the_chips_first_pixel()
    {
        _fixture.Export(_fixture.Options(_fixture.Box(40, 40, 50, 50)));

        // Tile (1, 1) begins at pixel (32, 32): half a metre each, and half a pixel to its centre.
        Assert.Equal(
            "0.5000000000\n0.0000000000\n0.0000000000\n-0.5000000000\n500016.2500000000\n3999983.7500000000\n", _fixture.Text("images", "000000000.tfw"));
    }

    [Fact]
    public void Stats_text_keeps_its_columns()
    {
        _fixture.Export(_fixture.Options(_fixture.Box(0, 0, 8, 8), _fixture.Box(10, 10, 14, 14), _fixture.Box(40, 0, 44, 4)));

        string[] lines = _fixture.Text("stats.txt").Split('\n');
        Assert.Equal("images = 2 *3*32*32", lines[0]);
        Assert.Equal("features = 3", lines[1]);
        Assert.Equal("features per image = [min = 1, mean = 1.50, max = 2]", lines[2]);
        Assert.Equal("classes = 2", lines[3]);
        Assert.Equal("cls name              cls value     images   features    min size   mean size    max size", lines[4]);
        Assert.Equal("Palm                          1          2          3        4.00        8.00       16.00", lines[5]);
        Assert.Equal("Pool                          3          0          0        0.00        0.00        0.00", lines[6]);
        Assert.Equal("", lines[7]);
    }

    [Fact]
    public void Accumulated_statistics_agree_with_what_was_written()
    {
        _fixture.Export(_fixture.Options(_fixture.Box(0, 0, 8, 8), _fixture.Box(28, 0, 36, 8, value: 3)));

        string text = _fixture.Text("esri_accumulated_stats.json");
        Assert.StartsWith("{\n  \"Version\" : 1,\n  \"NumBands\" : 3,\n  \"TileSizeX\" : 32,\n", text, StringComparison.Ordinal);
        Assert.EndsWith("}", text, StringComparison.Ordinal);
        using JsonDocument json = JsonDocument.Parse(text);
        JsonElement root = json.RootElement;
        Assert.Equal("PASCAL_VOC_rectangles", root.GetProperty("MetaDataMode").GetString());
        Assert.Equal(2, root.GetProperty("NumTiles").GetInt32());
        JsonElement features = root.GetProperty("FeatureStats");
        Assert.Equal(3, features.GetProperty("NumFeaturesTotal").GetInt32());
        Assert.Equal([1, 2], features.GetProperty("NumImagesPerClass").EnumerateArray().Select(e => e.GetInt32()));
        Assert.Equal([1, 2], features.GetProperty("NumFeaturesPerClass").EnumerateArray().Select(e => e.GetInt32()));
        Assert.Equal(1.5, features.GetProperty("NumFeaturesPerImage").GetProperty("Mean").GetDouble());
        Assert.Equal(8.0, features.GetProperty("FeatureAreaPerClass")[1].GetProperty("Max").GetDouble());          // 4 × 8 pixels of 0.25 m²
        Assert.Equal(32632, root.GetProperty("MinCellSize").GetProperty("spatialReference").GetProperty("wkid").GetInt32());

        byte[] samples = [.. _fixture.Pixels("000000000.tif")[..1024], .. _fixture.Pixels("000000001.tif")[..1024]];
        JsonElement band = root.GetProperty("BandStatsState")[0];
        Assert.Equal(samples.Average(s => (double)s), band.GetProperty("M1").GetDouble(), 9);
        Assert.Equal(samples.Sum(s => Math.Pow(s - samples.Average(v => (double)v), 2)), band.GetProperty("M2").GetDouble(), 5);
        Assert.Equal(2048, band.GetProperty("Num").GetInt64());
    }

    [Fact]
    public void The_model_definition_lists_the_classes_with_their_colours()
    {
        _fixture.Export(_fixture.Options(_fixture.Box(0, 0, 8, 8)));

        using JsonDocument json = JsonDocument.Parse(_fixture.Text("esri_model_definition.emd"));
        JsonElement pool = json.RootElement.GetProperty("Classes")[1];
        Assert.Equal((3, "Pool"), (pool.GetProperty("Value").GetInt32(), pool.GetProperty("Name").GetString()));
        Assert.Equal([0, 0, 255], pool.GetProperty("Color").EnumerateArray().Select(e => e.GetInt32()));
        Assert.Equal("e.g. [0, 1, 2]", json.RootElement.GetProperty("ExtractBands").GetString());
        Assert.Equal("MAP_SPACE", json.RootElement.GetProperty("ImageSpaceUsed").GetString());
        Assert.Equal(21, json.RootElement.GetProperty("WellKnownBandNames (FYI, these band names can be used in ExtractBands)").GetArrayLength());
    }

    [Theory]
    [InlineData(true, "Red", "Green", "Blue")]
    [InlineData(false, "Band_1", "Band_2", "Band_3")]
    public void Bands_are_called_colours_only_where_the_raster_says_so(bool isColor, params string[] expected)
    {
        using ExportFixture fixture = new() { Raster = new(64, 64, 3, (band, row, column) => band + row + column) { IsColor = isColor } };
        fixture.Export(fixture.Options(fixture.Box(0, 0, 8, 8)));

        using JsonDocument json = JsonDocument.Parse(fixture.Text("esri_model_definition.emd"));
        Assert.Equal(expected, json.RootElement.GetProperty("InputRastersProps").GetProperty("BandNames").EnumerateArray().Select(name => name.GetString()));
        Assert.Equal(expected, json.RootElement.GetProperty("AllTilesStats").EnumerateArray().Select(band => band.GetProperty("BandName").GetString()));
        using IRaster chip = RasterFile.Open(Path.Combine(fixture.Output, "images", "000000000.tif"));
        Assert.Equal((3, isColor), (chip.Bands, chip.IsColor));
    }

    [Theory]
    [InlineData(ChipFormat.PNG, ".png", ".pgw")]
    [InlineData(ChipFormat.JPEG, ".jpg", ".jgw")]
    public void Pictures_get_their_crs_from_a_pam_file(ChipFormat format, string extension, string world)
    {
        using ExportFixture fixture = new()
        {
            Raster = new MemoryRaster(64, 64, 3, (_, _, _) => 9) { SpatialReference = new SpatialReference("Here", null, "LOCAL_CS[\"<Here>\"]") },
        };
        fixture.Export(fixture.Options(fixture.Box(4, 4, 10, 12)) with { Format = format });

        Assert.Equal([$"000000000{world}", $"000000000{extension}", $"000000000{extension}.aux.xml"], fixture.Names("images").Order(StringComparer.Ordinal));
        System.Xml.Linq.XDocument pam = System.Xml.Linq.XDocument.Parse(fixture.Text("images", $"000000000{extension}.aux.xml"));
        Assert.Equal("LOCAL_CS[\"<Here>\"]", pam.Root!.Element("SRS")!.Value);
        Assert.Equal(9, fixture.Pixels($"000000000{extension}")[500], tolerance: 1);
    }

    [Theory]
    [InlineData(32632, "PROJCS[\"WGS 84 / UTM zone 32N\"")]
    [InlineData(2056, "EPSG:2056")]
    public void A_pam_file_names_a_crs_that_has_a_code_only(int epsg, string expected)
    {
        using ExportFixture fixture = new() { Raster = new MemoryRaster(64, 64, 1, (_, _, _) => 9) { SpatialReference = new SpatialReference("x", epsg, null) } };
        fixture.Export(fixture.Options(fixture.Box(4, 4, 10, 12)) with { Format = ChipFormat.PNG });

        System.Xml.Linq.XDocument pam = System.Xml.Linq.XDocument.Parse(fixture.Text("images", "000000000.png.aux.xml"));
        Assert.StartsWith(expected, pam.Root!.Element("SRS")!.Value, StringComparison.Ordinal);
    }

    [Fact]
    public void Rasters_without_georeference_are_exported_in_pixels_side_by_side()
    {
        using ExportFixture fixture = new()
        {
            Raster = new MemoryRaster(32, 32, 1, (_, _, _) => 9) { Transform = GeoTransform.Pixels, IsGeoreferenced = false, SpatialReference = null },
        };
        ExportOptions one = fixture.Options(fixture.Box(4, 4, 10, 12));
        fixture.Export(one with { Sources = [one.Sources[0], one.Sources[0]] });

        Assert.EndsWith("\n0.5000000000\n-0.5000000000\n", fixture.Text("images", "000000000.tfw"), StringComparison.Ordinal);
        Assert.EndsWith("\n64.5000000000\n-0.5000000000\n", fixture.Text("images", "000000001.tfw"), StringComparison.Ordinal);
        Assert.Contains("\"ImageSpaceUsed\" : \"PIXEL_SPACE\"", fixture.Text("esri_model_definition.emd"), StringComparison.Ordinal);
        Core.Data.TrainingFolder folder = Core.Data.TrainingFolder.Open(fixture.Output, Core.IO.LocalFileSystem.Instance);
        Assert.False(folder.IsMapSpace);
        Assert.All(folder.Chips, c => Assert.NotNull(c.Transform));
    }

    [Fact]
    public void Numbers_are_written_the_same_in_every_culture()
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo comma = (CultureInfo)CultureInfo.InvariantCulture.Clone();
            comma.NumberFormat.NumberDecimalSeparator = ",";
            CultureInfo.CurrentCulture = comma;
            _fixture.Export(_fixture.Options(_fixture.Box(1.5, 2.5, 8, 8)));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }

        Assert.Contains("<xmin>1.50</xmin>", _fixture.Text("labels", "000000000.xml"), StringComparison.Ordinal);
        Assert.Contains("mean = 1.00", _fixture.Text("stats.txt"), StringComparison.Ordinal);
        Assert.StartsWith("0.5000000000\n", _fixture.Text("images", "000000000.tfw"), StringComparison.Ordinal);
    }
}
