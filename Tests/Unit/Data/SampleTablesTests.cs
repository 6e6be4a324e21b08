using ArcLearn.Core.Data;

namespace ArcLearn.Tests.Unit.Data;

public class SampleTablesTests
{
    private static readonly Normalization s_plain = new(1 / 255f, [0.5f, 0.5f], [0.25f, 0.5f], SampleType.UInt8);

    [Fact]
    public void Samples_are_scaled_shifted_and_divided_band_by_band()
    {
        SampleTables tables = new(s_plain, [(0, 255), (0, 255)]);

        Assert.Equal(-2, tables.Plain[0][0], 5);
        Assert.Equal(2, tables.Plain[0][255], 5);
        Assert.Equal(1, tables.Plain[1][255], 5);
    }

    [Theory]
    [InlineData(0.6, 1, 128)]
    [InlineData(0.4, 1, 60)]
    [InlineData(0.5, 1.5, 200)]
    [InlineData(0.6, 0.75, 30)]
    public void Light_changes_in_logit_space(double brightness, double contrast, int value)
    {
        SampleTables tables = new(s_plain, [(0, 255), (0, 255)]);
        LearnTransform options = new() { Brightness = new(1, brightness, brightness), Contrast = new(1, contrast, contrast) };
        float[][] scratch = [new float[256], new float[256]];
        ItemRandom random = new(1, 2, 3);

        float[][] drawn = tables.For(SampleTables.DrawLight(options, ref random), scratch);

        double x = value / 255.0;
        double odds = Math.Pow(x / (1 - x) * (brightness / (1 - brightness)), contrast);
        Assert.Equal(((odds / (1 + odds)) - 0.5) / 0.25, drawn[0][value], 4);
        Assert.Equal(-2, drawn[0][0], 3);       // black stays black, white stays white
        Assert.Equal(2, drawn[0][255], 3);
    }

    [Fact]
    public void Other_data_change_within_their_own_range()
    {
        SampleTables tables = new(new Normalization(1, [0], [1], SampleType.UInt16), [(1000, 3000)]);
        float[][] scratch = [new float[65_536]];
        ItemRandom random = new(1, 2, 3);

        float[] drawn = tables.For(SampleTables.DrawLight(LearnTransform.None with { Brightness = new(1, 0.6, 0.6) }, ref random), scratch)[0];

        Assert.Equal(1000 + (0.6 * 2000), drawn[2000], 1);          // the middle goes where brightness says
        Assert.Equal((1000, 3000), ((int)Math.Round(drawn[0]), (int)Math.Round(drawn[65_535])));
        Assert.Equal(2000, tables.Plain[0][2000]);
    }

    [Fact]
    public void A_constant_band_and_no_change_leave_the_samples()
    {
        SampleTables tables = new(new Normalization(1, [5], [1], SampleType.UInt16), [(5, 5)]);
        ItemRandom random = new(1, 2, 3);

        Assert.Same(tables.Plain, tables.For(SampleTables.DrawLight(LearnTransform.None, ref random), []));
        Assert.Equal(0, tables.For(SampleTables.DrawLight(new LearnTransform(), ref random), [new float[65_536]])[0][5]);
    }
}
