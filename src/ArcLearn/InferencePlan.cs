using System.Globalization;

namespace ArcLearn;

/// <summary>What a run over a raster will take. Counts of tiles are exact; what a sample of tiles gave is marked as estimated.</summary>
public sealed record InferencePlan
{
    /// <summary>The raster.</summary>
    public required string Path { get; init; }

    /// <summary>The model.</summary>
    public required string Model { get; init; }

    /// <summary>Tiles that the run will go through.</summary>
    public required int Tiles { get; init; }

    /// <summary>Tiles of the raster's whole grid.</summary>
    public required int GridTiles { get; init; }

    /// <summary>Tiles that hold nothing but nodata and will be skipped: estimated, 0 for a raster without nodata.</summary>
    public required int NoDataTiles { get; init; }

    /// <summary>Side of a tile as the model sees it, in pixels.</summary>
    public required int ChipSize { get; init; }

    /// <summary>Pixels of overlap on each side of a tile.</summary>
    public required int Padding { get; init; }

    /// <summary>Tiles of one batch.</summary>
    public required int BatchSize { get; init; }

    /// <summary>Models that run at a time, each on one thread.</summary>
    public required int Workers { get; init; }

    /// <summary>Threads that read.</summary>
    public required int Readers { get; init; }

    /// <summary>Memory of the run beside libtorch and the model's weights.</summary>
    public required long MemoryBytes { get; init; }

    /// <summary>Bytes to read from the raster's files, about.</summary>
    public required long ReadBytes { get; init; }

    /// <summary>Disk that journal and output take: estimated.</summary>
    public required long DiskBytes { get; init; }

    /// <summary>Objects before tiles are merged: estimated; 0 where pixels are classified.</summary>
    public required long Detections { get; init; }

    /// <summary>Tiles that were tried for the estimates; where none were, these are 0.</summary>
    public required int SampledTiles { get; init; }

    /// <summary>Megapixels of the raster a second, overlap not counted: estimated.</summary>
    public required double MegapixelsPerSecond { get; init; }

    /// <summary>Time of the run: estimated.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>The plan in one sentence; -WhatIf prints that of a plan without a trial.</summary>
    public override string ToString()
    {
        string tiles = string.Create(CultureInfo.InvariantCulture, $"{Tiles} of {GridTiles} tiles of {ChipSize} pixels");
        string means = string.Create(CultureInfo.InvariantCulture, $"in batches of {BatchSize} on {Workers} model(s)");
        string takes = $"reads {Size(ReadBytes)}, takes {Size(MemoryBytes)} of memory";
        return SampledTiles == 0
            ? $"{tiles} {means}: {takes}."
            : string.Create(CultureInfo.InvariantCulture, $"{tiles} (about {NoDataTiles} without data) {means}: {takes} and about {Size(DiskBytes)} of disk, about {Text(Duration)} at {MegapixelsPerSecond:F2} Mpx/s.");
    }

    private static string Size(long bytes) => bytes switch
    {
        >= 1L << 30 => string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1L << 30):F1} GB"),
        >= 1L << 20 => string.Create(CultureInfo.InvariantCulture, $"{bytes >> 20} MB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{Math.Max(1, bytes >> 10)} kB"),
    };

    private static string Text(TimeSpan time) => time.TotalHours >= 1
        ? string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalHours} h {time.Minutes} min")
        : time.TotalMinutes >= 1 ? string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalMinutes} min {time.Seconds} s")
        : string.Create(CultureInfo.InvariantCulture, $"{Math.Max(1, (int)time.TotalSeconds)} s");
}
