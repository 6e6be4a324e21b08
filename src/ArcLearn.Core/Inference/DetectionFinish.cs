namespace ArcLearn.Core.Inference;

/// <summary>
/// Brings the detections of a journal together as <see cref="DetectionEngine.Finish"/> does in memory, a band of tile rows at a time: seams, extent and mask, suppression.
/// </summary>
internal sealed class DetectionFinish(DetectionRecord run, DetectionJournal journal)
{
    private const int RowsAtOnce = 4;

    private readonly TileOwnership _ownership = run.ToOwnership();
    private readonly GeoTransform _transform = run.ToTransform();
    private readonly DetectionRunOptions _options = run.ToOptions();

    private TileGrid Grid => _ownership.Grid;

    /// <summary>What stays, from top to bottom.</summary>
    public IEnumerable<Detection> Run()
    {
        if (!run.RunNms)
        {
            return Bands().SelectMany(band => band.Detections);
        }

        return Suppress();
    }

    private IEnumerable<Detection> Suppress()
    {
        BandSuppression withinClasses = new(run.MaxOverlapRatio, isWithinClass: true);
        BandSuppression acrossClasses = new(run.MaxOverlapRatio, isWithinClass: false);
        List<Detection> kept = [];
        foreach ((IEnumerable<Detection> band, double frontier) in Bands())
        {
            foreach (Detection detection in band)
            {
                withinClasses.Add(detection);
            }

            double reached = withinClasses.Advance(frontier, detection => acrossClasses.Add(detection));
            _ = acrossClasses.Advance(reached, kept.Add);
            foreach (Detection detection in kept)
            {
                yield return detection;
            }

            kept.Clear();
        }
    }

    /// <summary>Merged detections of a few tile rows after the other, and how far up those of later rows reach.</summary>
    private IEnumerable<(IEnumerable<Detection> Detections, double Frontier)> Bands()
    {
        int columns = Grid.Columns;
        double[] frontiers = Frontiers();
        int reach = SeamRows();
        int step = Math.Max(RowsAtOnce, 2 * reach);
        for (int first = 0; first < Grid.Rows; first += step)
        {
            int last = Math.Min(Grid.Rows, first + step);
            IReadOnlyList<Detection> merged = SeamMerge.Merge(
                journal.Between(Math.Max(0, first - reach) * columns, Math.Min(Grid.Rows, last + reach) * columns), _ownership);
            yield return (
                merged.Where(found => found.Tile >= first * columns && found.Tile < last * columns && DetectionEngine.Counts(_options, _transform, found)),
                frontiers[last]);
        }
    }

    /// <summary>For each row of tiles, the uppermost place that a detection of this or a later row reaches.</summary>
    private double[] Frontiers()
    {
        double[] frontiers = new double[Grid.Rows + 1];
        IReadOnlyDictionary<int, double> tops = journal.TopOfRows(Grid.Columns);
        frontiers[^1] = double.PositiveInfinity;
        for (int row = Grid.Rows - 1; row >= 0; row--)
        {
            frontiers[row] = Math.Min(frontiers[row + 1], tops.TryGetValue(row, out double top) ? top : double.PositiveInfinity);
        }

        return frontiers;
    }

    /// <summary>How many rows of tiles away another may be that keeps the same object.</summary>
    private int SeamRows()
    {
        int columns = Grid.Columns;
        int most = 0;
        for (int row = 0, other = 0; row < Grid.Rows; row++)
        {
            while (Grid[other * columns].Core.Bottom + _ownership.MergeGrow + _ownership.Grow < Grid[row * columns].Core.Row)
            {
                other++;
            }

            most = Math.Max(most, row - other);
        }

        return most;
    }
}
