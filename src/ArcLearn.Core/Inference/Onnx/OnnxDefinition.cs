using ArcLearn.Core.Data;
using ArcLearn.Core.Formats;
using ArcLearn.Core.Models;
using ArcLearn.Core.Rasters;

namespace ArcLearn.Core.Inference.Onnx;

/// <summary>What an ONNX model finds.</summary>
internal enum OnnxTask
{
    Objects,
    Pixels,
    Images,
}

/// <summary>What an ONNX model is, but for its operators and weights.</summary>
/// <inheritdoc cref="NetworkDefinition"/>
internal sealed record OnnxDefinition(
    string Name, OnnxTask Task, OnnxInput Takes, OnnxSignature Signature, IReadOnlyList<ClassDefinition> Classes, Normalization Normalization, double? CellSize, PixelGround? Ground)
    : NetworkDefinition(Name, Classes, Normalization, CellSize, Ground)
{
    public const string DetectorKind = "detector in ONNX";
    public const string PixelKind = "pixel classifier in ONNX";
    public const string ImageKind = "image classifier in ONNX";

    public override string Backbone => "ONNX Runtime";

    public override int ChipSize => Takes.Side;

    public override string Kind => Task switch
    {
        OnnxTask.Objects => DetectorKind,
        OnnxTask.Pixels => PixelKind,
        _ => ImageKind,
    };

    /// <summary>How its boxes lie; null for what is no detector.</summary>
    public OnnxBoxLayout? Boxes { get; init; }

    /// <summary>Which score is each class's, background first: −1 for a background that it has none for. Empty for what classifies no pixels.</summary>
    public IReadOnlyList<int> Channels { get; init; } = [];

    /// <summary>Classes, from 1, that no pixel is given since the model never learnt them, and 0 where that is background.</summary>
    public IReadOnlyList<int> Unlearnt { get; init; } = [];

    /// <summary>Whether pixels may be background.</summary>
    public bool HasBackground => Task == OnnxTask.Pixels && !Unlearnt.Contains(0);

    /// <summary>Whether an image may have any number of classes.</summary>
    public bool IsMultiLabel { get; init; }

    public override ModelDefinitionFile ToFile() => throw new NotSupportedException("An ONNX model is run as it is; no definition is written of it.");
}

/// <summary>How a model takes its samples.</summary>
/// <param name="Batch">Chips per call; null for any number.</param>
/// <param name="Bands">Of a chip.</param>
/// <param name="Side">Of a chip, in pixels.</param>
/// <param name="IsChannelsLast">Whether bands are innermost: <c>[N, S, S, bands]</c>.</param>
internal sealed record OnnxInput(int? Batch, int Bands, int Side, bool IsChannelsLast)
{
    /// <summary>The shape of a call's samples.</summary>
    public long[] Shape(int count) => IsChannelsLast ? [count, Side, Side, Bands] : [count, Bands, Side, Side];
}
