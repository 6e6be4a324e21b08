namespace ArcLearn.Benchmarks.Speed;

/// <summary>The network and the batch that are measured.</summary>
/// <param name="Network">ssd, unet or classifier.</param>
/// <param name="Grids">Of a detector; empty for others.</param>
internal sealed record SpeedCase(string Network, string Backbone, int Chip, int Batch, IReadOnlyList<int> Grids, int Classes, int Threads)
{
    public const string Unet = "unet";
    public const string Classifier = "classifier";
    private const string Usual = "resnet34";

    /// <param name="backbone">Null for resnet34.</param>
    public static SpeedCase Of(string network, string? backbone, int threads) => network switch
    {
        Unet => new(network, backbone ?? Usual, 256, 4, [], 5, threads),
        Classifier => new(network, backbone ?? Usual, 224, 16, [], 21, threads),
        _ => new(network, backbone ?? Usual, 224, 16, [4, 2, 1], 2, threads),
    };

    public override string ToString() => $"{Network} {Backbone}, {Batch} chips of {Chip} px{(Grids.Count > 0 ? $", grids {string.Join(", ", Grids)}" : "")}, {Threads} threads";
}
