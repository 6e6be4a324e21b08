using ArcLearn.Core.Data;

namespace ArcLearn.Core.Models;

/// <summary>What the network ought to answer for a batch of <c>N</c> chips with <c>A</c> anchors.</summary>
/// <remarks>Large arrays, made anew with every batch, would wait for the garbage collector: one is filled again for the next batch of its size.</remarks>
/// <param name="Classes"><c>[N, A, classes]</c>: 1 for the class of a matched anchor, else 0; background has no column.</param>
/// <param name="Boxes"><c>[N, A, 4]</c>: corners of the matched box, 0 where none is.</param>
/// <param name="BoxWeights"><c>[N, A]</c>: what each coordinate counts, so that a chip's location loss is a mean over its matched anchors; 0 for background.</param>
/// <param name="ChipWeights"><c>[N]</c>: 1, or 0 for a chip that has nothing to match.</param>
internal sealed record SsdTargets(float[] Classes, float[] Boxes, float[] BoxWeights, float[] ChipWeights)
{
    /// <summary>Matches a batch.</summary>
    /// <param name="classes">Number of classes, background not among them.</param>
    /// <param name="isNear">What <see cref="SsdMatcher"/> takes.</param>
    /// <param name="used">Of an earlier batch with the same anchors and classes, no longer needed: filled again where it has the size.</param>
    /// <exception cref="LearnDataException">A label beyond the classes (id ClassMismatch).</exception>
    public static SsdTargets Of(IReadOnlyList<BoxLabel[]> chips, SsdAnchors anchors, int classes, bool isNear = false, SsdTargets? used = null)
    {
        int count = anchors.Count;
        SsdMatcher matcher = new(anchors, isNear);
        SsdTargets targets = used is not null && used.ChipWeights.Length == chips.Count
            ? used.Clear()
            : new SsdTargets(new float[chips.Count * count * classes], new float[chips.Count * count * 4], new float[chips.Count * count], new float[chips.Count]);
        for (int n = 0; n < chips.Count; n++)
        {
            if (matcher.Match(chips[n]) is not int[] match)
            {
                continue;
            }

            targets.ChipWeights[n] = 1;
            float weight = 1f / (4 * match.Count(box => box >= 0));
            for (int a = 0; a < count; a++)
            {
                if (match[a] >= 0)
                {
                    targets.Set((n * count) + a, chips[n][match[a]], classes, weight);
                }
            }
        }

        return targets;
    }

    private SsdTargets Clear()
    {
        Array.Clear(Classes);
        Array.Clear(Boxes);
        Array.Clear(BoxWeights);
        Array.Clear(ChipWeights);
        return this;
    }

    private void Set(int row, BoxLabel box, int classes, float weight)
    {
        if (box.Label < 0 || box.Label > classes)
        {
            throw new LearnDataException("ClassMismatch", $"A box has class {box.Label}, but the model knows {classes} classes.", box);
        }

        if (box.Label > 0)
        {
            Classes[(row * classes) + box.Label - 1] = 1;
        }

        BoxWeights[row] = weight;
        (Boxes[row * 4], Boxes[(row * 4) + 1], Boxes[(row * 4) + 2], Boxes[(row * 4) + 3]) = (box.YMin, box.XMin, box.YMax, box.XMax);
    }
}
