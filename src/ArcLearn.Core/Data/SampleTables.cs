namespace ArcLearn.Core.Data;

/// <summary>
/// Turns samples into network input by table: <c>(value · Scale − Mean) / Deviation</c>, after a change of light for training.
/// Light is changed where a band's samples lie in 0 to 1 (8-bit: 0 to 255; else the range that the data has), in logit space as fastai 1 does it:
/// <c>sigmoid(contrast · (logit(x) + logit(brightness)))</c>.
/// </summary>
/// <remarks>Samples of other types than 8 or 16 bits without a sign have no tables: they go through the same arithmetic one by one, and missing ones become 0, the mean.</remarks>
internal sealed class SampleTables
{
    private const double Margin = 1e-7;                     // keeps 0 and 1 from becoming infinite

    private readonly Normalization _normalization;
    private readonly (double Min, double Max)[] _ranges;
    private readonly double[][] _logits;

    /// <param name="ranges">Least and greatest sample of each band's range; equal for a constant band, which has no light to change.</param>
    public SampleTables(Normalization normalization, (double Min, double Max)[] ranges)
    {
        (_normalization, _ranges) = (normalization, ranges);
        Size = normalization.SampleType switch { SampleType.UInt8 => 256, SampleType.UInt16 => 65_536, _ => 0 };
        Plain = new float[ranges.Length][];
        _logits = new double[ranges.Length][];
        for (int band = 0; band < ranges.Length; band++)
        {
            Plain[band] = new float[Size];
            for (int value = 0; value < Size; value++)
            {
                Plain[band][value] = Normalize(value, band);
            }

            if (!IsByTable)
            {
                _logits[band] = [];
                continue;
            }

            (int min, int max) = Whole(band);
            _logits[band] = new double[max - min + 1];
            for (int value = min; value <= max && max > min; value++)
            {
                _logits[band][value - min] = Logit((double)(value - min) / (max - min));
            }
        }
    }

    /// <summary>Entries of a table; 0 where there are none.</summary>
    public int Size { get; }

    public bool IsByTable => Size > 0;

    /// <summary>Normalisation alone.</summary>
    public float[][] Plain { get; }

    /// <summary>Draws brightness and contrast; null where neither occurs.</summary>
    public static LightChange? DrawLight(LearnTransform transform, ref ItemRandom random)
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

        return isChanged ? new LightChange(shift, factor) : null;
    }

    /// <summary>The tables with a change of light, or <see cref="Plain"/> without one.</summary>
    /// <param name="scratch">A worker's own tables, <see cref="Size"/> entries for each band.</param>
    public float[][] For(LightChange? light, float[][] scratch)
    {
        if (light is not LightChange change || !IsByTable)
        {
            return Plain;
        }

        for (int band = 0; band < scratch.Length; band++)
        {
            Light(band, change.Shift, change.Factor, scratch[band]);
        }

        return scratch;
    }

    /// <summary>What the tables do, for samples that have none: <c>[Bands, side, side]</c> in place.</summary>
    public void Apply(LightChange? light, Span<float> samples)
    {
        int plane = samples.Length / _ranges.Length;
        for (int band = 0; band < _ranges.Length; band++)
        {
            (double min, double max) = _ranges[band];
            LightChange? change = max > min ? light : null;
            foreach (ref float sample in samples.Slice(band * plane, plane))
            {
                double value = change is LightChange(double shift, double factor)
                    ? min + (Sigmoid(factor * (Logit((sample - min) / (max - min)) + shift)) * (max - min))
                    : sample;
                sample = float.IsFinite(sample) ? Normalize(value, band) : 0;
            }
        }
    }

    private void Light(int band, double shift, double factor, float[] table)
    {
        (int min, int max) = Whole(band);
        if (min == max)
        {
            Plain[band].CopyTo(table, 0);
            return;
        }

        for (int value = min; value <= max; value++)
        {
            double share = Sigmoid(factor * (_logits[band][value - min] + shift));
            table[value] = Normalize(min + (share * (max - min)), band);
        }

        // Samples beyond the range that was measured take its ends.
        Array.Fill(table, table[min], 0, min);
        Array.Fill(table, table[max], max + 1, Size - max - 1);
    }

    private static double Logit(double share)
    {
        share = Math.Clamp(share, Margin, 1 - Margin);
        return Math.Log(share / (1 - share));
    }

    private static double Sigmoid(double value) => 1 / (1 + Math.Exp(-value));

    private (int Min, int Max) Whole(int band) => ((int)_ranges[band].Min, (int)_ranges[band].Max);

    private float Normalize(double value, int band) =>
        (float)(((value * _normalization.Scale) - _normalization.Mean[band]) / _normalization.Deviation[band]);
}

/// <summary>A change of brightness and contrast in logit space.</summary>
internal readonly record struct LightChange(double Shift, double Factor);
