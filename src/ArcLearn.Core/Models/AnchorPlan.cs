namespace ArcLearn.Core.Models;

/// <summary>Grids, zooms and ratios that fit the objects of some chips.</summary>
internal sealed record AnchorPlan(IReadOnlyList<int> Grids, IReadOnlyList<double> Zooms, IReadOnlyList<AspectRatio> Ratios)
{
    /// <summary>The head that reaches any grid: what arcgis.learn takes when it chooses grids.</summary>
    public const int Version = 2;

    // Cells along the side of an object in the grid that serves it: where an object ends can only be told from features finer than it.
    private const double CellsOfSmallest = 2;
    private const double CellsOfLargest = 5;
    private const int MaximumGrids = 4;
    private const int MaximumClusters = 3;

    // Mean overlap of an object with the anchor nearest in size, and in shape, from which a further cluster is not worth its anchors.
    private const double GoodSize = 0.8;
    private const double GoodShape = 0.85;

    /// <summary>The plan for a bunch's training chips.</summary>
    /// <exception cref="LearnDataException">They hold no object (ObjectsMissing).</exception>
    /// <exception cref="LearnArgumentException">A backbone that is not known, or chips too small for it.</exception>
    public static AnchorPlan For(LearnDataBunch data, string backbone)
    {
        IReadOnlyList<(double Height, double Width)> objects = DetectionDataCheck.Boxes(data).ObjectSizes;
        if (objects.Count == 0)
        {
            throw new LearnDataException("ObjectsMissing", "The training chips hold no object, so there is nothing to choose anchors by or to learn. Export chips with objects, or lower -ValidationFraction.", data);
        }

        Backbone network = Backbones.Get(backbone);
        if (network.FeatureSize(data.ChipSize) < 1)
        {
            throw new LearnArgumentException("ChipSize", $"A chip of {data.ChipSize} pixels leaves {network.Name} no features; use larger chips.");
        }

        return Choose(network, data.ChipSize, objects, data.Transform is { Flip: ChipFlip.Dihedral, FlipProbability: > 0 });
    }

    /// <summary>
    /// The coarsest grid whose cells are at most half of the small objects, then coarser ones, each of half the cells, until the large objects
    /// fit; zooms and ratios are the centres of the objects' sizes (in cells of the grid that serves them) and shapes, found by k-means
    /// on their logarithms with as few clusters as serve.
    /// </summary>
    /// <param name="backbone">What the features come from.</param>
    /// <param name="chipSize">Side of the chip in pixels.</param>
    /// <param name="objects">Height and width of the objects in pixels of the chip; at least one.</param>
    /// <param name="isAnyDirection">Whether training turns chips by quarters, so that each shape occurs lying too.</param>
    public static AnchorPlan Choose(Backbone backbone, int chipSize, IReadOnlyList<(double Height, double Width)> objects, bool isAnyDirection)
    {
        double[] sizes = [.. objects.Select(o => Math.Sqrt(o.Height * o.Width)).Order()];
        int[] grids = ChooseGrids(backbone, chipSize, Quantile(sizes, 0.1), Quantile(sizes, 0.9));
        double[] cells = [.. sizes.Select(size => size / Cell(chipSize, Serving(grids, chipSize, size)))];
        double[] zooms = Cluster(cells, (a, b) => Math.Pow(Math.Min(a, b) / Math.Max(a, b), 2), GoodSize);

        IEnumerable<double> shapes = objects.Select(o => o.Height / o.Width);
        double[] ratios = Cluster([.. isAnyDirection ? objects.SelectMany(o => new[] { o.Height / o.Width, o.Width / o.Height }) : shapes], ShapeOverlap, GoodShape);
        return new AnchorPlan(grids, [.. zooms.Select(zoom => Math.Round(zoom, 2))], [.. ratios.Select(Shape)]);
    }

    private static int[] ChooseGrids(Backbone backbone, int chipSize, double small, double large)
    {
        // Anchors lie a cell apart, features a stride: where both are equal, a box is as far from its anchor everywhere, which is all that a
        // convolution can learn. Halved as long as that holds; a body that can be cut a stage earlier has features of half the stride.
        List<int> ladder = [Math.Max(1, chipSize / (backbone.Earlier ?? backbone).Stride)];
        while (ladder[^1] % 2 == 0)
        {
            ladder.Add(ladder[^1] / 2);
        }

        int first = Math.Max(0, ladder.FindLastIndex(grid => CellsOfSmallest * Cell(chipSize, grid) <= small));
        List<int> grids = [ladder[first]];
        for (int i = first + 1; i < ladder.Count && grids.Count < MaximumGrids && Cell(chipSize, grids[^1]) * CellsOfLargest < large; i++)
        {
            grids.Add(ladder[i]);
        }

        return [.. grids];
    }

    /// <summary>The coarsest grid that is fine enough for an object; the first one for smaller objects.</summary>
    private static int Serving(int[] grids, int chipSize, double size)
    {
        int found = Array.FindLastIndex(grids, grid => CellsOfSmallest * Cell(chipSize, grid) <= size);
        return grids[Math.Max(0, found)];
    }

    private static double Cell(int chipSize, int grid) => (double)chipSize / grid;

    private static double[] Cluster(double[] values, Func<double, double, double> overlap, double enough)
    {
        double[] logarithms = [.. values.Select(value => Math.Log(value)).Order()];
        for (int k = 1; ; k++)
        {
            double[] centres = [.. KMeans.Centres(logarithms, k).Select(centre => Math.Exp(centre))];
            if (k == MaximumClusters || values.Average(value => centres.Max(centre => overlap(value, centre))) >= enough)
            {
                return centres;
            }
        }
    }

    /// <summary>Intersection over union of two boxes of one centre and area, by height over width.</summary>
    private static double ShapeOverlap(double first, double second)
    {
        double common = Math.Sqrt(Math.Min(first, second) / Math.Max(first, second));
        return common / (2 - common);
    }

    /// <summary>Height and width of area 1.</summary>
    private static AspectRatio Shape(double heightOverWidth) => new(Math.Round(Math.Sqrt(heightOverWidth), 2), Math.Round(1 / Math.Sqrt(heightOverWidth), 2));

    private static double Quantile(double[] sorted, double share) => sorted[(int)Math.Round(share * (sorted.Length - 1))];
}
