namespace ArcLearn.Core.Models;

/// <summary>How the head gets from the features' side to each grid in turn.</summary>
internal static class GridPlan
{
    private const int Smallest = 64;
    private const int Largest = 1024;

    /// <summary>
    /// The convolution that turns a map of one side into another: the first that fits, tried in the order that arcgis.learn 1.6
    /// tries them (the weights' shapes follow from it).
    /// </summary>
    /// <returns>Null where none does.</returns>
    public static SpatialStep? Convolution(int input, int output)
    {
        if (input < 1 || output < 1)
        {
            return null;
        }

        if (output == 1)
        {
            return new SpatialStep(input, 1, 0);
        }

        foreach (int kernel in (ReadOnlySpan<int>)[3, 2, 5, 4])
        {
            for (int padding = 0; padding <= 3; padding++)
            {
                for (int stride = 1; stride <= 3; stride++)
                {
                    if ((output - 1) * stride == input - kernel + (2 * padding))
                    {
                        return new SpatialStep(kernel, stride, padding);
                    }
                }
            }
        }

        return null;
    }

    /// <summary>One convolution for each grid, or null where a grid cannot be reached.</summary>
    public static IReadOnlyList<SpatialStep>? Plan(int featureSize, IReadOnlyList<int> grids)
    {
        List<SpatialStep> steps = [];
        int side = featureSize;
        foreach (int grid in grids)
        {
            if (Convolution(side, grid) is not { } step)
            {
                return null;
            }

            steps.Add(step);
            side = grid;
        }

        return steps;
    }

    /// <summary>The plan for a chip.</summary>
    /// <exception cref="LearnArgumentException">It has none; the message lists the chip sizes that have.</exception>
    public static IReadOnlyList<SpatialStep> PlanOrExplain(Backbone backbone, int chipSize, IReadOnlyList<int> grids)
    {
        int side = backbone.FeatureSize(chipSize);
        if (Plan(side, grids) is { } plan)
        {
            return plan;
        }

        string wanted = string.Join(", ", grids);
        IReadOnlyList<int> sizes = WorkingChipSizes(backbone, grids);
        throw sizes.Count > 0
            ? new LearnArgumentException("ChipSize", $"A chip of {chipSize} pixels gives {backbone.Name} features of {side}×{side}, from which grids {wanted} cannot be made. Chip sizes that work with this backbone and these grids: {string.Join(", ", sizes)}.")
            : new LearnArgumentException("Grids", $"No chip size from {Smallest} to {Largest} pixels gives {backbone.Name} features from which grids {wanted} can be made. Each grid is made from the one before: choose descending ones, such as 4, 2, 1.");
    }

    /// <summary>Chip sizes from 64 to 1024 pixels in steps of 32 that serve these grids.</summary>
    public static IReadOnlyList<int> WorkingChipSizes(Backbone backbone, IReadOnlyList<int> grids)
    {
        List<int> sizes = [];
        for (int size = Smallest; size <= Largest; size += 32)
        {
            if (Plan(backbone.FeatureSize(size), grids) is not null)
            {
                sizes.Add(size);
            }
        }

        return sizes;
    }
}
