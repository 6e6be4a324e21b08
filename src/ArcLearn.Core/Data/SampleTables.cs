namespace ArcLearn.Core.Data;

/// <summary>
/// Turns samples into network input by table: <c>(value · Scale − Mean) / Deviation</c>, after a change of light for training.
/// Light is changed where a band's samples lie in 0 to 1 (8-bit: 0 to 255; else the range that the data has), in logit space as fastai 1 does it:
/// <c>sigmoid(contrast · (logit(x) + logit(brightness)))</c>.
/// </summary>
internal sealed class SampleTables
{
    private const double Margin = 1e-7;                     // keeps 0 and 1 from becoming infinite

    private readonly Normalization _normalization;
    private readonly (int Min, int Max)[] _ranges;
    private readonly double[][] _logits;

    /// <param name="ranges">Least and greatest sample of each band's range; equal for a constant band, which has no light to change.</param>
    public SampleTables(Normalization normalization, (int Min, int Max)[] ranges)
    {
        (_normalization, _ranges) = (normalization, ranges);
        Size = normalization.SampleType == SampleType.UInt8 ? 256 : 65_536;
        Plain = new float[ranges.Length][];
        _logits = new double[ranges.Length][];
        for (int band = 0; band < ranges.Length; band++)
        {
            Plain[band] = new float[Size];
            for (int value = 0; value < Size; value++)
            {
                Plain[band][value] = Normalize(value, band);
            }

            (int min, int max) = ranges[band];
            _logits[band] = new double[max - min + 1];
            for (int value = min; value <= max && max > min; value++)
            {
                double share = Math.Clamp((double)(value - min) / (max - min), Margin, 1 - Margin);
                _logits[band][value - min] = Math.Log(share / (1 - share));
            }
        }
    }

    public int Size { get; }

    /// <summary>Normalisation alone.</summary>
    public float[][] Plain { get; }

    /// <summary>Draws brightness and contrast and fills the tables, or answers <see cref="Plain"/> where neither occurs.</summary>
    /// <param name="scratch">A worker's own tables, <see cref="Size"/> entries for each band.</param>
    public float[][] Draw(LearnTransform transform, ref ItemRandom random, float[][] scratch)
    {
        double shift = 0;
        double factor = 1;
        bool isChanged = false;
        if (transform.Brightness.Probability > 0 && random.Next() < transform.Brightness.Probability)
        {
            double change = random.Next(transform.Brightness.Min, transform.Brightness.Max);
            shift = Math.Log(change / (1 - change));
            isChanged = true;
        }

        if (transform.Contrast.Probability > 0 && random.Next() < transform.Contrast.Probability)
        {
            factor = Math.Exp(random.Next(Math.Log(transform.Contrast.Min), Math.Log(transform.Contrast.Max)));
            isChanged = true;
        }

        if (!isChanged)
        {
            return Plain;
        }

        for (int band = 0; band < scratch.Length; band++)
        {
            Light(band, shift, factor, scratch[band]);
        }

        return scratch;
    }

    private void Light(int band, double shift, double factor, float[] table)
    {
        (int min, int max) = _ranges[band];
        if (min == max)
        {
            Plain[band].CopyTo(table, 0);
            return;
        }

        for (int value = min; value <= max; value++)
        {
            double share = 1 / (1 + Math.Exp(-factor * (_logits[band][value - min] + shift)));
            table[value] = Normalize(min + (share * (max - min)), band);
        }

        // Samples beyond the range that was measured take its ends.
        Array.Fill(table, table[min], 0, min);
        Array.Fill(table, table[max], max + 1, Size - max - 1);
    }

    private float Normalize(double value, int band) =>
        (float)(((value * _normalization.Scale) - _normalization.Mean[band]) / _normalization.Deviation[band]);
}
