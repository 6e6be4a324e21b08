using ArcLearn.Core.Models;

namespace ArcLearn.Tests.Unit.Models;

public sealed class GridPlanTests
{
    [Theory]
    [InlineData(7, 4, 2, 1, 3)]
    [InlineData(4, 2, 1, 0, 3)]
    [InlineData(2, 1, 1, 0, 2)]
    [InlineData(8, 4, 3, 2, 3)]
    [InlineData(10, 4, 3, 1, 3)]
    [InlineData(13, 4, 3, 0, 4)]
    [InlineData(14, 4, 3, 0, 5)]
    [InlineData(7, 1, 1, 0, 7)]
    public void Convolution_is_the_first_that_fits(int input, int output, int stride, int padding, int kernel)
    {
        SpatialStep step = Assert.NotNull(GridPlan.Convolution(input, output));

        Assert.Equal(new SpatialStep(kernel, stride, padding), step);
        Assert.Equal(output, step.Apply(input));
    }

    [Theory]
    [InlineData(16, 4)]
    [InlineData(15, 4)]
    [InlineData(0, 1)]
    public void Convolution_is_absent_where_none_fits(int input, int output) => Assert.Null(GridPlan.Convolution(input, output));

    [Fact]
    public void PlanOrExplain_lists_the_chip_sizes_that_work()
    {
        LearnArgumentException error = Assert.Throws<LearnArgumentException>(
            () => GridPlan.PlanOrExplain(Backbones.Get("resnet34"), 512, [4, 2, 1], version: 1));

        Assert.Equal("ChipSize", error.Parameter);
        Assert.Contains("features of 16×16", error.Message, StringComparison.Ordinal);
        Assert.Contains(" 224, 256,", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(" 512,", error.Message, StringComparison.Ordinal);
        Assert.All(GridPlan.WorkingChipSizes(Backbones.Get("resnet34"), [4, 2, 1], version: 1), size => GridPlan.PlanOrExplain(Backbones.Get("resnet34"), size, [4, 2, 1], version: 1));
    }

    [Fact]
    public void PlanOrExplain_blames_the_grids_where_no_chip_size_works()
    {
        LearnArgumentException error = Assert.Throws<LearnArgumentException>(
            () => GridPlan.PlanOrExplain(Backbones.Get("resnet34"), 224, [1, 60], version: 1));

        Assert.Equal("Grids", error.Parameter);
    }

    [Theory]
    [InlineData(7, 4, 2, 1, null)]
    [InlineData(8, 4, 2, 1, null)]
    [InlineData(4, 2, 1, 0, null)]
    [InlineData(2, 1, 2, 1, null)]
    [InlineData(7, 7, 1, 1, null)]
    [InlineData(13, 14, 1, 1, 14)]
    [InlineData(13, 4, 1, 1, 4)]
    [InlineData(7, 1, 1, 1, 1)]
    public void The_second_version_resizes_where_no_kernel_of_3_fits(int input, int output, int stride, int padding, int? resized)
    {
        GridStep step = Assert.NotNull(GridPlan.Step(input, output));

        Assert.Equal(new GridStep(new SpatialStep(3, stride, padding), resized), step);
        Assert.Equal(output, step.Convolution.Apply(step.Resized ?? input));
    }

    [Fact]
    public void SqueezeNet_serves_four_cells_at_224_pixels_but_not_at_256()
    {
        Backbone squeezeNet = Backbones.Get("squeezenet1_1");

        Assert.Equal((13, 15), (squeezeNet.FeatureSize(224), squeezeNet.FeatureSize(256)));
        Assert.Contains(224, GridPlan.WorkingChipSizes(squeezeNet, [4], version: 1));
        Assert.DoesNotContain(256, GridPlan.WorkingChipSizes(squeezeNet, [4], version: 1));
    }
}
