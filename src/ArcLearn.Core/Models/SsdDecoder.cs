using ArcLearn.Core.Inference;

namespace ArcLearn.Core.Models;

/// <summary>
/// Turns a network's answers into detections: sigmoid, threshold, and within each class suppression of what a better box overlaps.
/// Order: class after class, in each by score, of equal scores by anchor. Plain arithmetic: the same on every thread.
/// </summary>
/// <param name="isVoted">See <see cref="BoxChoice.Choose"/>.</param>
internal sealed class SsdDecoder(SsdAnchors anchors, int classes, int chipSize, bool isVoted = false)
{
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

        found.AddRange(BoxChoice.Choose(candidates, boxes, Corners, overlap, isVoted).Select(kept => new ChipDetection(
            kept.Box[1] * chipSize, kept.Box[0] * chipSize, kept.Box[3] * chipSize, kept.Box[2] * chipSize, classIndex, kept.Score)));
    }

    private float[] Corners(ReadOnlySpan<float> activations, int anchor)
    {
        (float yMin, float xMin, float yMax, float xMax) = anchors.Decode(anchor, activations.Slice(anchor * 4, 4));
        return [yMin, xMin, yMax, xMax];
    }

    private static float Sigmoid(float value) => 1 / (1 + MathF.Exp(-value));
}
