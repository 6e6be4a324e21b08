namespace ArcLearn.Core.Inference;

/// <summary>What of a network's boxes is a detection: a score at the threshold or above, and no better box of its class that overlaps more than allowed.</summary>
/// <param name="Threshold">Score that a detection needs, 0 to 1.</param>
/// <param name="Overlap">Intersection over union above which the weaker of two boxes of one class goes.</param>
internal readonly record struct ChipSuppression(double Threshold, double Overlap)
{
    /// <summary>
    /// Boxes of a class that are looked at, best first. The reference looks at 50, which loses objects where a chip is full of them:
    /// several anchors fire for each. This many bounds the time for a network that finds something everywhere, and nothing else.
    /// </summary>
    private const int Candidates = 1000;

    /// <summary>Sifts one chip.</summary>
    /// <param name="scores"><c>[anchors, classes]</c>, 0 to 1, without background.</param>
    /// <param name="corners"><c>[anchors, 4]</c> as y-min, x-min, y-max, x-max in parts of the chip.</param>
    /// <param name="chipSize">Pixels of the chip's side.</param>
    /// <returns>By class, then by score; equal scores keep the anchors' order.</returns>
    public List<ChipDetection> Sift(ReadOnlySpan<float> scores, ReadOnlySpan<float> corners, int classes, int chipSize)
    {
        List<ChipDetection> kept = [];
        int anchors = corners.Length / 4;
        List<ChipDetection> found = [];
        for (int label = 0; label < classes; label++)
        {
            found.Clear();
            for (int anchor = 0; anchor < anchors; anchor++)
            {
                float score = scores[(anchor * classes) + label];
                if (score >= Threshold)
                {
                    ReadOnlySpan<float> box = corners.Slice(anchor * 4, 4);
                    found.Add(new ChipDetection(box[1] * chipSize, box[0] * chipSize, box[3] * chipSize, box[2] * chipSize, label, score));
                }
            }

            KeepBest(found, kept);
        }

        return kept;
    }

    private void KeepBest(List<ChipDetection> found, List<ChipDetection> kept)
    {
        int first = kept.Count;
        foreach (ChipDetection candidate in found.OrderByDescending(d => d.Score).Take(Candidates))
        {
            bool isNew = true;
            for (int i = first; i < kept.Count && isNew; i++)
            {
                isNew = OverlapOf(kept[i], candidate) <= Overlap;
            }

            if (isNew)
            {
                kept.Add(candidate);
            }
        }
    }

    private static double OverlapOf(ChipDetection a, ChipDetection b)
    {
        double width = Math.Min(a.XMax, b.XMax) - Math.Max(a.XMin, b.XMin);
        double height = Math.Min(a.YMax, b.YMax) - Math.Max(a.YMin, b.YMin);
        if (width <= 0 || height <= 0)
        {
            return 0;
        }

        double common = width * height;
        return common / (Area(a) + Area(b) - common);
    }

    private static double Area(ChipDetection d) => ((double)d.XMax - d.XMin) * ((double)d.YMax - d.YMin);
}
