using ArcLearn.Core.Models;

namespace ArcLearn.Core.Inference.Onnx;

/// <summary>Brings chips to an ONNX model: normalised, in the order of its axes, as many at a time as it takes. One thread uses an object at a time.</summary>
internal sealed class OnnxChips
{
    private readonly OnnxSession _session;
    private readonly OnnxInput _input;
    private readonly InputScaling? _scaling;
    private readonly int _batch;
    private readonly int _step;
    private readonly float[] _scaled;
    private readonly float[] _call;

    /// <param name="batch">Chips that are given at a time.</param>
    /// <param name="isNormalised">Whether they are normalised already.</param>
    /// <param name="isSingle">Whether they go in one by one.</param>
    public OnnxChips(OnnxSession session, OnnxDefinition model, int batch, bool isNormalised = false, bool isSingle = false)
    {
        (_session, _input, _batch) = (session, model.Takes, batch);
        _scaling = isNormalised ? null : InputScaling.FromRaw(model.Normalization);
        _step = isSingle ? 1 : _input.Batch ?? batch;

        // The last call of a model that takes another number of chips is filled with zeros.
        _scaled = new float[BatchSamples.Count((batch + _step - 1) / _step * _step, _input.Bands, _input.Side)];
        _call = new float[_step * ChipLength];
    }

    private int Plane => _input.Side * _input.Side;

    private int ChipLength => _input.Bands * Plane;

    /// <summary>Runs a full batch.</summary>
    /// <param name="samples"><c>[batch, Bands, Side, Side]</c>.</param>
    /// <param name="take">Takes the outputs of a call, the first chip's place in the batch, how many chips of the call count, and how many went in.</param>
    public void Run(float[] samples, Action<OnnxArray[], int, int, int> take)
    {
        if (samples.Length != _batch * ChipLength)
        {
            throw new ArgumentException($"A batch has {_batch * ChipLength} samples; found {samples.Length}.", nameof(samples));
        }

        if (_scaling is null)
        {
            samples.CopyTo(_scaled, 0);
        }
        else
        {
            _scaling.Apply(samples, _scaled, Plane);
        }

        for (int start = 0; start < _batch; start += _step)
        {
            ReadOnlySpan<float> chips = _scaled.AsSpan(start * ChipLength, _call.Length);
            if (_input.IsChannelsLast)
            {
                Interleave(chips);
            }
            else
            {
                chips.CopyTo(_call);
            }

            take(_session.Run(_call, _input.Shape(_step)), start, Math.Min(_step, _batch - start), _step);
        }
    }

    /// <summary>From band after band to pixel after pixel.</summary>
    private void Interleave(ReadOnlySpan<float> chips)
    {
        for (int chip = 0; chip < _step; chip++)
        {
            for (int band = 0; band < _input.Bands; band++)
            {
                ReadOnlySpan<float> plane = chips.Slice((chip * ChipLength) + (band * Plane), Plane);
                for (int i = 0, at = (chip * ChipLength) + band; i < plane.Length; i++, at += _input.Bands)
                {
                    _call[at] = plane[i];
                }
            }
        }
    }
}
