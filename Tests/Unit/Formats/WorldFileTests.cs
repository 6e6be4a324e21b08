using ArcLearn.Core.Formats;
using ArcLearn.Core.Rasters;
using ArcLearn.Tests.Unit.Rasters;

namespace ArcLearn.Tests.Unit.Formats;

public sealed class WorldFileTests
{
    [Fact]
    public void Parse_moves_the_origin_from_pixel_centre_to_outer_corner()
    {
        GeoTransform actual = WorldFile.Parse("a.tfw", new StringReader("2\n0\n0\n-2\n101\n499\n"));

        Assert.Equal((100, 500), actual.ToMap(0, 0));
        Assert.Equal((102, 498), actual.ToMap(1, 1));
    }

    [Fact]
    public void Parse_takes_the_second_line_as_y_for_one_column()
    {
        GeoTransform actual = WorldFile.Parse("a.tfw", new StringReader("2\r\n0.5\r\n0.25\r\n-2\r\n100\r\n500\r\n"));

        Assert.Equal((100, 500), actual.ToMap(0.5, 0.5));
        Assert.Equal((102, 500.5), actual.ToMap(1.5, 0.5));
        Assert.Equal((100.25, 498), actual.ToMap(0.5, 1.5));
    }

    [Fact]
    public void Format_writes_ten_decimals_and_line_feeds()
    {
        // The first chip of a real export: its corner is half a pixel off the centre that the file names.
        GeoTransform chip = new(-19519397.5504491899, -2402928.2978897709, 0.0859005782, -0.0859005782);

        Assert.StartsWith("0.0859005782\n0.0000000000\n0.0000000000\n-0.0859005782\n-19519397.507498", WorldFile.Format(chip), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0.5, -0.25, 0, 0)]
    [InlineData(0.5, -0.25, 0.125, -0.0625)]
    public void Format_and_Parse_are_inverse(double width, double height, double rowRotation, double columnRotation)
    {
        GeoTransform transform = new(1000, 2000, width, height, rowRotation, columnRotation);

        Assert.Equal(transform, WorldFile.Parse("a.tfw", new StringReader(WorldFile.Format(transform))));
    }

    [Theory]
    [InlineData("2\n0\n0\n-2\n101\n", 6, "ends before centre y")]
    [InlineData("2\nx\n0\n-2\n101\n499\n", 2, "column rotation is 'x'")]
    [InlineData("2\n0\n0\nNaN\n101\n499\n", 4, "pixel height is 'NaN'")]
    [InlineData("0\n0\n0\n-2\n101\n499\n", null, "describes no raster")]
    public void Parse_names_the_line_it_could_not_read(string text, int? line, string message)
    {
        LearnFormatException error = Assert.Throws<LearnFormatException>(() => WorldFile.Parse("a.tfw", new StringReader(text)));

        Assert.Equal(line, error.Line);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a.tif", "a.tfw")]
    [InlineData("a.png", "a.pgw")]
    [InlineData("a.jpeg", "a.jgw")]
    [InlineData("dir.x/a.jpg", "dir.x/a.jgw")]
    public void NameFor_takes_the_first_and_last_letter(string picture, string world) => Assert.Equal(world, WorldFile.NameFor(picture));

    [Theory]
    [InlineData("scene.png", "scene.pgw")]
    [InlineData("scene.png", "scene.PGW")]
    [InlineData("scene.png", "scene.pngw")]
    [InlineData("scene.png", "scene.wld")]
    [InlineData("SCENE.PNG", "SCENE.PGW")]
    public void A_picture_is_placed_by_the_world_file_and_prj_beside_it(string picture, string world)
    {
        MemoryFileSystem files = new()
        {
            Files =
            {
                [picture] = File.ReadAllBytes(RasterFixture.PathOf("rgb.png")),
                [world] = "2\n0\n0\n-2\n101\n499\n"u8.ToArray(),
                [Path.ChangeExtension(picture, ".prj")] = """
                    PROJCS["WGS_1984_UTM_Zone_18S",GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Transverse_Mercator"],PARAMETER["False_Easting",500000.0],PARAMETER["False_Northing",10000000.0],PARAMETER["Central_Meridian",-75.0],PARAMETER["Scale_Factor",0.9996],PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]
                    """u8.ToArray(),
            },
        };
        using IRaster raster = RasterFile.Open(picture, files);

        Assert.True(raster.IsGeoreferenced);
        Assert.Equal(new GeoTransform(100, 500, 2, -2), raster.Transform);
        Assert.Equal(32718, raster.SpatialReference?.Epsg);
    }

    [Fact]
    public void What_a_GeoTIFF_says_itself_is_not_overruled()
    {
        MemoryFileSystem files = new()
        {
            Files =
            {
                ["a.tif"] = File.ReadAllBytes(RasterFixture.PathOf("u8_lzw_strips.tif")),
                ["a.tfw"] = "2\n0\n0\n-2\n101\n499\n"u8.ToArray(),
                ["a.prj"] = "no well-known text"u8.ToArray(),
            },
        };
        using IRaster raster = RasterFile.Open("a.tif", files);

        Assert.Equal(-74.5, raster.Transform.OriginX);
        Assert.Equal(4326, raster.SpatialReference?.Epsg);
    }

    [Fact]
    public void A_prj_that_is_needed_and_unreadable_is_blamed()
    {
        MemoryFileSystem files = new()
        {
            Files = { ["a.png"] = File.ReadAllBytes(RasterFixture.PathOf("rgb.png")), ["a.prj"] = "no well-known text"u8.ToArray() },
        };

        Assert.Equal("a.prj", Assert.Throws<LearnFormatException>(() => RasterFile.Open("a.png", files)).Path);
    }
}
