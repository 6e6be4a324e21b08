namespace ArcLearn.Core.Inference;

/// <summary>What every run over a raster's tiles is asked. What the model itself is asked is in the backend already.</summary>
internal abstract record RunOptions
{
    /// <summary>Context around each tile's core, in pixels; null for a quarter of the chip.</summary>
    public int? Padding { get; init; }

    /// <summary>Where results count, in the raster's map units; null for everywhere.</summary>
    public GeoExtent? Extent { get; init; }

    /// <summary>The part of the tiles that is done; null for all.</summary>
    public ShardNumber? Shard { get; init; }

    /// <summary>Polygons that bound where results count; null for everywhere.</summary>
    public SearchMask? Mask { get; init; }

    /// <summary>Whether tiles that cannot be read are listed and left out; else the first ends the run.</summary>
    public bool ListBadTiles { get; init; }

    /// <summary>The bands that the model reads, from 0, in its order; null for the first ones.</summary>
    public IReadOnlyList<int>? Bands { get; init; }

    /// <summary>Model replicas, each on its own thread.</summary>
    public int Workers { get; init; } = 1;

    /// <summary>Threads that read tiles.</summary>
    public int Readers { get; init; } = 1;

    /// <summary>Batches that wait or are in a model at a time; 0 for as many as keep all workers busy.</summary>
    public int Buffers { get; init; }

    /// <summary>Whether a raster of another sample type than the model was trained on is searched all the same.</summary>
    public bool AllowOtherSampleType { get; init; }

    /// <summary>The same run in less memory: fewer batches at a time, then fewer replicas; null where it is the least already.</summary>
    public RunOptions? Smaller()
    {
        int buffers = Buffers > 0 ? Buffers : PipelineSize.Usual(Workers);
        return buffers > Workers ? this with { Buffers = Math.Max(Workers, buffers / 2) }
            : Workers > 1 ? this with { Workers = Workers / 2, Readers = Math.Max(1, Readers / 2), Buffers = Workers / 2 }
            : null;
    }

    /// <exception cref="LearnArgumentException">Threads that make no sense.</exception>
    public void CheckThreads()
    {
        CheckCount(Workers, nameof(Workers));
        CheckCount(Readers, nameof(Readers));
    }

    private static void CheckCount(int count, string name)
    {
        if (count is < 1 or > 1024)
        {
            throw new LearnArgumentException(name, $"{name} is {count}; it must be from 1 to 1024.");
        }
    }
}
