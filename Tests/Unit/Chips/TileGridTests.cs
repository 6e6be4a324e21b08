using ArcLearn.Core.Chips.Plans;
using ArcLearn.Core.Rasters;

namespace ArcLearn.Tests.Unit.Chips;

public class TileGridTests
{
    [Theory]
    [InlineData(256, 64, 64, 4)]                // exactly
    [InlineData(257, 64, 64, 5)]                // one column beyond
    [InlineData(256, 64, 32, 7)]                // half overlap: the seventh ends with the raster
    [InlineData(250, 64, 32, 7)]                // the seventh reaches beyond it
    [InlineData(64, 64, 32, 1)]
    [InlineData(40, 64, 32, 1)]                 // a tile larger than the raster is the only one
    [InlineData(200, 64, 100, 2)]               // gaps between tiles
    [InlineData(300, 256, 512, 1)]              // the next tile would begin outside
    public void A_side_has_tiles_until_one_reaches_the_end(int length, int tile, int stride, int expected)
    {
        TileGrid grid = new(new PixelWindow(0, 0, length, 10), length, 10, tile, 10, stride, 10);

        Assert.Equal(expected, grid.Columns);
        Assert.Equal(1, grid.Rows);
        Assert.True(grid[grid.Columns - 1].Column < length);
    }

    [Fact]
    public void Tiles_are_listed_row_by_row_from_the_upper_left()
    {
        TileGrid grid = new(new PixelWindow(0, 0, 100, 80), 100, 80, 40, 30, 40, 25);

        Assert.Equal((3, 3), (grid.Columns, grid.Rows));
        Assert.Equal(new PixelWindow(0, 0, 40, 30), grid[0]);
        Assert.Equal(new PixelWindow(80, 0, 40, 30), grid[2]);
        Assert.Equal(new PixelWindow(40, 50, 40, 30), grid[7]);
    }

    [Fact]
    public void Within_the_raster_an_area_has_whole_tiles_only_from_its_own_corner()
    {
        TileGrid grid = new(new PixelWindow(15, 5, 60, 75), 100, 80, 40, 30, 10, 25);

        Assert.Equal((3, 3), (grid.Columns, grid.Rows));
        Assert.Equal(new PixelWindow(15, 5, 40, 30), grid[0]);
        Assert.Equal(new PixelWindow(35, 5, 40, 30), grid[2]);                       // ends with the area
        Assert.Equal(new PixelWindow(15, 55, 40, 30), grid[6]);                      // ends beyond the raster, as the area does
        Assert.Equal(0, new TileGrid(new PixelWindow(0, 0, 39, 80), 100, 80, 40, 30, 40, 30).Count());
    }
}
