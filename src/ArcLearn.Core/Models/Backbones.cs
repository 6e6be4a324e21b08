namespace ArcLearn.Core.Models;

/// <summary>All backbones by name: the one place to add another.</summary>
internal static class Backbones
{
    private static readonly Backbone[] s_all =
    [
        ResNetBody.Describe("resnet18", [2, 2, 2, 2], ResidualKind.Basic),
        ResNetBody.Describe("resnet34", [3, 4, 6, 3], ResidualKind.Basic),
        ResNetBody.Describe("resnet50", [3, 4, 6, 3], ResidualKind.Bottleneck),
        ResNetBody.Describe("resnet101", [3, 4, 23, 3], ResidualKind.Bottleneck),
        ResNetBody.Describe("resnet152", [3, 8, 36, 3], ResidualKind.Bottleneck),
        SqueezeNetBody.Describe(),
        VggBody.Describe("vgg11_bn", [1, 1, 2, 2, 2], hasNorm: true),
        VggBody.Describe("vgg13_bn", [2, 2, 2, 2, 2], hasNorm: true),
        VggBody.Describe("vgg16_bn", [2, 2, 3, 3, 3], hasNorm: true),
        VggBody.Describe("vgg19_bn", [2, 2, 4, 4, 4], hasNorm: true),
        VggBody.Describe("vgg11", [1, 1, 2, 2, 2], hasNorm: false),
        VggBody.Describe("vgg13", [2, 2, 2, 2, 2], hasNorm: false),
        VggBody.Describe("vgg16", [2, 2, 3, 3, 3], hasNorm: false),
        VggBody.Describe("vgg19", [2, 2, 4, 4, 4], hasNorm: false),
        ResNetBody.Describe("resnext50_32x4d", [3, 4, 6, 3], new ResidualKind(IsBottleneck: true, Groups: 32, GroupWidth: 4)),
        ResNetBody.Describe("resnext101_32x8d", [3, 4, 23, 3], new ResidualKind(IsBottleneck: true, Groups: 32, GroupWidth: 8)),
        MobileNetBody.Describe(),
        DenseNetBody.Describe("densenet121", [6, 12, 24, 16], growth: 32, stem: 64),
        DenseNetBody.Describe("densenet161", [6, 12, 36, 24], growth: 48, stem: 96),
        DenseNetBody.Describe("densenet169", [6, 12, 32, 32], growth: 32, stem: 64),
        DenseNetBody.Describe("densenet201", [6, 12, 48, 32], growth: 32, stem: 64),
    ];

    /// <summary>The names of those that detectors stand on, for completion and messages. Loads no torch.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. s_all.Where(backbone => backbone.IsForDetectors).Select(backbone => backbone.Name)];

    /// <summary>The names of those that image classifiers stand on: all.</summary>
    public static IReadOnlyList<string> ClassifierNames { get; } = [.. s_all.Select(backbone => backbone.Name)];

    /// <summary>The names of those that U-Nets stand on.</summary>
    public static IReadOnlyList<string> UnetNames { get; } = [.. s_all.Where(backbone => backbone.Taps.Count > 0).Select(backbone => backbone.Name)];

    /// <summary>
    /// The body that a detector stands on. In the second version it goes without its last stage where the first grid is finer than the whole
    /// one's features by far, as arcgis.learn has it for ResNets.
    /// </summary>
    public static Backbone For(SsdOptions options)
    {
        Backbone whole = Get(options.Backbone);
        return whole.Earlier is Backbone earlier && (options.IsBodyCut ?? IsFine(whole, options)) ? earlier : whole;
    }

    /// <summary>Whether <see cref="For"/> leaves out the last stage.</summary>
    public static bool IsCut(SsdOptions options) => !ReferenceEquals(For(options), Get(options.Backbone));

    /// <summary>A backbone by name; case does not matter.</summary>
    /// <exception cref="LearnArgumentException">There is none of that name.</exception>
    public static Backbone Get(string name) => Find(name, ClassifierNames);

    /// <summary>One that detectors stand on.</summary>
    /// <inheritdoc cref="Get"/>
    public static Backbone ForDetector(string name) => Find(name, Names);

    /// <summary>One that U-Nets stand on.</summary>
    /// <inheritdoc cref="Get"/>
    public static Backbone ForUnet(string name) => Find(name, UnetNames);

    private static Backbone Find(string name, IEnumerable<string> known) => known.Contains(name, StringComparer.OrdinalIgnoreCase)
        ? s_all.First(backbone => string.Equals(backbone.Name, name, StringComparison.OrdinalIgnoreCase))
        : throw new LearnArgumentException("Backbone", $"'{name}' is not a known backbone; known are {string.Join(", ", known)}.");

    private static bool IsFine(Backbone whole, SsdOptions options) =>
        options.Version == 2 && options.Grids[0] > 8 && Math.Abs(whole.FeatureSize(options.ChipSize) - options.Grids[0]) > 4;
}
