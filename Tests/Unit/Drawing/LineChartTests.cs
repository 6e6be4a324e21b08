using ArcLearn.Core.Drawing;
using SkiaSharp;

namespace ArcLearn.Tests.Unit.Drawing;

public class LineChartTests
{
    private static readonly SKColor s_red = new(255, 0, 0);

    [Theory]
    [InlineData(0, 1, 6, "0.0 0.2 0.4 0.6 0.8 1.0")]
    [InlineData(0.13, 0.91, 4, "0.2 0.4 0.6 0.8")]
    [InlineData(-3, 12, 4, "0 5 10")]
    [InlineData(0, 250_000, 3, "0 1e5 2e5")]
    [InlineData(0, 0.0003, 4, "0 1e-4 2e-4 3e-4")]
    public void Linear_ticks_are_round_numbers_with_the_places_they_need(double min, double max, int most, string expected) =>
        Assert.Equal(expected, Labels(new ChartAxis("a"), [min, max], most));

    [Theory]
    [InlineData(1e-7, 10, 10, "1e-7 1e-6 1e-5 1e-4 0.001 0.01 0.1 1 10")]
    [InlineData(1e-7, 10, 4, "1e-6 0.001 1")]
    [InlineData(0.01, 0.3, 6, "0.01 0.02 0.05 0.1 0.2")]
    [InlineData(0.0031, 0.0038, 4, "3.2e-3 3.4e-3 3.6e-3 3.8e-3")]
    public void Logarithmic_ticks_are_powers_of_ten_and_what_fits_between(double min, double max, int most, string expected) =>
        Assert.Equal(expected, Labels(new ChartAxis("a") { IsLogarithmic = true }, [min, max], most));

    [Fact]
    public void Epochs_have_whole_ticks_and_one_value_alone_stands_in_the_middle()
    {
        Assert.Equal("1 2 3", Labels(new ChartAxis("epoch") { IsWhole = true }, [1, 2, 3], 20));
        Assert.Equal(0.5, new ChartScale(new ChartAxis("a"), [7], 5).PartOf(7), 9);
        Assert.Equal(0.5, new ChartScale(new ChartAxis("a") { IsLogarithmic = true }, [1e-4], 5).PartOf(1e-4), 9);
    }

    [Theory]
    [InlineData(0.2, 1, "0.2 0.4 0.6 0.8 1.0")]
    [InlineData(1, 1, "0.5 0.6 0.7 0.8 0.9 1.0")]
    [InlineData(0, 0, "0.0 0.2 0.4 0.6 0.8 1.0")]
    public void An_axis_of_shares_ends_at_0_and_1(double min, double max, string expected)
    {
        ChartAxis axis = new("accuracy") { IsShare = true };

        Assert.Equal(expected, Labels(axis, [min, max], 6));
        Assert.Equal(1, new ChartScale(axis, [min, max], 6).PartOf(1), 9);
    }

    [Fact]
    public void What_cannot_be_shown_does_not_count()
    {
        ChartScale scale = new(new ChartAxis("a") { IsLogarithmic = true }, [0, -1, double.NaN, double.PositiveInfinity, 1, 100], 5);

        Assert.False(scale.CanShow(0));
        Assert.InRange(scale.PartOf(1), 0.01, 0.1);
        Assert.InRange(scale.PartOf(100), 0.9, 0.99);
    }

    [Fact]
    public void A_line_runs_where_its_points_are()
    {
        LineChart chart = new(new ChartAxis("x") { Min = 0, Max = 1 }, new ChartAxis("y") { Min = 0, Max = 1 })
        {
            Series = [new ChartSeries("rising", [(0, 0), (1, 1)]) { Color = s_red }],
        };

        using SKBitmap picture = LineChart.Draw("title", [chart], 600, 400);

        SKRectI frame = FrameOf(picture);
        Assert.True(IsRed(picture, frame.Left + 3, frame.Bottom - 3), "no line at the lower left");
        Assert.True(IsRed(picture, frame.MidX, frame.MidY), "no line in the middle");
        Assert.True(IsRed(picture, frame.Right - 3, frame.Top + 3), "no line at the upper right");
        Assert.False(IsRed(picture, frame.Left + (frame.Width / 4), frame.Top + (frame.Height / 4)), "a line where no point is");
    }

    [Fact]
    public void A_value_that_is_not_a_number_interrupts_the_line_and_a_lone_point_is_seen()
    {
        LineChart chart = new(new ChartAxis("x") { Min = 0, Max = 4 }, new ChartAxis("y") { Min = 0, Max = 2 })
        {
            Series = [new ChartSeries("one", [(0, 1), (1, 1), (2, double.NaN), (3, 1), (4, double.NaN)]) { Color = s_red }],
        };

        using SKBitmap picture = LineChart.Draw("title", [chart], 600, 400);

        SKRectI frame = FrameOf(picture);
        Assert.True(IsRed(picture, frame.Left + (frame.Width / 8), frame.MidY), "no line before the gap");
        Assert.False(IsRed(picture, frame.MidX, frame.MidY), "a line across the gap");
        Assert.True(IsRed(picture, frame.Left + (3 * frame.Width / 4), frame.MidY), "no dot for the lone point");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Charts_without_values_and_with_long_names_still_fit_their_picture(int charts)
    {
        string name = new('w', 300);
        LineChart chart = new(new ChartAxis(name), new ChartAxis(name) { IsLogarithmic = true })
        {
            Series = [new ChartSeries(name, []), new ChartSeries("b", [(double.NaN, 1)])],
            Marks = [new ChartMark(double.NaN, name)],
        };

        using SKBitmap picture = LineChart.Draw(name, [.. Enumerable.Repeat(chart, charts)]);

        Assert.Equal(1200, picture.Width);
        for (int row = 0; row < picture.Height; row++)
        {
            Assert.Equal(SKColors.White, picture.GetPixel(picture.Width - 1, row));
        }
    }

    private static string Labels(ChartAxis axis, double[] values, int most) =>
        string.Join(' ', new ChartScale(axis, values, most).Ticks.Select(tick => tick.Label));

    private static bool IsRed(SKBitmap picture, int x, int y)
    {
        for (int row = y - 2; row <= y + 2; row++)
        {
            for (int column = x - 2; column <= x + 2; column++)
            {
                if (picture.GetPixel(column, row) is { Red: > 200, Green: < 120, Blue: < 120 })
                {
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>The longest unbroken rows and columns of the frame's grey.</summary>
    private static SKRectI FrameOf(SKBitmap picture)
    {
        SKColor grey = new(96, 96, 96);
        int[] rows = [.. Enumerable.Range(0, picture.Height).Where(row => Count(picture.Width, column => picture.GetPixel(column, row) == grey) > picture.Width / 2)];
        int[] columns = [.. Enumerable.Range(0, picture.Width).Where(column => Count(picture.Height, row => picture.GetPixel(column, row) == grey) > picture.Height / 2)];
        return new SKRectI(columns[0], rows[0], columns[^1], rows[^1]);

        static int Count(int length, Func<int, bool> test) => Enumerable.Range(0, length).Count(test);
    }
}
