using System.Numerics.Tensors;

namespace ArcLearn.Core.Inference;

/// <summary>From a network's scores to classes and probabilities, row by row; one thread uses an object at a time.</summary>
/// <param name="channels">Scores of a pixel, background first.</param>
/// <param name="longest">Pixels of a row at most.</param>
/// <param name="first">The first score that counts: 1 where no pixel may be background.</param>
internal sealed class PixelScores(int channels, int longest, int first)
{
    private readonly float[] _best = new float[longest];
    private readonly float[] _sum = new float[longest];

    /// <summary>The place of the greatest score of each pixel of a row; of equal ones the first.</summary>
    /// <param name="scores">Channel after channel: before or after the softmax, which changes no order.</param>
    /// <param name="plane">From a channel to the next.</param>
    /// <param name="start">Where the row begins in a plane.</param>
    public void Choose(ReadOnlySpan<float> scores, int plane, int start, Span<ushort> places)
    {
        Span<float> best = _best.AsSpan(0, places.Length);
        scores.Slice((first * plane) + start, places.Length).CopyTo(best);
        places.Fill((ushort)first);
        for (int channel = first + 1; channel < channels; channel++)
        {
            ReadOnlySpan<float> line = scores.Slice((channel * plane) + start, places.Length);
            for (int i = 0; i < line.Length; i++)
            {
                if (line[i] > best[i])
                {
                    best[i] = line[i];
                    places[i] = (ushort)channel;
                }
            }
        }
    }

    /// <summary>The softmax of a row of pixels over the scores that count; those of the others are 0.</summary>
    /// <param name="scores">Channel after channel.</param>
    /// <param name="plane">From a channel to the next.</param>
    /// <param name="start">Where the row begins in a plane.</param>
    /// <param name="shares">The same shape; may be the same memory.</param>
    public void Share(ReadOnlySpan<float> scores, int plane, int start, int width, Span<float> shares)
    {
        Span<float> best = _best.AsSpan(0, width);
        Span<float> sum = _sum.AsSpan(0, width);
        scores.Slice((first * plane) + start, width).CopyTo(best);
        for (int channel = first + 1; channel < channels; channel++)
        {
            TensorPrimitives.Max(best, scores.Slice((channel * plane) + start, width), best);
        }

        sum.Clear();
        for (int channel = first; channel < channels; channel++)
        {
            Span<float> line = shares.Slice((channel * plane) + start, width);
            TensorPrimitives.Subtract(scores.Slice((channel * plane) + start, width), best, line);
            TensorPrimitives.Exp(line, line);
            TensorPrimitives.Add(sum, line, sum);
        }

        Divide(shares, plane, start, sum);
        for (int channel = 0; channel < first; channel++)
        {
            shares.Slice((channel * plane) + start, width).Clear();
        }
    }

    /// <summary>Sums of probabilities become means: the softmax of each tile adds up to 1, so that their sum is their number.</summary>
    /// <inheritdoc cref="Share"/>
    public void Normalize(Span<float> shares, int plane, int start, int width)
    {
        Span<float> sum = _sum.AsSpan(0, width);
        sum.Clear();
        for (int channel = first; channel < channels; channel++)
        {
            TensorPrimitives.Add(sum, shares.Slice((channel * plane) + start, width), sum);
        }

        Divide(shares, plane, start, sum);
    }

    private void Divide(Span<float> shares, int plane, int start, ReadOnlySpan<float> sum)
    {
        for (int channel = first; channel < channels; channel++)
        {
            Span<float> line = shares.Slice((channel * plane) + start, sum.Length);
            TensorPrimitives.Divide(line, sum, line);
        }
    }

    /// <summary>A probability in whole percent.</summary>
    public static byte Percent(float share) => (byte)((100 * share) + 0.5f);
}
