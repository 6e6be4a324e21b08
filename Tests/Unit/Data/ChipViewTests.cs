using ArcLearn.Core.Data;

namespace ArcLearn.Tests.Unit.Data;

public class ChipViewTests
{
    public static TheoryData<int> Turns => [.. Enumerable.Range(0, 8)];

    /// <summary>Each corner of an object is a pixel of its own value: the box must end at those pixels, however the chip is turned.</summary>
    [Theory]
    [MemberData(nameof(Turns))]
    public void Boxes_move_with_the_pixels(int turn)
    {
        const int side = 16;
        byte[] samples = new byte[24 * 20];
        samples[(5 * 24) + 7] = 1;              // upper left of columns 7 to 12, rows 5 to 8
        samples[(5 * 24) + 12] = 2;
        samples[(8 * 24) + 7] = 3;
        samples[(8 * 24) + 12] = 4;
        ChipView view = new(3, 2, side, (turn & 1) != 0, (turn & 2) != 0, (turn & 4) != 0);
        float[] output = new float[side * side];
        ChipSampler.Render(DecodedChip.Whole(24, 20, 1, samples, []), view, [Identity(256)], side, output);

        BoxLabel box = view.Map(new ChipBox("a", 7, 5, 13, 9), 1, side, 0.35)!.Value;

        int[] found = [.. Enumerable.Range(0, output.Length).Where(i => output[i] > 0)];
        Assert.Equal([1, 2, 3, 4], found.Select(i => (int)output[i]).Order());
        Assert.Equal(found.Min(i => i / side), box.YMin * side, 4);
        Assert.Equal(found.Max(i => i / side) + 1, box.YMax * side, 4);
        Assert.Equal(found.Min(i => i % side), box.XMin * side, 4);
        Assert.Equal(found.Max(i => i % side) + 1, box.XMax * side, 4);
    }

    [Fact]
    public void The_eight_turns_are_eight_different_pictures()
    {
        byte[] samples = [1, 2, 3, 4];
        HashSet<string> pictures = [];
        for (int turn = 0; turn < 8; turn++)
        {
            float[] output = new float[4];
            ChipSampler.Render(
                DecodedChip.Whole(2, 2, 1, samples, []), new ChipView(0, 0, 2, (turn & 1) != 0, (turn & 2) != 0, (turn & 4) != 0), [Identity(256)], 2, output);
            pictures.Add(string.Join(' ', output));
        }

        Assert.Equal(8, pictures.Count);
        Assert.Contains("3 1 4 2", pictures);   // a quarter turn to the right
    }

    [Fact]
    public void A_smaller_chip_is_enlarged_between_its_pixel_centres()
    {
        float[] output = new float[16];
        ChipSampler.Render(DecodedChip.Whole(2, 2, 1, [0, 100, 0, 100], []), ChipView.Centre(2, 2, 4), [Identity(256)], 4, output);

        Assert.Equal([0, 25, 75, 100], output[..4]);
        Assert.Equal([0, 25, 75, 100], output[12..]);
    }

    [Fact]
    public void A_part_of_a_chip_gives_the_pixels_of_the_whole()
    {
        Random random = new(3);
        ushort[] whole = [.. Enumerable.Range(0, 40 * 30).Select(_ => (ushort)random.Next(65_536))];
        ChipView view = new(7.3, 4.6, 17.2, FlipY: true, Transpose: true);
        Core.Rasters.PixelWindow window = view.Window(40, 30);
        ushort[] part = [.. Enumerable.Range(0, (int)window.Area).Select(i => whole[((window.Row + (i / window.Width)) * 40) + window.Column + (i % window.Width)])];
        float[] expected = new float[24 * 24];
        float[] actual = new float[24 * 24];

        ChipSampler.Render(DecodedChip.Whole(40, 30, 1, [], whole), view, [Identity(65_536)], 24, expected);
        ChipSampler.Render(new DecodedChip(window.Column, window.Row, window.Width, window.Height, 40, 30, 1, [], part), view, [Identity(65_536)], 24, actual);

        Assert.True(window.Area < 1200);
        Assert.Equal(expected, actual);
    }

    [Theory]
    [InlineData(0, 0, 10, 10, true)]            // wholly inside
    [InlineData(-6, 0, 4, 10, true)]            // 40 % left
    [InlineData(-7, 0, 3, 10, false)]           // 30 % left
    [InlineData(40, 40, 50, 50, false)]         // outside
    [InlineData(0, 0, 0.5, 10, false)]          // thinner than a pixel
    public void A_box_that_is_cut_is_kept_clipped_while_enough_of_it_is_left(double xMin, double yMin, double xMax, double yMax, bool isKept)
    {
        BoxLabel? box = new ChipView(0, 0, 32).Map(new ChipBox("a", xMin, yMin, xMax, yMax), 3, 32, 0.35);

        Assert.Equal(isKept, box is not null);
        if (box is BoxLabel kept)
        {
            Assert.Equal(new BoxLabel(0, 0, (float)(yMax / 32), (float)(xMax / 32), 3), kept);
        }
    }

    [Fact]
    public void Drawn_views_stay_within_the_chip_and_differ()
    {
        AugmentationOptions options = new() { Zoom = new AugmentationItem(0.5, 1, 1.5) };
        HashSet<ChipView> views = [];
        for (int item = 0; item < 200; item++)
        {
            ItemRandom random = new(1, 2, item);
            ChipView view = ChipView.Draw(50, 40, 32, options, ref random);
            Assert.InRange(view.Left, 0, 50 - view.Side);
            Assert.InRange(view.Top, 0, 40 - view.Side);
            Assert.InRange(view.Side, 32 / 1.5, 32);
            views.Add(view);
        }

        Assert.True(views.Count > 180);
        Assert.Contains(views, v => v.Side == 32);
        Assert.Contains(views, v => v.Side < 30);
    }

    [Fact]
    public void Without_augmentation_the_view_is_the_middle()
    {
        ItemRandom random = new(1, 2, 3);
        Assert.Equal(new ChipView(9, 4, 32), ChipView.Draw(50, 40, 32, AugmentationOptions.None, ref random));
        Assert.Equal(new ChipView(5, 0, 20), ChipView.Centre(30, 20, 32));
    }

    private static float[] Identity(int size) => [.. Enumerable.Range(0, size).Select(i => (float)i)];
}
