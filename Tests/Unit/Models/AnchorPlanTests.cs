using ArcLearn.Core.Models;

namespace ArcLearn.Tests.Unit.Models;

public sealed class AnchorPlanTests
{
    [Fact]
    public void Squares_of_one_size_get_one_anchor_of_that_size()
    {
        AnchorPlan plan = AnchorPlan.Choose(Backbones.Get("resnet18"), 224, Objects((32, 32)), isAnyDirection: true);

        Assert.Equal([14], plan.Grids);
        Assert.Equal([2], plan.Zooms);
        Assert.Equal([new AspectRatio(1, 1)], plan.Ratios);
    }

    [Theory]
    [InlineData("resnet18", 224, 20, 14)]
    [InlineData("resnet18", 224, 10, 14)]
    [InlineData("resnet18", 256, 70, 8)]
    [InlineData("resnet18", 224, 200, 7)]
    [InlineData("squeezenet1_1", 224, 20, 28)]
    [InlineData("squeezenet1_1", 256, 100, 8)]
    public void The_first_grid_is_the_coarsest_with_two_cells_along_small_objects(string backbone, int chipSize, double side, int grid)
    {
        AnchorPlan plan = AnchorPlan.Choose(Backbones.Get(backbone), chipSize, Objects((side, side)), isAnyDirection: true);

        Assert.Equal(grid, plan.Grids[0]);
        Assert.Equal(side * grid / chipSize, plan.Zooms[0], 0.01);
    }

    [Fact]
    public void Small_and_large_objects_get_a_grid_each_and_zooms_of_their_cells()
    {
        AnchorPlan plan = AnchorPlan.Choose(Backbones.Get("resnet18"), 256, Objects((18, 18), (25, 25), (40, 40), (120, 120)), isAnyDirection: true);

        Assert.Equal([16, 8], plan.Grids);
        Assert.All(plan.Zooms, zoom => Assert.InRange(zoom, 1, 4));
    }

    [Fact]
    public void Long_objects_get_a_shape_for_either_direction_where_chips_are_turned()
    {
        AnchorPlan turned = AnchorPlan.Choose(Backbones.Get("resnet18"), 224, Objects((20, 40)), isAnyDirection: true);
        AnchorPlan upright = AnchorPlan.Choose(Backbones.Get("resnet18"), 224, Objects((20, 40)), isAnyDirection: false);

        Assert.Equal([new AspectRatio(0.71, 1.41), new AspectRatio(1.41, 0.71)], turned.Ratios);
        Assert.Equal([new AspectRatio(0.71, 1.41)], upright.Ratios);
    }

    [Fact]
    public void The_chosen_grids_make_a_network()
    {
        foreach (string name in Backbones.Names)
        {
            foreach (int chipSize in (int[])[96, 128, 200, 224, 256, 320, 512])
            {
                AnchorPlan plan = AnchorPlan.Choose(Backbones.Get(name), chipSize, Objects((chipSize / 20.0, chipSize / 15.0), (chipSize / 2.0, chipSize / 3.0)), isAnyDirection: true);

                new SsdOptions
                {
                    Backbone = name, ChipSize = chipSize, Classes = 1, Grids = plan.Grids, Zooms = plan.Zooms, Ratios = plan.Ratios, Version = AnchorPlan.Version,
                }.Validate();
            }
        }
    }

    [Fact]
    public void Clusters_are_the_means_of_what_lies_together()
    {
        Assert.Equal([1.5, 10], KMeans.Centres([1, 2, 9, 10, 11], 2));
        Assert.Equal([4], KMeans.Centres([4, 4, 4], 3));
    }

    private static (double Height, double Width)[] Objects(params (double Height, double Width)[] kinds) =>
        [.. kinds.SelectMany(kind => Enumerable.Repeat(kind, 10))];
}
