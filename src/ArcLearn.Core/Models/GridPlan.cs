namespace ArcLearn.Core.Models;

/// <summary>How the head gets to a grid: a convolution, before it the map brought to a side where no convolution fits.</summary>
/// <param name="Resized">Cells along the side that the map is brought to; null where it stays as it is.</param>
internal readonly record struct GridStep(SpatialStep Convolution, int? Resized = null);

/// <summary>How the head gets from the features' side to each grid in turn.</summary>
internal static class GridPlan
{
    private const int Kernel = 3;
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

    /// <summary>
    /// The step of arcgis.learn's second version: a kernel of 3 with stride 1 or 2 and padding 0 or 1 where one fits; else, and where the map
    /// grows, the map brought to the grid first.
    /// </summary>
    /// <returns>Null for a map or grid without cells.</returns>
    public static GridStep? Step(int input, int output)
    {
        if (input < 1 || output < 1)
        {
            return null;
        }

        foreach (int stride in (ReadOnlySpan<int>)[1, 2])
        {
            for (int padding = 0; padding <= 1; padding++)
            {
                SpatialStep step = new(Kernel, stride, padding);
                if (step.Apply(input) == output)
                {
                    return new GridStep(step);
                }
            }
        }

        return new GridStep(new SpatialStep(Kernel, 1, 1), output);
    }

    /// <summary>One step for each grid, or null where a grid cannot be reached.</summary>
    /// <param name="version">arcgis.learn's SSDVersion.</param>
    public static IReadOnlyList<GridStep>? Plan(int featureSize, IReadOnlyList<int> grids, int version)
    {
        List<GridStep> steps = [];
        int side = featureSize;
        foreach (int grid in grids)
        {
            GridStep? found = version == 1
                ? Convolution(side, grid) is SpatialStep convolution ? new GridStep(convolution) : null
                : Step(side, grid);
            if (found is not GridStep step)
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
    public static IReadOnlyList<GridStep> PlanOrExplain(Backbone backbone, int chipSize, IReadOnlyList<int> grids, int version)
    {
        int side = backbone.FeatureSize(chipSize);
        if (Plan(side, grids, version) is { } plan)
        {
            return plan;
        }

        string wanted = string.Join(", ", grids);
        IReadOnlyList<int> sizes = WorkingChipSizes(backbone, grids, version);
        throw sizes.Count > 0
            ? new LearnArgumentException("ChipSize", $"A chip of {chipSize} pixels gives {backbone.Name} features of {side}×{side}, from which grids {wanted} cannot be made. Chip sizes that work with this backbone and these grids: {string.Join(", ", sizes)}; -SsdVersion 2 reaches them at any.")
            : new LearnArgumentException("Grids", $"No chip size from {Smallest} to {Largest} pixels gives {backbone.Name} features from which grids {wanted} can be made. Each grid is made from the one before: choose descending ones, such as 4, 2, 1; -SsdVersion 2 reaches any.");
    }

    /// <summary>Chip sizes from 64 to 1024 pixels in steps of 32 that serve these grids.</summary>
    public static IReadOnlyList<int> WorkingChipSizes(Backbone backbone, IReadOnlyList<int> grids, int version)
    {
        List<int> sizes = [];
        for (int size = Smallest; size <= Largest; size += 32)
        {
            if (Plan(backbone.FeatureSize(size), grids, version) is not null)
            {
                sizes.Add(size);
            }
        }

        return sizes;
    }
}
