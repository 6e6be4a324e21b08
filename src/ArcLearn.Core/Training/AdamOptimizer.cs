using ArcLearn.Core.Models;
using ArcLearn.Core.Runtime;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ArcLearn.Core.Training;

/// <summary>
/// Adam with decoupled weight decay over layer groups: <c>p *= 1 − decay·rate</c> on every weight, batch norm's too, then Adam's step
/// (Kingma and Ba, arXiv:1412.6980; Loshchilov and Hutter, arXiv:1711.05101). Its own and not TorchSharp's: rates and the first beta change with every step,
/// and the native setters for them end the process when they fail.
/// </summary>
internal sealed class AdamOptimizer : IDisposable
{
    private const double SecondBeta = 0.99;
    private const double Epsilon = 1e-8;

    private readonly Slot[][] _groups;
    private readonly double _weightDecay;

    /// <param name="groups">The weights of each layer group; those that take no gradient are left alone.</param>
    /// <param name="weightDecay">Part of a weight that a rate of 1 would take away in one step.</param>
    public AdamOptimizer(IEnumerable<IEnumerable<Parameter>> groups, double weightDecay = 1e-2)
    {
        _weightDecay = weightDecay;
        _groups = [.. groups.Select(group => group.Where(p => p.requires_grad).Select(p => new Slot(p)).ToArray())];
    }

    /// <summary>Drops the gradients, so that the next backward pass writes fresh ones.</summary>
    public void ZeroGrad()
    {
        foreach (Slot slot in _groups.SelectMany(g => g))
        {
            slot.Weight.grad = null;
        }
    }

    /// <summary>Moves the weights that have a gradient.</summary>
    /// <param name="rates">One per group.</param>
    /// <param name="firstBeta">Momentum of this step.</param>
    public void Step(ReadOnlySpan<double> rates, double firstBeta)
    {
        using (no_grad())
        using (NewDisposeScope())
        {
            for (int i = 0; i < _groups.Length; i++)
            {
                foreach (Slot slot in _groups[i])
                {
                    Move(slot, rates[i], firstBeta);
                }
            }
        }
    }

    /// <summary>Runs a batch forward and back and moves the weights; a loss that is not finite moves nothing.</summary>
    /// <returns>The batch's loss.</returns>
    public double Learn(TrainingStep step, ReadOnlySpan<double> rates, double firstBeta)
    {
        using DisposeScope scope = NewDisposeScope();
        ZeroGrad();
        Tensor loss = step.Loss();
        double value = loss.Number();
        if (double.IsFinite(value))
        {
            loss.backward();
            ConvolutionFunction.ThrowIfFailed();
            Step(rates, firstBeta);
        }

        return value;
    }

    public void Dispose()
    {
        foreach (Slot slot in _groups.SelectMany(g => g))
        {
            slot.Mean?.Dispose();
            slot.Square?.Dispose();
        }
    }

    private void Move(Slot slot, double rate, double firstBeta)
    {
        if (slot.Weight.grad is not Tensor gradient)
        {
            return;
        }

        slot.Mean ??= zeros_like(slot.Weight).DetachFromDisposeScope();
        slot.Square ??= zeros_like(slot.Weight).DetachFromDisposeScope();
        slot.Steps++;
        AdamStep step = new(
            Decay: 1 - (_weightDecay * rate),
            FirstBeta: firstBeta,
            SecondBeta: SecondBeta,
            Rate: rate / (1 - Math.Pow(firstBeta, slot.Steps)),
            RootOfCorrection: Math.Sqrt(1 - Math.Pow(SecondBeta, slot.Steps)),
            Epsilon: Epsilon);
        if (!step.TryApplyInMemory(slot.Weight, gradient, slot.Mean, slot.Square))
        {
            step.Apply(slot.Weight, gradient, slot.Mean, slot.Square);
        }
    }

    /// <summary>A weight and what Adam remembers of it.</summary>
    private sealed class Slot(Parameter weight)
    {
        public Parameter Weight { get; } = weight;

        public Tensor? Mean { get; set; }

        public Tensor? Square { get; set; }

        public int Steps { get; set; }
    }
}
