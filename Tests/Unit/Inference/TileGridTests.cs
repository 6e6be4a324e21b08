using ArcLearn.Core.Inference;
using ArcLearn.Core.Rasters;

namespace ArcLearn.Tests.Unit.Inference;

public class TileGridTests
{
    [Theory]
    [InlineData(300, 260, 64, 16)]
    [InlineData(64, 64, 64, 16)]
    [InlineData(65, 64, 64, 0)]
    [InlineData(10, 500, 64, 31)]
    [InlineData(1, 1, 224, 56)]
    public void Cores_cover_every_pixel_once_and_lie_a_padding_inside_their_windows(int width, int height, int chip, int padding)
    {
        TileGrid grid = new(width, height, chip, padding);
        int[] owners = new int[width * height];
        for (int i = 0; i < grid.Count; i++)
        {
            Tile tile = grid[i];
            Assert.Equal(i, tile.Index);
            Assert.Equal((tile.Row * grid.Columns) + tile.Column, i);
            Assert.Equal((chip, chip), (tile.Window.Width, tile.Window.Height));
            Assert.Equal(tile.Core, tile.Core.Intersect(tile.Window));
            Assert.True(tile.Column == 0 || tile.Core.Column == tile.Window.Column + padding);
            Assert.True(tile.Row == 0 || tile.Core.Row == tile.Window.Row + padding);
            Assert.True(tile.Column == grid.Columns - 1 || tile.Core.Right == tile.Window.Right - padding);
            Assert.True(tile.Row == grid.Rows - 1 || tile.Core.Bottom == tile.Window.Bottom - padding);
            for (int row = tile.Core.Row; row < tile.Core.Bottom; row++)
            {
                for (int column = tile.Core.Column; column < tile.Core.Right; column++)
                {
                    owners[(row * width) + column]++;
                }
            }
        }

        Assert.All(owners, count => Assert.Equal(1, count));
    }

    [Fact]
    public void A_raster_no_larger_than_a_chip_is_one_tile()
    {
        TileGrid grid = new(40, 64, 64, 16);

        Assert.Equal(1, grid.Count);
        Assert.Equal(new PixelWindow(0, 0, 40, 64), grid[0].Core);
        Assert.Equal(new PixelWindow(0, 0, 64, 64), grid[0].Window);
    }

    [Fact]
    public void The_grid_of_300_pixels_with_chips_of_64_and_padding_16_is_as_drawn_by_hand()
    {
        TileGrid grid = new(300, 64, 64, 16);

        Assert.Equal(9, grid.Columns);
        Assert.Equal((0, 48), (grid[0].Core.Column, grid[0].Core.Right));
        Assert.Equal((48, 80), (grid[1].Core.Column, grid[1].Core.Right));
        Assert.Equal((32, 96), (grid[1].Window.Column, grid[1].Window.Right));
        Assert.Equal((272, 300), (grid[8].Core.Column, grid[8].Core.Right));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(32)]
    [InlineData(100)]
    public void A_padding_that_leaves_no_core_is_refused(int padding)
    {
        LearnArgumentException error = Assert.Throws<LearnArgumentException>(() => new TileGrid(300, 300, 64, padding));

        Assert.Equal("ModelArguments", error.Parameter);
        Assert.Contains($"padding is {padding}", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    [InlineData(16)]
    public void A_selection_holds_exactly_the_tiles_whose_grown_core_the_rectangle_reaches(int grow)
    {
        TileGrid grid = new(301, 270, 64, 16);
        Random random = new(1);
        for (int round = 0; round < 200; round++)
        {
            double xMin = (random.NextDouble() * 400) - 50;
            double yMin = (random.NextDouble() * 400) - 50;
            double xMax = xMin + (random.NextDouble() * 120);
            double yMax = yMin + (random.NextDouble() * 120);
            int[] expected = [.. Enumerable.Range(0, grid.Count).Where(i =>
                xMax >= 0 && yMax >= 0 && xMin <= 301 && yMin <= 270
                && grid[i].Core.Column - grow <= xMax && grid[i].Core.Right + grow >= xMin
                && grid[i].Core.Row - grow <= yMax && grid[i].Core.Bottom + grow >= yMin)];

            TileSelection tiles = grid.Select(xMin, yMin, xMax, yMax, grow);

            Assert.Equal(expected, Enumerable.Range(0, tiles.Count).Select(i => tiles[i].Index));
        }
    }
}
