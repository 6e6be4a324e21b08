using ArcLearn.Core.Runtime;

namespace ArcLearn.Core.Models;

/// <summary>
/// A 3×3 convolution with stride 1 that keeps the map's sides, with channels innermost, by <see cref="WinogradTransform"/>. The result differs from that of the
/// plain sums by some 1e-6 of the largest number in it, and depends neither on the threads nor on what else is in the batch.
/// What is no number, or beyond 1e30, spoils all 16 results of a square.
/// </summary>
/// <typeparam name="T">Of the maps' numbers, one of <see cref="MapNumbers"/>; it is reckoned in 32 bits.</typeparam>
internal sealed unsafe class WinogradConvolution<T>
    where T : unmanaged
{
    private const int Rows = SumTile.Rows;
    private const int Columns = SumTile.Columns;

    // Numbers of transformed kernels and samples that a thread works on: together they stay in the last cache.
    private const long KernelLength = 1 << 20;
    private const long SamplesLength = 3 << 19;
    private const int SquaresAtMost = 96;

    private readonly T* _input;
    private readonly float* _bias;
    private readonly T* _result;
    private readonly WinogradKernel _kernel;
    private readonly MapShape _shape;
    private readonly SquareGrid _grid;
    private readonly bool _relu;
    private readonly int _squares;
    private readonly int _panels;
    private readonly int _row;
    private readonly long _plane;
    private readonly int _groups;
    private readonly int _parts;
    private int _next = -1;

    private WinogradConvolution(T* input, MapShape shape, in WinogradKernel kernel, float* bias, bool relu, int threads, T* result)
    {
        _input = input;
        _bias = bias;
        _result = result;
        (_kernel, _shape, _grid, _relu) = (kernel, shape, new SquareGrid(shape), relu);
        _row = shape.Channels;
        _panels = (int)Math.Clamp(KernelLength / (WinogradTransform.Points * kernel.Plane(1)), 1, kernel.Panels);

        // Threads share out the squares; where those are few, the outputs, so that fewer threads transform the same kernel.
        int most = (int)Math.Clamp(SamplesLength / (WinogradTransform.Points * _row), Rows, SquaresAtMost);
        _groups = SumTile.Units(_grid.Count, most);
        _parts = _groups >= threads ? 1 : Math.Clamp(SumTile.Units(threads, _groups), 1, Math.Max(1, kernel.Panels / 2));
        _groups = Math.Min(_grid.Count, _parts > 1 ? _groups : SumTile.Units(_groups, threads) * threads);
        _squares = SumTile.Units(SumTile.Units(_grid.Count, _groups), Rows) * Rows;
        _groups = SumTile.Units(_grid.Count, _squares);
        _plane = WorkSpace.Plane((long)_squares * _row);
    }

    /// <summary>Convolves.</summary>
    /// <param name="input"><c>[images, height, width, channels]</c>.</param>
    /// <param name="shape">Of the input.</param>
    /// <param name="bias">Of each output, or null.</param>
    /// <param name="relu">Whether what is negative becomes 0.</param>
    /// <param name="threads">Threads that share the work.</param>
    /// <param name="result"><c>[images, height, width, outputs]</c>.</param>
    public static void Convolve(T* input, MapShape shape, in WinogradKernel kernel, float* bias, bool relu, int threads, T* result)
    {
        WinogradConvolution<T> job = new(input, shape, kernel, bias, relu, threads, result);
        SharedWork.Run(Math.Min(threads, job._groups * job._parts), threads, _ => job.Work());
    }

    private void Work()
    {
        int panelsAtOnce = Math.Min(_panels + Tail, _kernel.Panels);
        long sumsPlane = WorkSpace.Plane((long)_squares * panelsAtOnce * Columns);
        float* samples = WorkSpace.Get((WinogradTransform.Points * (_plane + sumsPlane + _kernel.Plane(panelsAtOnce))) + _row);
        float* sums = samples + (WinogradTransform.Points * _plane);
        float* kernel = sums + (WinogradTransform.Points * sumsPlane);
        T* empty = (T*)(kernel + (WinogradTransform.Points * _kernel.Plane(panelsAtOnce)));
        new Span<T>(empty, _row).Clear();
        int loaded = -1;
        for (int item = Interlocked.Increment(ref _next); item < _groups * _parts; item = Interlocked.Increment(ref _next))
        {
            (int group, int part) = Math.DivRem(item, _parts);
            int first = group * _squares;
            int count = Math.Min(_squares, _grid.Count - first);
            Load(first, count, samples, empty);
            int last = PartEnd(part + 1);
            for (int panel = PartEnd(part), end; panel < last; panel = end)
            {
                end = last - panel <= _panels + Tail ? last : panel + _panels;
                if (loaded != panel)
                {
                    _kernel.Transform(panel, end, kernel);
                    loaded = panel;
                }

                Multiply(samples, count, kernel, end - panel, sums, sumsPlane);
                Store(first, count, panel, end, sums, sumsPlane);
            }
        }
    }

    // A last panel of less than 8 outputs does not stay alone.
    private int Tail => (_kernel.Outputs - 1) % Columns < SumTile.Lanes - 1 ? 1 : 0;

    private int PartEnd(int part) => (int)((long)_kernel.Panels * part / _parts);

    private void Load(int first, int count, float* samples, T* empty)
    {
        T** pixels = stackalloc T*[WinogradTransform.Points];
        for (int i = 0; i < count; i++)
        {
            _grid.Find(first + i, margin: 1, _input, _shape.Channels, empty, pixels);
            WinogradTransform.Samples(pixels, _shape.Channels, samples + ((long)i * _row), _plane);
        }
    }

    /// <summary>At each point, squares by outputs. What a last group of rows lacks is computed from what lies there, and not looked at.</summary>
    private void Multiply(float* samples, int count, float* kernel, int panels, float* sums, long sumsPlane)
    {
        int columns = panels * Columns;
        for (int point = 0; point < WinogradTransform.Points; point++, samples += _plane, kernel += _kernel.Plane(panels), sums += sumsPlane)
        {
            for (int panel = 0; panel < panels; panel++)
            {
                float* weights = kernel + ((long)panel * _shape.Channels * Columns);
                for (int row = 0; row < count; row += Rows)
                {
                    SumTile.Multiply(samples + ((long)row * _row), _row, weights, _shape.Channels, sums + ((long)row * columns) + (panel * Columns), columns);
                }
            }
        }
    }

    private void Store(int first, int count, int panel, int end, float* sums, long sumsPlane)
    {
        int outputs = _kernel.Outputs;
        int output = panel * Columns;
        int columns = (end - panel) * Columns;
        for (int i = 0; i < count; i++)
        {
            (int image, int top, int left, int height, int width) = _grid.Place(first + i);
            T* to = _result + ((((((long)image * _shape.Height) + top) * _shape.Width) + left) * outputs) + output;
            WinogradTransform.Results(
                sums + ((long)i * columns),
                sumsPlane,
                Math.Min(columns, outputs - output),
                _bias is null ? null : _bias + output,
                _relu,
                to,
                outputs,
                (long)_shape.Width * outputs,
                height,
                width);
        }
    }
}
