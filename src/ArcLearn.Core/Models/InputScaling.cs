using System.Numerics.Tensors;
using ArcLearn.Core.Data;

namespace ArcLearn.Core.Models;

/// <summary>Brings samples to the scale that a model was trained on: <c>value · factor + offset</c> per band.</summary>
internal sealed class InputScaling
{
    private readonly float[] _factors;
    private readonly float[] _offsets;

    private InputScaling(float[] factors, float[] offsets) => (_factors, _offsets) = (factors, offsets);

    public bool IsIdentity => Array.TrueForAll(_factors, f => f == 1) && Array.TrueForAll(_offsets, o => o == 0);

    /// <summary>From raw samples.</summary>
    public static InputScaling FromRaw(Normalization model) => Build(model, (_, scale, mean, deviation) => (scale / deviation, -mean / deviation));

    /// <summary>From samples that were normalised with other numbers: chips of another bunch have their own statistics.</summary>
    public static InputScaling Between(Normalization data, Normalization model) => Build(model, (band, scale, mean, deviation) =>
    {
        double ratio = scale / data.Scale;
        return data.Scale == model.Scale && data.Mean[band] == model.Mean[band] && data.Deviation[band] == model.Deviation[band]
            ? (1, 0)
            : (data.Deviation[band] * ratio / deviation, ((data.Mean[band] * ratio) - mean) / deviation);
    });

    /// <summary>Scales chips of <c>[count, bands, size, size]</c>. What is no number becomes the mean, 0, as in training.</summary>
    /// <param name="plane">Samples of one band of one chip.</param>
    public void Apply(ReadOnlySpan<float> samples, Span<float> result, int plane)
    {
        for (int start = 0, band = 0; start < samples.Length; start += plane, band = (band + 1) % _factors.Length)
        {
            Span<float> target = result.Slice(start, plane);
            TensorPrimitives.Multiply(samples.Slice(start, plane), _factors[band], target);
            TensorPrimitives.Add(target, _offsets[band], target);

            // One number that is none makes the sum none; most planes have all, and are not looked at twice.
            if (!float.IsFinite(TensorPrimitives.Sum<float>(target)))
            {
                foreach (ref float sample in target)
                {
                    sample = float.IsFinite(sample) ? sample : 0;
                }
            }
        }
    }

    private static InputScaling Build(Normalization model, Func<int, double, double, double, (double Factor, double Offset)> of)
    {
        float[] factors = new float[model.Mean.Count];
        float[] offsets = new float[model.Mean.Count];
        for (int band = 0; band < factors.Length; band++)
        {
            (double factor, double offset) = of(band, model.Scale, model.Mean[band], model.Deviation[band]);
            (factors[band], offsets[band]) = ((float)factor, (float)offset);
        }

        return new InputScaling(factors, offsets);
    }
}
