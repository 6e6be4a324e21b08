namespace ArcLearn.Core.Rasters.Warp;

/// <summary>
/// The way from a square of cells to pixels. Between reference systems a place costs a projection and its inverse, and over a few cells the
/// way is nearly straight: places are interpolated between the square's corners where its middle is off by less than a thousandth of a pixel.
/// The squares lie fixed on the grid, so that a cell's place does not depend on the window that is read.
/// </summary>
internal readonly struct CellSquare
{
    /// <summary>Cells a side.</summary>
    public const int Side = 16;

    private const double Tolerance = 1e-3;         // pixels

    private readonly PixelMapping _mapping;
    private readonly bool _isStraight;
    private readonly (double Column, double Row) _corner;
    private readonly (double Column, double Row) _across;
    private readonly (double Column, double Row) _down;
    private readonly (double Column, double Row) _twist;
    private readonly (double Columns, double Rows) _ratio;

    /// <param name="mapping">From cells to pixels.</param>
    /// <param name="column">A multiple of <see cref="Side"/>.</param>
    /// <param name="row">A multiple of <see cref="Side"/>.</param>
    public CellSquare(PixelMapping mapping, int column, int row)
    {
        _mapping = mapping;
        Window = new PixelWindow(column, row, Side, Side);
        _ratio = mapping.Ratio(column, row);
        if (mapping.IsLinear)
        {
            return;
        }

        (double Column, double Row) a = At(0, 0);
        (double Column, double Row) b = At(Side, 0);
        (double Column, double Row) c = At(0, Side);
        (double Column, double Row) d = At(Side, Side);
        (double Column, double Row) middle = At(Side / 2.0, Side / 2.0);
        _isStraight = Math.Abs(((a.Column + b.Column + c.Column + d.Column) / 4) - middle.Column) < Tolerance
            && Math.Abs(((a.Row + b.Row + c.Row + d.Row) / 4) - middle.Row) < Tolerance;
        _corner = a;
        _across = ((b.Column - a.Column) / Side, (b.Row - a.Row) / Side);
        _down = ((c.Column - a.Column) / Side, (c.Row - a.Row) / Side);
        _twist = ((d.Column - c.Column - b.Column + a.Column) / (Side * Side), (d.Row - c.Row - b.Row + a.Row) / (Side * Side));

        (double Column, double Row) At(double across, double down) => mapping.Apply(column + 0.5 + across, row + 0.5 + down);
    }

    /// <summary>The square's cells.</summary>
    public PixelWindow Window { get; }

    /// <summary>Where the centre of a cell of the square lies.</summary>
    public (double Column, double Row) Centre(int column, int row)
    {
        if (!_isStraight)
        {
            return _mapping.Apply(column + 0.5, row + 0.5);
        }

        double across = column - Window.Column;
        double down = row - Window.Row;
        return (
            _corner.Column + (across * _across.Column) + (down * _down.Column) + (across * down * _twist.Column),
            _corner.Row + (across * _across.Row) + (down * _down.Row) + (across * down * _twist.Row));
    }

    /// <summary>Pixels under a cell of the square: along a column step and along a row step.</summary>
    public (double Columns, double Rows) Ratio(int column, int row) => _isStraight || _mapping.IsLinear ? _ratio : _mapping.Ratio(column, row);
}
