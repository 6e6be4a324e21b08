using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace ArcLearn.Core.Models;

/// <summary>A layer of a body whose answer a U-Net takes beside the last one's: the last at its side.</summary>
/// <param name="Layer">Its place among the children of <see cref="Backbone.Layers"/>.</param>
/// <param name="Channels">Of its answer.</param>
/// <param name="Steps">All that changed the map's side before it.</param>
internal sealed record BackboneTap(int Layer, int Channels, IReadOnlyList<SpatialStep> Steps)
{
    /// <summary>Side of its answer for a chip.</summary>
    public int Side(int chipSize) => Steps.SideAfter(chipSize);
}

/// <summary>A network for features, without its classifier: what those that stand on it need to know of it.</summary>
/// <param name="Name">As users write it.</param>
/// <param name="Channels">Of the features.</param>
/// <param name="Steps">All that changes the map's side, in order.</param>
/// <param name="Cuts">Where the body's layer groups after the first begin, as indices of <paramref name="Layers"/>' children.</param>
/// <param name="Build">Builds the body for a number of bands: <c>[N, bands, S, S]</c> in, <c>[N, Channels, f, f]</c> out.</param>
/// <param name="Layers">The container in a body whose children <paramref name="Cuts"/> counts.</param>
/// <param name="MapKey">Turns torchvision's name of a weight into the body's; null for the classifier's, which has no place here.</param>
/// <param name="FirstConvolution">The body's key of the weight that depends on the number of bands.</param>
internal sealed record Backbone(
    string Name,
    int Channels,
    IReadOnlyList<SpatialStep> Steps,
    IReadOnlyList<int> Cuts,
    Func<int, Sequential> Build,
    Func<Sequential, Sequential> Layers,
    Func<string, string?> MapKey,
    string FirstConvolution)
{
    /// <summary>The same network without its last stage: features of twice the side. Null where there is none.</summary>
    public Backbone? Earlier { get; init; }

    /// <summary>Where a U-Net takes its maps from, from the input on; empty for a body that none is built on.</summary>
    public IReadOnlyList<BackboneTap> Taps { get; init; } = [];

    /// <summary>The side that the network's own classifier brings the features to before all else; null where it takes them as they are.</summary>
    public int? PooledSide { get; init; }

    /// <summary>Whether detectors are built on it.</summary>
    public bool IsForDetectors { get; init; } = true;

    /// <summary>Pixels from one place of the features to the next.</summary>
    public int Stride => Steps.Aggregate(1, (stride, step) => stride * step.Stride);

    /// <summary>Side of the features of a chip; 0 where the chip is too small.</summary>
    public int FeatureSize(int chipSize) => Steps.SideAfter(chipSize);

    /// <summary>The body's layers by group, from the input on.</summary>
    public IReadOnlyList<IReadOnlyList<Module>> Groups(Sequential body)
    {
        Module[] layers = [.. Layers(body).children()];
        int[] bounds = [0, .. Cuts, layers.Length];
        return [.. bounds.Zip(bounds.Skip(1), (from, to) => layers[from..to])];
    }

    public override string ToString() => Name;
}
