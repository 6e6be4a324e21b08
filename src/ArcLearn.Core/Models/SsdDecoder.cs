using ArcLearn.Core.Inference;

namespace ArcLearn.Core.Models;

/// <summary>
/// Turns a network's answers into detections: sigmoid, threshold, and within each class suppression of what a better box overlaps.
/// Order: class after class, in each by score, of equal scores by anchor. Plain arithmetic: the same on every thread.
/// </summary>
/// <param name="isVoted">
/// Whether a box that stays is the mean, by score, of all that agree with it (Gidaris and Komodakis 2015): the anchors around an object
/// err apart from each other, so that their mean lies nearer to it than the surest.
/// </param>
internal sealed class SsdDecoder(SsdAnchors anchors, int classes, int chipSize, bool isVoted = false)
{
    /// <summary>
    /// Boxes of a class and chip that suppression looks at: the best ones. arcgis.learn has 50, which a few objects use up where several anchors
    /// of a fine grid find each of them.
    /// </summary>
    public const int Candidates = 400;

    // Overlap from which another box is taken for the same object.
    private const float VoterOverlap = 0.65f;

    /// <summary>For a network: only the balanced loss teaches several anchors around an object to find it, and only its models vote.</summary>
    public static SsdDecoder For(SsdAnchors anchors, SsdOptions options) => new(anchors, options.Classes, options.ChipSize, options.Loss == DetectorLoss.Balanced);

    /// <summary>Decodes one batch.</summary>
    /// <param name="scores"><c>[count, A, classes + 1]</c> before the sigmoid.</param>
    /// <param name="boxes"><c>[count, A, 4]</c> activations.</param>
    /// <param name="threshold">0 to 1; a detection scores more than this.</param>
    /// <param name="overlap">Highest intersection over union of two boxes of a class that both stay.</param>
    /// <returns>One list per chip, boxes in its pixels; they may reach beyond the chip.</returns>
    public IReadOnlyList<ChipDetection>[] Decode(ReadOnlySpan<float> scores, ReadOnlySpan<float> boxes, int count, double threshold, double overlap)
    {
        int columns = classes + 1;
        if (scores.Length != count * anchors.Count * columns || boxes.Length != count * anchors.Count * 4)
        {
            throw new ArgumentException($"{count} chips with {anchors.Count} anchors and {classes} classes do not make {scores.Length} scores and {boxes.Length} coordinates.");
        }

        IReadOnlyList<ChipDetection>[] result = new IReadOnlyList<ChipDetection>[count];
        for (int n = 0; n < count; n++)
        {
            ReadOnlySpan<float> chipScores = scores.Slice(n * anchors.Count * columns, anchors.Count * columns);
            ReadOnlySpan<float> chipBoxes = boxes.Slice(n * anchors.Count * 4, anchors.Count * 4);
            List<ChipDetection> found = [];
            for (int c = 0; c < classes; c++)
            {
                Collect(chipScores, chipBoxes, c, threshold, overlap, found);
            }

            result[n] = found;
        }

        return result;
    }

    private void Collect(ReadOnlySpan<float> scores, ReadOnlySpan<float> boxes, int classIndex, double threshold, double overlap, List<ChipDetection> found)
    {
        List<(float Score, int Anchor)> candidates = [];
        for (int a = 0; a < anchors.Count; a++)
        {
            float score = Sigmoid(scores[(a * (classes + 1)) + classIndex + 1]);
            if (score > threshold)
            {
                candidates.Add((score, a));
            }
        }

        candidates.Sort(static (a, b) => a.Score != b.Score ? b.Score.CompareTo(a.Score) : a.Anchor.CompareTo(b.Anchor));
        List<(float[] Corners, float Score)> best = new(Math.Min(candidates.Count, Candidates));
        foreach ((float score, int anchor) in candidates.Take(Candidates))
        {
            (float yMin, float xMin, float yMax, float xMax) = anchors.Decode(anchor, boxes.Slice(anchor * 4, 4));
            best.Add(([yMin, xMin, yMax, xMax], score));
        }

        List<float[]> kept = [];
        foreach ((float[] box, float score) in best)
        {
            if (kept.TrueForAll(better => BoxOverlap.IntersectionOverUnion(better, box) <= overlap))
            {
                kept.Add(box);
                float[] told = isVoted ? Vote(box, best) : box;
                found.Add(new ChipDetection(told[1] * chipSize, told[0] * chipSize, told[3] * chipSize, told[2] * chipSize, classIndex, score));
            }
        }
    }

    private static float[] Vote(float[] box, List<(float[] Corners, float Score)> voters)
    {
        float[] sum = new float[4];
        float weight = 0;
        foreach ((float[] corners, float score) in voters)
        {
            if (BoxOverlap.IntersectionOverUnion(box, corners) >= VoterOverlap)
            {
                weight += score;
                for (int i = 0; i < sum.Length; i++)
                {
                    sum[i] += score * corners[i];
                }
            }
        }

        return [.. sum.Select(coordinate => coordinate / weight)];
    }

    private static float Sigmoid(float value) => 1 / (1 + MathF.Exp(-value));
}
