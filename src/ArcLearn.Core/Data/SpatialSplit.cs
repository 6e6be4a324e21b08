using NetTopologySuite.Geometries;
using NetTopologySuite.Index.Strtree;

namespace ArcLearn.Core.Data;

/// <summary>
/// Splits by place. Chips that touch or overlap form a group (a raster, a folder); a group that is too large for the validation side is
/// cut into square blocks, or in two at a straight line where it is small. Blocks are drawn until the asked share is reached; a training
/// chip that overlaps a validation chip is dropped.
/// </summary>
internal sealed class SpatialSplit
{
    private const double BlocksToDraw = 3;
    private const int Draws = 16;                           // the best of them is taken
    private const double FaultOfWholeGroups = 0.25;
    private const double LeastBlockSide = 3;                // in chips: of smaller blocks the border would eat too much

    private readonly IReadOnlyList<Footprint> _footprints;
    private readonly double _fraction;
    private readonly int _seed;
    private readonly int _target;

    private SpatialSplit(IReadOnlyList<Footprint> footprints, double fraction, int seed)
    {
        (_footprints, _fraction, _seed) = (footprints, fraction, seed);
        _target = ChipSplit.Target(footprints.Count, fraction);
    }

    /// <exception cref="LearnDataException">SplitImpossible: every cut drops all training chips.</exception>
    public static ChipSplit Split(IReadOnlyList<Footprint> footprints, double fraction, int seed)
    {
        int[] all = [.. Enumerable.Range(0, footprints.Count)];
        if (fraction == 0)
        {
            return new ChipSplit(all, [], 0, DataSplit.Spatial);
        }

        return fraction == 1 ? new ChipSplit([], all, 0, DataSplit.Spatial) : new SpatialSplit(footprints, fraction, seed).Run();
    }

    private ChipSplit Run()
    {
        List<int[]> groups = ChipGroups.Find(_footprints);

        // Whole groups first: they cost no chip. Where that misses the share by far, the larger ones are cut as well.
        ChipSplit best = DrawBest(groups, largestWhole: _target);
        if (Fault(best) > FaultOfWholeGroups * _fraction)
        {
            ChipSplit cut = DrawBest(groups, largestWhole: Math.Max(1, _target / 4));
            best = Fault(cut) < Fault(best) ? cut : best;
        }

        return best.Training.Length > 0 && best.Validation.Length > 0 ? best : throw new LearnDataException(
            "SplitImpossible",
            $"The {_footprints.Count} chips overlap so much that no split by space leaves both training and validation chips. "
            + "Export more chips or a larger stride, or choose -Split Random (overlapping chips then make the validation too good) or -ValidationFraction 0.");
    }

    private ChipSplit DrawBest(List<int[]> groups, int largestWhole) =>
        Enumerable.Range(0, Draws).Select(draw => Draw(groups, largestWhole, draw)).MinBy(Fault)!;

    /// <summary>How far from the asked share, and at what cost: a dropped chip weighs a quarter of one on the wrong side.</summary>
    private double Fault(ChipSplit split)
    {
        if (split.Training.Length == 0 || split.Validation.Length == 0)
        {
            return double.PositiveInfinity;
        }

        double reached = (double)split.Validation.Length / (split.Validation.Length + split.Training.Length);
        return Math.Abs(reached - _fraction) + (0.25 * split.Dropped / _footprints.Count);
    }

    private ChipSplit Draw(List<int[]> groups, int largestWhole, int draw)
    {
        ItemRandom random = new(_seed, -2, draw);
        List<int[]> units = [];
        foreach (int[] group in groups)
        {
            if (group.Length <= largestWhole)
            {
                units.Add(group);
            }
            else
            {
                units.AddRange(Cut(group, ref random));
            }
        }

        int[][] order = [.. units];
        random.Shuffle<int[]>(order);
        List<int> validation = [];
        foreach (int[] unit in order)
        {
            if (Math.Abs(validation.Count + unit.Length - _target) < Math.Abs(validation.Count - _target))
            {
                validation.AddRange(unit);
            }
        }

        if (validation.Count == 0 && order.Length > 0)
        {
            validation.AddRange(order.MinBy(u => u.Length)!);
        }

        return DropOverlaps(validation);
    }

    /// <summary>Parts of a group that may go to the validation side.</summary>
    private IEnumerable<int[]> Cut(int[] group, ref ItemRandom random)
    {
        if (_footprints[group[0]].Bounds is null)
        {
            return [group];
        }

        Envelope extent = new();
        double chipSide = 0;
        foreach (int i in group)
        {
            extent.ExpandToInclude(_footprints[i].Bounds!.Centre);
            chipSide += Math.Max(_footprints[i].Bounds!.Width, _footprints[i].Bounds!.Height) / group.Length;
        }

        double blockSide = Math.Sqrt(extent.Area * _fraction / BlocksToDraw);
        if (blockSide < LeastBlockSide * chipSide)
        {
            return AtALine(group, extent, ref random);
        }

        return group
            .GroupBy(i => (
                (int)((_footprints[i].Bounds!.Centre.X - extent.MinX) / blockSide), (int)((_footprints[i].Bounds!.Centre.Y - extent.MinY) / blockSide)))
            .OrderBy(g => g.Key)
            .Select(g => g.ToArray());
    }

    /// <summary>The end of a group, across its longer side, that holds about the asked share; the rest always trains.</summary>
    private IEnumerable<int[]> AtALine(int[] group, Envelope extent, ref ItemRandom random)
    {
        bool alongX = extent.Width >= extent.Height;
        int direction = random.Next(2) == 0 ? 1 : -1;
        double step = Math.Max(extent.Width, extent.Height) * 1e-6;
        int[][] lines =
        [
            .. group.GroupBy(i => step > 0 ? Math.Round((alongX ? _footprints[i].Bounds!.Centre.X : _footprints[i].Bounds!.Centre.Y) / step) : 0)
                .OrderBy(g => direction * g.Key)
                .Select(g => g.ToArray()),
        ];
        if (lines.Length < 2)
        {
            return [group];
        }

        int wanted = ChipSplit.Target(group.Length, _fraction);
        List<int> end = [.. lines[0]];
        foreach (int[] line in lines[1..^1])
        {
            if (Math.Abs(end.Count + line.Length - wanted) >= Math.Abs(end.Count - wanted))
            {
                break;
            }

            end.AddRange(line);
        }

        return [[.. end]];
    }

    private ChipSplit DropOverlaps(List<int> validation)
    {
        HashSet<int> chosen = [.. validation];
        Dictionary<string, STRtree<int>> trees = [];
        foreach (int i in validation)
        {
            if (_footprints[i].Bounds is Envelope bounds)
            {
                string space = _footprints[i].Space;
                if (!trees.TryGetValue(space, out STRtree<int>? tree))
                {
                    trees[space] = tree = new STRtree<int>();
                }

                tree.Insert(bounds, i);
            }
        }

        List<int> training = [];
        for (int i = 0; i < _footprints.Count; i++)
        {
            if (!chosen.Contains(i) && !Overlaps(_footprints[i], trees))
            {
                training.Add(i);
            }
        }

        return new ChipSplit([.. training], [.. chosen.Order()], _footprints.Count - training.Count - chosen.Count, DataSplit.Spatial);
    }

    private static bool Overlaps(Footprint footprint, Dictionary<string, STRtree<int>> trees)
    {
        return footprint.Bounds is not null && trees.TryGetValue(footprint.Space, out STRtree<int>? tree) && tree.Query(footprint.Inner()).Count > 0;
    }
}
