using System.Runtime.CompilerServices;

namespace ArcLearn.Core.Models;

/// <summary>A 3×3 kernel where it lies: <c>[outputs, inputs, 3, 3]</c> in any order; read fastest with outputs or inputs side by side.</summary>
/// <param name="first">Its first number.</param>
/// <param name="outputs">Channels that it gives, 8 at least.</param>
/// <param name="inputs">Channels that it takes, 8 at least.</param>
/// <param name="output">From one output's numbers to the next's.</param>
/// <param name="input">From one input's numbers to the next's.</param>
/// <param name="y">From a number to the next below.</param>
/// <param name="x">From a number to the next beside it.</param>
internal readonly unsafe struct WinogradKernel(float* first, int outputs, int inputs, long output, long input, long y, long x)
{
    private const int Columns = SumTile.Columns;
    private const int Lanes = SumTile.Lanes;

    public int Outputs => outputs;

    public int Inputs => inputs;

    /// <summary>Columns of sums that the outputs take, in units.</summary>
    public int Panels => SumTile.Units(outputs, Columns);

    /// <summary>From one point's numbers of so many panels to the next point's.</summary>
    public long Plane(int panels) => WorkSpace.Plane((long)panels * inputs * Columns);

    /// <summary>The kernel of the convolution that gives this one's gradient towards its input: inputs and outputs exchanged, turned by half.</summary>
    public WinogradKernel Turned() => new(first + (2 * y) + (2 * x), inputs, outputs, input, output, -y, -x);

    /// <summary>Transforms some panels: for each point and panel <c>[inputs, 16]</c>.</summary>
    /// <param name="panel">The first.</param>
    /// <param name="end">Behind the last.</param>
    /// <param name="to">Takes them; points are <see cref="Plane"/> apart.</param>
    public void Transform(int panel, int end, float* to)
    {
        (int panels, long plane) = (end - panel, Plane(end - panel));
        int groups = SumTile.Units(inputs, Lanes);
        for (int i = 0; i < panels * groups; i++)
        {
            // In the order in which the numbers lie, so that few pages are open at a time.
            (int at, int group) = output == 1 ? (i % panels, i / panels) : (i / groups, i % groups);
            int channel = Math.Min(group * Lanes, inputs - Lanes);
            float* place = to + (((long)at * inputs) + channel) * Columns;
            for (int half = 0; half < Columns; half += Lanes)
            {
                Transform(((panel + at) * Columns) + half, channel, place + half, plane);
            }
        }
    }

    /// <summary>Transforms the kernels of 8 outputs and 8 inputs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Transform(int place, int channel, float* to, long plane)
    {
        float* from = first + (place * output) + (channel * input);
        int count = Math.Clamp(outputs - place, 0, Lanes);
        if (output == 1 && count == Lanes)
        {
            for (int i = 0; i < Lanes; i++)
            {
                WinogradTransform.Weights(from + (i * input), y, x, to + (i * Columns), plane);
            }

            return;
        }

        float* turned = stackalloc float[WinogradTransform.Kernel * WinogradTransform.Kernel * Lanes * Lanes];
        Turn(from, count, turned);
        for (int i = 0; i < Lanes; i++)
        {
            WinogradTransform.Weights(turned + (i * Lanes), WinogradTransform.Kernel * Lanes * Lanes, Lanes * Lanes, to + (i * Columns), plane);
        }
    }

    /// <summary>The numbers of 8 inputs and so many outputs with the outputs side by side: <c>[3, 3, 8 inputs, 8 outputs]</c>; outputs beyond those are 0.</summary>
    private void Turn(float* from, int count, float* to)
    {
        for (int i = 0; i < WinogradTransform.Kernel; i++)
        {
            for (int j = 0; j < WinogradTransform.Kernel; j++, to += Lanes * Lanes)
            {
                float* place = from + (i * y) + (j * x);
                if (input == 1 && count == Lanes)
                {
                    SumTile.Transpose(place, output, to, Lanes);
                    continue;
                }

                for (int channel = 0; channel < Lanes; channel++)
                {
                    for (int o = 0; o < Lanes; o++)
                    {
                        to[(channel * Lanes) + o] = o < count ? place[(o * output) + (channel * input)] : 0;
                    }
                }
            }
        }
    }
}
