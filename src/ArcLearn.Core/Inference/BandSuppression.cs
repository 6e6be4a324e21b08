namespace ArcLearn.Core.Inference;

/// <summary>
/// <see cref="Suppression"/> for boxes that come from top to bottom, holding only those near the place where they come: a box is decided when every
/// better one that overlaps it is. What stays is what the whole at once would keep.
/// </summary>
/// <param name="maxOverlap">The IoU that two boxes may have.</param>
/// <param name="isWithinClass">Whether boxes of other classes are let alone.</param>
internal sealed class BandSuppression(double maxOverlap, bool isWithinClass)
{
    private readonly List<Detection> _waiting = [];
    private readonly List<Detection> _kept = [];

    /// <summary>Boxes held at most so far.</summary>
    public int Peak { get; private set; }

    public void Add(in Detection detection) => _waiting.Add(detection);

    /// <summary>Decides what can be.</summary>
    /// <param name="frontier">No box that comes later reaches above this, in pixels.</param>
    /// <param name="keep">Takes what stays.</param>
    /// <returns>What stays later does not reach above this.</returns>
    public double Advance(double frontier, Action<Detection> keep)
    {
        Detection[] boxes = [.. _waiting, .. _kept];
        Peak = Math.Max(Peak, boxes.Length);
        int decided = _kept.Count;
        int[] order = Suppression.Order(boxes);
        bool[] isKept = new bool[boxes.Length];
        Array.Fill(isKept, true, boxes.Length - decided, decided);

        BoxIndex kept = new(boxes);
        BoxIndex waiting = new(boxes);
        SameClass test = new(isWithinClass);
        List<Detection> undecided = [];
        foreach (int i in order)
        {
            if (isKept[i])
            {
                kept.Add(i);
            }
            else if (kept.Any(boxes[i], maxOverlap, orEqual: false, test))
            {
                continue;
            }
            else if (boxes[i].YMax > frontier || waiting.Any(boxes[i], maxOverlap, orEqual: false, test))
            {
                waiting.Add(i);
                undecided.Add(boxes[i]);
            }
            else
            {
                kept.Add(i);
                _kept.Add(boxes[i]);
                keep(boxes[i]);
            }
        }

        _waiting.Clear();
        _waiting.AddRange(undecided);
        double reach = undecided.Count == 0 ? frontier : Math.Min(frontier, undecided.Min(box => box.YMin));
        _ = _kept.RemoveAll(box => box.YMax <= reach);
        return reach;
    }

    private readonly struct SameClass(bool isAsked) : IBoxTest
    {
        public bool Matches(in Detection indexed, in Detection asked) => !isAsked || indexed.ClassIndex == asked.ClassIndex;
    }
}
