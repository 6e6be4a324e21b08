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
    private readonly SortedList<int, Level> _levels = [];

    /// <param name="boxes">The boxes that <see cref="Add"/> may name; kept, not copied.</param>
    /// <param name="next">Room for as many numbers; indices that share no box may share it.</param>
    public BoxIndex(Detection[] boxes, int[]? next = null) => (_boxes, _next) = (boxes, next ?? new int[boxes.Length]);

    public void Add(int box)
    {
        ref readonly Detection added = ref _boxes[box];
        double side = Math.Max(added.XMax - added.XMin, added.YMax - added.YMin);
        int exponent = side >= 1 ? Math.ILogB(side) + 1 : 0;
        if (!_levels.TryGetValue(exponent, out Level? level))
        {
            _levels.Add(exponent, level = new Level(Math.ScaleB(1, exponent)));
        }

        _next[box] = level.Cells.Push(level.Cell(added.XMin), level.Cell(added.YMin), box);
        level.Area = Math.Max(level.Area, added.Area);
    }

    /// <summary>Whether an indexed box overlaps the one given with an IoU above (or, if asked, equal to) the limit, and passes the test.</summary>
    public bool Any<TTest>(in Detection asked, double limit, bool orEqual, TTest test)
        where TTest : struct, IBoxTest
    {
        // Rounding must not decide what the bounds below leave out.
        double bound = limit * (1 - 1e-9);
        for (int i = _levels.Count - 1; i >= 0; i--)
        {
            // From the coarsest grid, where looking costs least. IoU is at most the smaller area over the larger.
            Level level = _levels.Values[i];
            if (level.Area >= bound * asked.Area && AnyInLevel(level, asked, bound, limit, orEqual, test))
            {
                return true;
            }
        }

        return false;
    }

    private bool AnyInLevel<TTest>(Level level, in Detection asked, double bound, double limit, bool orEqual, TTest test)
        where TTest : struct, IBoxTest
    {
        // What is shared is wider than limit times the box asked for (else IoU ≤ limit), so the corner lies so much before its end.
        double x = bound * (asked.XMax - asked.XMin);
        double y = bound * (asked.YMax - asked.YMin);
        int left = level.Cell(asked.XMin + x - level.Side);
        int top = level.Cell(asked.YMin + y - level.Side);
        int right = level.Cell(asked.XMax - x);
        int bottom = level.Cell(asked.YMax - y);
        if (((double)right - left + 1) * ((double)bottom - top + 1) > level.Cells.Heads.Length)
        {
            foreach (int head in level.Cells.Heads)
            {
                if (AnyInCell(head, asked, limit, orEqual, test))
                {
                    return true;
                }
            }

            return false;
        }

        for (int row = top; row <= bottom; row++)
        {
            for (int column = left; column <= right; column++)
            {
                if (AnyInCell(level.Cells.Find(column, row), asked, limit, orEqual, test))
                {
                    return true;
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

    private sealed class Level(double side)
    {
        private readonly double _perSide = 1 / side;

        public double Side => side;

        /// <summary>First box of each cell; the others follow in <see cref="_next"/>.</summary>
        public CellTable Cells { get; } = new();

        /// <summary>The largest box's.</summary>
        public double Area { get; set; }

        public int Cell(double position) => (int)Math.Floor(position * _perSide);
    }
}
