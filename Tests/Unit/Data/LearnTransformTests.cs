namespace ArcLearn.Tests.Unit.Data;

public class LearnTransformTests
{
    [Fact]
    public void The_defaults_are_for_imagery_from_above()
    {
        LearnTransform transform = new();

        Assert.Equal((1, ChipFlip.Dihedral, 1), (transform.CropProbability, transform.Flip, transform.FlipProbability));
        Assert.Equal((0, 0), (transform.Zoom.Probability, transform.Rotation.Probability));
        Assert.Equal("Crop, Dihedral, Brightness 0.25 to 0.75, Contrast 0.75 to 1.5", transform.ToString());
        Assert.Equal("None", LearnTransform.None.ToString());
    }

    [Fact]
    public void Values_that_make_no_sense_are_refused_by_name()
    {
        (string Parameter, Func<LearnTransform> Build)[] bad =
        [
            ("CropProbability", () => new() { CropProbability = -0.1 }),
            ("CropProbability", () => new() { CropProbability = double.NaN }),
            ("FlipProbability", () => new() { FlipProbability = 1.1 }),
            ("MinimumBoxShare", () => new() { MinimumBoxShare = 2 }),
            ("Zoom", () => new() { Zoom = new(1, 0, 1) }),
            ("Rotation", () => new() { Rotation = new(1, -400, 0) }),
            ("Brightness", () => new() { Brightness = new(1, 0, 0.5) }),
            ("Contrast", () => new() { Contrast = new(1, -1, 1) }),
        ];

        foreach ((string parameter, Func<LearnTransform> build) in bad)
        {
            LearnArgumentException error = Assert.Throws<LearnArgumentException>(build);
            Assert.Equal(parameter, error.Parameter);
            Assert.Contains(parameter, error.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(-0.1, 0, 1)]
    [InlineData(double.NaN, 0, 1)]
    [InlineData(1, 2, 1)]
    [InlineData(1, 0, double.PositiveInfinity)]
    public void A_range_is_valid_once_it_is_built(double probability, double min, double max) =>
        Assert.Throws<ArgumentException>(() => new TransformRange(probability, min, max));
}
