using System.Numerics.Tensors;
using ArcLearn.Core.Runtime;

namespace ArcLearn.Core.Models;

/// <summary>
/// The gradient of the kernel of a <see cref="WinogradConvolution{T}"/>, by the same filtering: at each of 36 points, the product of the transformed samples' channels and the
/// transformed gradient's, summed over all squares.
/// </summary>
/// <typeparam name="T">Of the maps' numbers, one of <see cref="MapNumbers"/>; it is reckoned in 32 bits.</typeparam>
internal sealed unsafe class WinogradGradient<T>
    where T : unmanaged
{
    private const int Rows = SumTile.Rows;
    private const int Columns = SumTile.Columns;
    private const int Lanes = SumTile.Lanes;
    private const int Points = WinogradTransform.Points;
    private const int Numbers = WinogradTransform.Kernel * WinogradTransform.Kernel;

    // Numbers of sums, and of transformed samples, that a thread works on.
    private const long SumsLength = 1 << 20;
    private const long SamplesLength = 1 << 20;
    private const int SquaresAtMost = 192;

    // Squares of a thread that make up for sums of its own.
    private const int SquaresAtLeast = 64;

    private readonly T* _input;
    private readonly T* _gradient;
    private readonly float* _result;
    private readonly MapShape _shape;
    private readonly SquareGrid _grid;
    private readonly int _outputs;
    private readonly int _rows;
    private readonly int _panels;
    private readonly int _groups;
    private readonly int _parts;
    private readonly int _squares;
    private readonly long _inputRow;
    private readonly long _inputPlane;

    private WinogradGradient(T* input, T* gradient, MapShape shape, int outputs, int threads, float* result)
    {
        _input = input;
        _gradient = gradient;
        _result = result;
        (_shape, _grid, _outputs) = (shape, new SquareGrid(shape), outputs);
        _rows = SumTile.Units(shape.Channels, Rows) * Rows;
        _panels = SumTile.Units(outputs, Columns);

        // Threads share out the squares; the outputs where the squares are few or the sums of all outputs too many for the cache.
        int groups = SumTile.Units(_panels, (int)Math.Max(2, SumsLength / ((long)Points * _rows * Columns)));
        bool isWide = groups == 1 && _grid.Count >= (long)SquaresAtLeast * threads;
        _groups = isWide ? 1 : Math.Clamp(SumTile.Units(groups, threads) * threads, 1, Math.Max(1, _panels / 2));
        _parts = isWide ? threads : 1;
        _inputRow = WorkSpace.Plane(_rows);
        _squares = (int)Math.Clamp(SamplesLength / (Points * _inputRow), 1, Math.Min(SquaresAtMost, SumTile.Units(_grid.Count, _parts)));
        _inputPlane = WorkSpace.Plane(_squares * _inputRow);
    }

    /// <summary>Computes it.</summary>
    /// <param name="input">What was convolved: <c>[images, height, width, channels]</c>.</param>
    /// <param name="gradient">Of the result: <c>[images, height, width, outputs]</c>.</param>
    /// <param name="shape">Of the input.</param>
    /// <param name="outputs">Channels of the result.</param>
    /// <param name="threads">Threads that share the work. The sums' order, so the last bits, depends on it.</param>
    /// <param name="result">Where the gradient goes: <c>[outputs, 3, 3, channels]</c>.</param>
    public static void Compute(T* input, T* gradient, MapShape shape, int outputs, int threads, float* result)
    {
        WinogradGradient<T> job = new(input, gradient, shape, outputs, threads, result);
        if (job._parts > 1)
        {
            job.RunParts(threads);
        }
        else
        {
            SharedWork.Run(job._groups, threads, job.RunGroup);
        }
    }

    private int PanelOf(int group) => (int)((long)_panels * group / _groups);

    private long SumsPlane(int panels) => WorkSpace.Plane((long)_rows * panels * Columns);

    /// <summary>The gradient of some outputs, over all squares.</summary>
    private void RunGroup(int group)
    {
        (int panel, int end) = (PanelOf(group), PanelOf(group + 1));
        long length = Points * SumsPlane(end - panel);
        float* sums = WorkSpace.Get(length + SquaresLength(end - panel));
        new Span<float>(sums, checked((int)length)).Clear();
        Sum(0, _grid.Count, panel, end, sums, sums + length);
        for (int output = panel * Columns; output < Math.Min(_outputs, end * Columns); output += Lanes)
        {
            Write(output, panel, end, sums);
        }
    }

    /// <summary>The gradient of all outputs, the squares shared out.</summary>
    private void RunParts(int threads)
    {
        long plane = SumsPlane(_panels);
        using NativeFloats all = new(_parts * Points * plane);
        nint first = (nint)all.First;
        SharedWork.Run(_parts, threads, part =>
        {
            (int square, int end) = ((int)((long)_grid.Count * part / _parts), (int)((long)_grid.Count * (part + 1) / _parts));
            Sum(square, end, 0, _panels, (float*)first + (part * Points * plane), WorkSpace.Get(SquaresLength(_panels)));
        });
        SharedWork.Run(Points, threads, point =>
        {
            Span<float> sums = new((float*)first + (point * plane), (int)plane);
            for (int part = 1; part < _parts; part++)
            {
                TensorPrimitives.Add(sums, new ReadOnlySpan<float>((float*)first + (((part * (long)Points) + point) * plane), (int)plane), sums);
            }
        });
        SharedWork.Run(SumTile.Units(_outputs, Lanes), threads, lanes => Write(lanes * Lanes, 0, _panels, (float*)first));
    }

    private static long GradientRow(int panels) => WorkSpace.Plane(panels * Columns);

    private long GradientPlane(int panels) => WorkSpace.Plane(_squares * GradientRow(panels));

    /// <summary>Transformed samples and gradients of the squares that are worked on at once, and an empty pixel.</summary>
    private long SquaresLength(int panels) => (Points * (_inputPlane + GradientPlane(panels))) + Math.Max(_shape.Channels, _outputs);

    /// <summary>Adds the products over some squares, for some panels of outputs.</summary>
    private void Sum(int square, int endOfSquares, int panel, int end, float* sums, float* space)
    {
        (long gradientRow, long gradientPlane, long sumsPlane) = (GradientRow(end - panel), GradientPlane(end - panel), SumsPlane(end - panel));
        float* gradients = space + (Points * _inputPlane);
        T* empty = (T*)(gradients + (Points * gradientPlane));
        new Span<T>(empty, Math.Max(_shape.Channels, _outputs)).Clear();
        T** pixels = stackalloc T*[Points];
        for (; square < endOfSquares; square += _squares)
        {
            int count = Math.Min(_squares, endOfSquares - square);
            for (int i = 0; i < count; i++)
            {
                _grid.Find(square + i, margin: 1, _input, _shape.Channels, empty, pixels);
                WinogradTransform.Samples(pixels, _shape.Channels, space + (i * _inputRow), _inputPlane);
                _grid.Find(square + i, margin: 0, _gradient, _outputs, empty, pixels);
                WinogradTransform.Gradients(pixels, panel * Columns, Math.Min(_outputs, end * Columns), gradients + (i * gradientRow), gradientPlane);
            }

            // What lies beyond the channels in a row adds to sums that nobody looks at.
            int columns = (end - panel) * Columns;
            for (int point = 0; point < Points; point++)
            {
                for (int column = 0; column < columns; column += Columns)
                {
                    for (int row = 0; row < _rows; row += Rows)
                    {
                        SumTile.Accumulate(
                            space + (point * _inputPlane) + row,
                            _inputRow,
                            gradients + (point * gradientPlane) + column,
                            gradientRow,
                            count,
                            sums + (point * sumsPlane) + ((long)row * columns) + column,
                            columns);
                    }
                }
            }
        }
    }

    /// <summary>The gradient of 8 outputs; where there are not as many left, the last 8.</summary>
    private void Write(int output, int panel, int end, float* sums)
    {
        (int columns, long plane) = ((end - panel) * Columns, SumsPlane(end - panel));
        output = Math.Min(output, Math.Min(_outputs, end * Columns) - Lanes);
        float* numbers = stackalloc float[Numbers * Lanes * Lanes];
        for (int group = 0; group < _shape.Channels; group += Lanes)
        {
            int channel = Math.Min(group, _shape.Channels - Lanes);
            for (int i = 0; i < Lanes; i++)
            {
                WinogradTransform.WeightGradients(sums + ((long)(channel + i) * columns) + (output - (panel * Columns)), plane, numbers + (i * Lanes), Lanes * Lanes);
            }

            for (int number = 0; number < Numbers; number++)
            {
                SumTile.Transpose(
                    numbers + (number * Lanes * Lanes), Lanes, _result + ((((long)output * Numbers) + number) * _shape.Channels) + channel, (long)Numbers * _shape.Channels);
            }
        }
    }
}
