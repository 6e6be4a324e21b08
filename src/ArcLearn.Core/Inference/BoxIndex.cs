using System.Runtime.InteropServices;

namespace ArcLearn.Core.Inference;

/// <summary>What else than overlap must hold between an indexed box and the one asked for.</summary>
internal interface IBoxTest
{
    bool Matches(in Detection indexed, in Detection asked);
}

/// <summary>
/// Boxes by place: grids whose cells double in size; each box lies once, in the finest grid whose cells are at least as long as
/// its longer side (and at least a pixel), in the cell of its upper-left corner. So memory is linear whatever the sizes are.
/// </summary>
internal sealed class BoxIndex
{
    private readonly Detection[] _boxes;
    private readonly int[] _next;
    private readonly SortedDictionary<int, Level> _levels = [];

    /// <param name="boxes">The boxes that <see cref="Add"/> may name; kept, not copied.</param>
    public BoxIndex(Detection[] boxes) => (_boxes, _next) = (boxes, new int[boxes.Length]);

    public void Add(int box)
    {
        ref readonly Detection added = ref _boxes[box];
        int exponent = Exponent(added);
        if (!_levels.TryGetValue(exponent, out Level? level))
        {
            _levels.Add(exponent, level = new Level(Math.ScaleB(1, exponent)));
        }

        ref int head = ref CollectionsMarshal.GetValueRefOrAddDefault(level.Cells, level.Cell(added.XMin, added.YMin), out bool exists);
        _next[box] = exists ? head : -1;
        head = box;
        level.Area = Math.Max(level.Area, added.Area);
    }

    /// <summary>Whether an indexed box overlaps the one given with an IoU above (or, if asked, equal to) the limit, and passes the test.</summary>
    public bool Any<TTest>(in Detection asked, double limit, bool orEqual, TTest test)
        where TTest : struct, IBoxTest
    {
        foreach (Level level in _levels.Values)
        {
            // IoU is at most the smaller area over the larger; the margin keeps rounding from deciding.
            if (level.Area < limit * asked.Area * (1 - 1e-9))
            {
                continue;
            }

            (int left, int top) = level.Cell(asked.XMin - level.Side, asked.YMin - level.Side);
            (int right, int bottom) = level.Cell(asked.XMax, asked.YMax);
            if ((double)((long)right - left + 1) * ((long)bottom - top + 1) > level.Cells.Count)
            {
                foreach (int head in level.Cells.Values)
                {
                    if (AnyInCell(head, asked, limit, orEqual, test))
                    {
                        return true;
                    }
                }

                continue;
            }

            for (int row = top; row <= bottom; row++)
            {
                for (int column = left; column <= right; column++)
                {
                    if (level.Cells.TryGetValue((column, row), out int head) && AnyInCell(head, asked, limit, orEqual, test))
                    {
                        return true;
                    }
                }
            }
        }

        return false;
    }

    private bool AnyInCell<TTest>(int box, in Detection asked, double limit, bool orEqual, TTest test)
        where TTest : struct, IBoxTest
    {
        for (; box >= 0; box = _next[box])
        {
            ref readonly Detection indexed = ref _boxes[box];
            double overlap = indexed.Overlap(asked);
            if ((overlap > limit || (orEqual && overlap == limit)) && test.Matches(indexed, asked))
            {
                return true;
            }
        }

        return false;
    }

    private static int Exponent(in Detection box)
    {
        double side = Math.Max(box.XMax - box.XMin, box.YMax - box.YMin);
        return side >= 1 ? Math.ILogB(side) + 1 : 0;
    }

    private sealed class Level(double side)
    {
        public double Side { get; } = side;

        /// <summary>First box of each cell; the others follow in <see cref="_next"/>.</summary>
        public Dictionary<(int Column, int Row), int> Cells { get; } = [];

        /// <summary>The largest box's.</summary>
        public double Area { get; set; }

        public (int Column, int Row) Cell(double x, double y) => ((int)Math.Floor(x / Side), (int)Math.Floor(y / Side));
    }
}
