namespace ArcLearn;

/// <summary>A finished part of a run, which Merge-LearnShard brings together with the others.</summary>
public sealed record LearnShard
{
    /// <summary>The file that holds it.</summary>
    public required string Path { get; init; }

    /// <summary>Which part of how many.</summary>
    public required ShardNumber Shard { get; init; }

    /// <summary>The output that all parts make together.</summary>
    public required string Output { get; init; }

    /// <summary>The raster that was searched.</summary>
    public required string SourcePath { get; init; }

    /// <summary>The model that searched it.</summary>
    public required string Model { get; init; }

    /// <summary>Tiles that the model saw.</summary>
    public required int Tiles { get; init; }

    /// <summary>Tiles left out because they hold nothing but nodata.</summary>
    public required int SkippedTiles { get; init; }

    /// <summary>Tiles that could not be read: holes in the layer, which lists them once the shards are merged.</summary>
    public int FailedTiles { get; init; }

    /// <summary>Tiles that were done before, by a run that was interrupted or by the same shard.</summary>
    public required int ResumedTiles { get; init; }

    /// <summary>Time of the run.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>The file again: binds to parameters that take a literal path.</summary>
    public string PSPath => Path;
}
