using ArcLearn.Core.Data;
using SkiaSharp;

namespace ArcLearn.Core.Drawing;

/// <summary>Turns chips from the network's scale back into pictures, all of a batch on one scale of colours.</summary>
internal sealed class ChipPictures
{
    private const int SamplesPerBand = 200_000;             // enough to find percentiles by

    private readonly LearnBatch _batch;
    private readonly Normalization _normalization;
    private readonly int[] _bands;
    private readonly (double Low, double High)[] _ranges;

    /// <param name="normalization">What the batch went through.</param>
    public ChipPictures(LearnBatch batch, Normalization normalization)
    {
        (_batch, _normalization) = (batch, normalization);
        _bands = batch.Bands >= 3 ? [0, 1, 2] : [0, 0, 0];
        _ranges = [.. _bands.Select(Range)];
    }

    public int Count => _batch.Count;

    /// <summary>The first three bands as red, green and blue, or the first alone as grey: 8 bits as they are, 16 stretched from their 2nd to their 98th percentile.</summary>
    public SKBitmap Draw(int chip)
    {
        int side = _batch.ChipSize;
        SKBitmap picture = new(side, side, SKColorType.Rgba8888, SKAlphaType.Opaque);
        SKColor[] pixels = new SKColor[side * side];
        for (int i = 0; i < pixels.Length; i++)
        {
            pixels[i] = new SKColor(Level(chip, 0, i), Level(chip, 1, i), Level(chip, 2, i));
        }

        picture.Pixels = pixels;
        return picture;
    }

    private byte Level(int chip, int channel, int pixel)
    {
        (double low, double high) = _ranges[channel];
        return (byte)Math.Round(255 * Math.Clamp((Sample(chip, _bands[channel], pixel) - low) / (high - low), 0, 1));
    }

    private double Sample(int chip, int band, int pixel)
    {
        float value = _batch.Images[(chip * _batch.Length) + (band * _batch.ChipSize * _batch.ChipSize) + pixel];
        return ((value * _normalization.Deviation[band]) + _normalization.Mean[band]) / _normalization.Scale;
    }

    private (double Low, double High) Range(int band)
    {
        if (_normalization.SampleType == SampleType.UInt8)
        {
            return (0, byte.MaxValue);
        }

        long all = (long)_batch.Count * _batch.ChipSize * _batch.ChipSize;
        int area = _batch.ChipSize * _batch.ChipSize;
        long step = Math.Max(1, all / SamplesPerBand);
        List<double> values = [];
        for (long i = 0; i < all; i += step)
        {
            values.Add(Sample((int)(i / area), band, (int)(i % area)));
        }

        return Percentiles.Stretch(values);
    }
}
