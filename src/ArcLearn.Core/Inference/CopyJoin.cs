namespace ArcLearn.Core.Inference;

/// <summary>A detection in one copy of a chip, moved back to the chip as it is.</summary>
internal readonly record struct CopyDetection(ChipDetection Box, int Copy);

/// <summary>
/// Joins what a detector found in turned copies of a chip. Boxes of a class and of different copies are one object from an IoU of a half on; its box is their mean by
/// score, its score the mean over all copies, those without it counted as 0 (weighted boxes fusion, Solovyev et al. 2021). Then the model's suppression
/// applies, as within a chip.
/// </summary>
internal static class CopyJoin
{
    private const double SameObject = 0.5;

    /// <param name="found">Of one chip, copy after copy.</param>
    /// <param name="copies">How many copies there are.</param>
    /// <param name="threshold">A detection scores more than this.</param>
    /// <param name="overlap">Highest IoU of two boxes of a class that both stay.</param>
    /// <returns>Class by class, in each best first.</returns>
    public static IReadOnlyList<ChipDetection> Join(IReadOnlyList<CopyDetection> found, int copies, double threshold, double overlap)
    {
        List<ChipDetection> result = [];
        foreach (IGrouping<int, CopyDetection> group in found.GroupBy(one => one.Box.ClassIndex).OrderBy(group => group.Key))
        {
            List<Cluster> clusters = [];

            // Stable: equal scores stay in the order of the copies.
            foreach (CopyDetection one in group.OrderByDescending(one => one.Box.Score))
            {
                if (clusters.Find(cluster => cluster.Takes(one)) is Cluster known)
                {
                    known.Add(one);
                }
                else
                {
                    clusters.Add(new Cluster(one));
                }
            }

            List<ChipDetection> kept = [];
            foreach (ChipDetection box in clusters.Select(cluster => cluster.Mean(copies)).Where(box => box.Score > threshold).OrderByDescending(box => box.Score))
            {
                if (kept.TrueForAll(better => Overlap(better, box) <= overlap))
                {
                    kept.Add(box);
                }
            }

            result.AddRange(kept);
        }

        return result;
    }

    private static double Overlap(in ChipDetection a, in ChipDetection b)
    {
        double width = Math.Min(a.XMax, b.XMax) - (double)Math.Max(a.XMin, b.XMin);
        double height = Math.Min(a.YMax, b.YMax) - (double)Math.Max(a.YMin, b.YMin);
        double shared = Math.Max(0, width) * Math.Max(0, height);
        return shared > 0 ? shared / (Area(a) + Area(b) - shared) : 0;
    }

    private static double Area(in ChipDetection box) => ((double)box.XMax - box.XMin) * ((double)box.YMax - box.YMin);

    private sealed class Cluster(CopyDetection best)
    {
        private readonly List<CopyDetection> _members = [best];
        private int _copies = 1 << best.Copy;

        public bool Takes(in CopyDetection one) => (_copies & (1 << one.Copy)) == 0 && Overlap(best.Box, one.Box) >= SameObject;

        public void Add(in CopyDetection one)
        {
            _members.Add(one);
            _copies |= 1 << one.Copy;
        }

        public ChipDetection Mean(int copies)
        {
            (double left, double top, double right, double bottom, double sum) = (0, 0, 0, 0, 0);
            foreach ((ChipDetection box, _) in _members)
            {
                double score = box.Score;
                (left, top, right, bottom) = (left + (score * box.XMin), top + (score * box.YMin), right + (score * box.XMax), bottom + (score * box.YMax));
                sum += score;
            }

            return sum > 0
                ? new ChipDetection((float)(left / sum), (float)(top / sum), (float)(right / sum), (float)(bottom / sum), best.Box.ClassIndex, (float)(sum / copies))
                : best.Box;
        }
    }
}
