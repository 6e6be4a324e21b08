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
        ChipView view = ChipView.Square(3, 2, side, (turn & 1) != 0, (turn & 2) != 0, (turn & 4) != 0);
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
                DecodedChip.Whole(2, 2, 1, samples, []), ChipView.Square(0, 0, 2, (turn & 1) != 0, (turn & 2) != 0, (turn & 4) != 0), [Identity(256)], 2, output);
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

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_part_of_a_chip_gives_the_pixels_of_the_whole(bool turned)
    {
        Random random = new(3);
        ushort[] whole = [.. Enumerable.Range(0, 40 * 30).Select(_ => (ushort)random.Next(65_536))];
        ChipView view = turned ? ChipView.Square(12, 9, 17.2).Turned(20.6, 17.6, 0.6) : ChipView.Square(7.3, 4.6, 17.2, flipY: true, transpose: true);
        Core.Rasters.PixelWindow window = view.Window(40, 30);
        ushort[] part = [.. Enumerable.Range(0, (int)window.Area).Select(i => whole[((window.Row + (i / window.Width)) * 40) + window.Column + (i % window.Width)])];
        float[] expected = new float[24 * 24];
        float[] actual = new float[24 * 24];

        ChipSampler.Render(DecodedChip.Whole(40, 30, 1, [], whole), view, [Identity(65_536)], 24, expected);
        ChipSampler.Render(new DecodedChip(window.Column, window.Row, window.Width, window.Height, 40, 30, 1, [], part, 0), view, [Identity(65_536)], 24, actual);

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
        BoxLabel? box = ChipView.Square(0, 0, 32).Map(new ChipBox("a", xMin, yMin, xMax, yMax), 3, 32, 0.35);

        Assert.Equal(isKept, box is not null);
        if (box is BoxLabel kept)
        {
            Assert.Equal(new BoxLabel(0, 0, (float)(yMax / 32), (float)(xMax / 32), 3), kept);
        }
    }

    [Fact]
    public void Drawn_views_stay_within_the_chip_and_differ()
    {
        LearnTransform transform = new() { Zoom = new TransformRange(0.5, 1, 1.5) };
        HashSet<ChipView> views = [];
        for (int item = 0; item < 200; item++)
        {
            ChipView view = Draw(transform, item);
            (double left, double top, double right, double bottom) = Bounds(view);
            Assert.InRange(left, 0, 50);
            Assert.InRange(right, 0, 50);
            Assert.InRange(top, 0, 40);
            Assert.InRange(bottom, 0, 40);
            Assert.InRange(right - left, 32 / 1.5, 32 + 1e-9);
            Assert.Equal(right - left, bottom - top, 9);
            views.Add(view);
        }

        Assert.True(views.Count > 180);
        Assert.Contains(views, v => Width(v) == 32);
        Assert.Contains(views, v => Width(v) < 30);

        static double Width(ChipView view) => Bounds(view).Right - Bounds(view).Left;
    }

    /// <summary>
    /// The centre of an object is a bright spot that has to lie where its box says, and its corners, which the box must hold, each on a side of it,
    /// whatever angle, zoom and flip were drawn.
    /// </summary>
    [Theory]
    [InlineData(-180, 180, 1, 1)]
    [InlineData(-30, 30, 1, 1.5)]
    [InlineData(45, 45, 0.7, 0.7)]
    [InlineData(90, 90, 1, 1)]
    public void Turned_and_zoomed_boxes_lie_on_their_corners(double from, double to, double least, double most)
    {
        const int side = 64;
        const int chip = 120;
        byte[] samples = new byte[chip * chip];
        (int X, int Y)[] corners = [(54, 57), (66, 57), (66, 63), (54, 63)];
        foreach ((int x, int y) in corners)
        {
            // Two pixels about the corner of pixels at x, y: the spot's middle is the corner itself.
            samples[((y - 1) * chip) + x - 1] = samples[((y - 1) * chip) + x] = samples[(y * chip) + x - 1] = samples[(y * chip) + x] = 200;
        }

        LearnTransform transform = new()
        {
            CropProbability = 0, Rotation = new TransformRange(1, from, to), Zoom = new TransformRange(1, least, most),
        };
        HashSet<float> widths = [];
        for (int item = 0; item < 60; item++)
        {
            ItemRandom random = new(3, 1, item);
            ChipView view = ChipView.Draw(chip, chip, side, transform, ref random);
            float[] output = new float[side * side];
            ChipSampler.Render(DecodedChip.Whole(chip, chip, 1, samples, []), view, [Identity(256)], side, output);
            BoxLabel box = view.Map(new ChipBox("a", 54, 57, 66, 63), 1, side, 0.35)!.Value;
            (double X, double Y)[] spots = [.. corners.Select(c => Spot(output, side, view.FromChip(c.X, c.Y)))];

            Assert.Equal(spots.Min(s => s.X), box.XMin * side, 0.35);
            Assert.Equal(spots.Max(s => s.X), box.XMax * side, 0.35);
            Assert.Equal(spots.Min(s => s.Y), box.YMin * side, 0.35);
            Assert.Equal(spots.Max(s => s.Y), box.YMax * side, 0.35);
            widths.Add(box.XMax - box.XMin);
        }

        Assert.True(widths.Count > 1 || from == to, "every view was the same");
    }

    [Fact]
    public void A_positive_angle_turns_the_picture_counter_clockwise()
    {
        // A spot on the right of the centre goes to the top.
        ChipView view = ChipView.Square(0, 0, 32).Turned(16, 16, Math.PI / 2);

        (double across, double down) = view.FromChip(26, 16);

        Assert.Equal(0.5, across, 9);
        Assert.Equal(6 / 32.0, down, 9);
    }

    [Fact]
    public void What_a_turn_shows_from_beyond_the_chip_is_filled()
    {
        float[] output = new float[32 * 32];
        ChipView view = ChipView.Square(0, 0, 32).Turned(16, 16, Math.PI / 4);
        ChipSampler.Render(
            DecodedChip.Whole(32, 32, 1, [.. Enumerable.Repeat((byte)50, 1024)], [], fill: 9), view, [Identity(256)], 32, output);

        Assert.Equal([9, 9, 9, 9], [output[0], output[31], output[31 * 32], output[1023]]);
        Assert.Equal(50, output[(16 * 32) + 16]);
        Assert.Equal([9f, 50f], output.Distinct().Order());

        // The corners of a square that is turned by an eighth: four triangles, together 17 % of it.
        Assert.InRange(output.Count(value => value == 9) / 1024.0, 0.15, 0.19);
    }

    [Fact]
    public void A_turned_view_of_a_larger_chip_needs_no_filling()
    {
        LearnTransform transform = new() { Rotation = new TransformRange(1, -180, 180) };
        for (int item = 0; item < 200; item++)
        {
            ItemRandom random = new(1, 2, item);
            (double left, double top, double right, double bottom) = Bounds(ChipView.Draw(50, 46, 32, transform, ref random));
            Assert.InRange(left, -1e-9, 50);
            Assert.InRange(top, -1e-9, 46);
            Assert.InRange(right, 0, 50 + 1e-9);
            Assert.InRange(bottom, 0, 46 + 1e-9);
        }
    }

    [Fact]
    public void Of_a_turned_box_at_the_edge_the_part_that_is_seen_counts()
    {
        // Turned by an eighth about its own centre, which lies on the view's left edge: exactly half of it is seen.
        ChipView view = ChipView.Square(16, 0, 32).Turned(32, 16, Math.PI / 4);
        (double x, double y) = view.ToChip(0, 0.5);
        ChipBox box = new("a", x - 4, y - 4, x + 4, y + 4);

        Assert.Null(view.Map(box, 1, 32, 0.51));
        BoxLabel seen = view.Map(box, 1, 32, 0.49)!.Value;
        double reach = 4 * Math.Sqrt(2) / 32;
        Assert.Equal(0, seen.XMin, 6);
        Assert.Equal(reach, seen.XMax, 6);
        Assert.Equal(0.5 - reach, seen.YMin, 6);
        Assert.Equal(0.5 + reach, seen.YMax, 6);
    }

    [Theory]
    [InlineData(ChipFlip.None, 1)]
    [InlineData(ChipFlip.Horizontal, 2)]
    [InlineData(ChipFlip.Vertical, 2)]
    [InlineData(ChipFlip.Both, 4)]
    [InlineData(ChipFlip.Dihedral, 8)]
    public void Flips_are_drawn_from_what_was_asked_for(ChipFlip flip, int expected)
    {
        LearnTransform transform = LearnTransform.None with { Flip = flip, FlipProbability = 1 };

        HashSet<ChipView> views = [.. Enumerable.Range(0, 200).Select(item => Draw(transform, item))];

        Assert.Equal(expected, views.Count);
        Assert.Equal(flip != ChipFlip.Dihedral, views.All(view => view.XDown == 0));
        Assert.Equal(flip is ChipFlip.Horizontal or ChipFlip.None, views.All(view => view.YDown > 0) && flip != ChipFlip.Dihedral);
    }

    [Fact]
    public void A_probability_is_the_share_of_chips_that_are_changed()
    {
        LearnTransform transform = LearnTransform.None with { Rotation = new TransformRange(0.3, 10, 20), CropProbability = 0.5 };

        ChipView[] views = [.. Enumerable.Range(0, 1000).Select(item => Draw(transform, item))];

        Assert.InRange(views.Count(view => !view.IsUpright), 250, 350);
        Assert.InRange(views.Count(view => view == ChipView.Centre(50, 40, 32)), 300, 400);
        Assert.All(views.Where(view => !view.IsUpright), view => Assert.InRange(Math.Atan2(view.YAcross, view.XAcross) * 180 / Math.PI, 10, 20));
    }

    [Fact]
    public void Without_augmentation_the_view_is_the_middle()
    {
        Assert.Equal(ChipView.Square(9, 4, 32), Draw(LearnTransform.None, 3));
        Assert.Equal(ChipView.Square(5, 0, 20), ChipView.Centre(30, 20, 32));
    }

    private static ChipView Draw(LearnTransform transform, int item)
    {
        ItemRandom random = new(1, 2, item);
        return ChipView.Draw(50, 40, 32, transform, ref random);
    }

    private static (double Left, double Top, double Right, double Bottom) Bounds(ChipView view)
    {
        (double X, double Y)[] corners = [view.ToChip(0, 0), view.ToChip(1, 0), view.ToChip(1, 1), view.ToChip(0, 1)];
        return (corners.Min(c => c.X), corners.Min(c => c.Y), corners.Max(c => c.X), corners.Max(c => c.Y));
    }

    /// <summary>The centre of gravity of what is bright near a place, in pixels.</summary>
    private static (double X, double Y) Spot(float[] output, int side, (double Across, double Down) near)
    {
        (double sum, double x, double y) = (0, 0, 0);
        for (int i = 0; i < output.Length; i++)
        {
            (double column, double row) = ((i % side) + 0.5, (i / side) + 0.5);
            if (Math.Abs(column - (near.Across * side)) < 2.6 && Math.Abs(row - (near.Down * side)) < 2.6)
            {
                sum += output[i];
                x += output[i] * column;
                y += output[i] * row;
            }
        }

        Assert.True(sum > 300, "there is no spot");
        return (x / sum, y / sum);
    }

    private static float[] Identity(int size) => [.. Enumerable.Range(0, size).Select(i => (float)i)];
}
