namespace ArcLearn.Core.Models;

/// <summary>
/// The anchors of a detector, in parts of the chip's side (0 to 1), first coordinate downwards. Order: grid after grid; in a grid
/// the cells row by row; in a cell zoom after zoom, and for each zoom ratio after ratio.
/// </summary>
internal sealed class SsdAnchors
{
    private readonly float[] _boxes;
    private readonly float[] _corners;
    private readonly float[] _cells;

    public SsdAnchors(IReadOnlyList<int> grids, IReadOnlyList<double> zooms, IReadOnlyList<AspectRatio> ratios)
    {
        Count = grids.Sum(grid => grid * grid) * zooms.Count * ratios.Count;
        _boxes = new float[Count * 4];
        _corners = new float[Count * 4];
        _cells = new float[Count];
        int i = 0;
        foreach (int grid in grids)
        {
            for (int cell = 0; cell < grid * grid; cell++)
            {
                foreach (double zoom in zooms)
                {
                    foreach (AspectRatio ratio in ratios)
                    {
                        Set(i++, grid, cell, zoom * ratio.Height, zoom * ratio.Width);
                    }
                }
            }
        }
    }

    public SsdAnchors(SsdOptions options)
        : this(options.Grids, options.Zooms, options.Ratios)
    {
    }

    public int Count { get; }

    /// <summary><c>[Count, 4]</c>: centre y, centre x, height, width.</summary>
    public ReadOnlySpan<float> Boxes => _boxes;

    /// <summary><c>[Count, 4]</c>: y and x of the upper-left corner, of the lower-right one. They may lie outside the chip.</summary>
    public ReadOnlySpan<float> Corners => _corners;

    /// <summary><c>[Count]</c>: the side of the cell that each belongs to.</summary>
    public ReadOnlySpan<float> Cells => _cells;

    /// <summary>
    /// The box that four activations mean for an anchor: its centre moved by up to half a cell, its sides between half and one
    /// and a half times the anchor's.
    /// </summary>
    public (float YMin, float XMin, float YMax, float XMax) Decode(int anchor, ReadOnlySpan<float> activations)
    {
        ReadOnlySpan<float> box = _boxes.AsSpan(anchor * 4, 4);
        float y = (MathF.Tanh(activations[0]) / 2 * _cells[anchor]) + box[0];
        float x = (MathF.Tanh(activations[1]) / 2 * _cells[anchor]) + box[1];
        float height = ((MathF.Tanh(activations[2]) / 2) + 1) * box[2];
        float width = ((MathF.Tanh(activations[3]) / 2) + 1) * box[3];
        return (y - (height / 2), x - (width / 2), y + (height / 2), x + (width / 2));
    }

    private void Set(int i, int grid, int cell, double height, double width)
    {
        Span<float> box = _boxes.AsSpan(i * 4, 4);
        box[0] = (float)(((cell / grid) + 0.5) / grid);
        box[1] = (float)(((cell % grid) + 0.5) / grid);
        box[2] = (float)(height / grid);
        box[3] = (float)(width / grid);
        _cells[i] = 1f / grid;
        Span<float> corners = _corners.AsSpan(i * 4, 4);
        corners[0] = box[0] - (box[2] / 2);
        corners[1] = box[1] - (box[3] / 2);
        corners[2] = box[0] + (box[2] / 2);
        corners[3] = box[1] + (box[3] / 2);
    }
}
