namespace ArcLearn.Benchmarks.Speed;

/// <summary>The network and the batch that are measured.</summary>
/// <param name="Network">ssd or unet.</param>
/// <param name="Grids">Of a detector; empty for others.</param>
internal sealed record SpeedCase(string Network, string Backbone, int Chip, int Batch, IReadOnlyList<int> Grids, int Classes, int Threads)
{
    public const string Unet = "unet";

    public static SpeedCase Of(string network, int threads) => network == Unet
        ? new(network, "resnet34", 256, 4, [], 5, threads)
        : new(network, "resnet34", 224, 16, [4, 2, 1], 2, threads);

    public override string ToString() => $"{Network} {Backbone}, {Batch} chips of {Chip} px{(Grids.Count > 0 ? $", grids {string.Join(", ", Grids)}" : "")}, {Threads} threads";
}
