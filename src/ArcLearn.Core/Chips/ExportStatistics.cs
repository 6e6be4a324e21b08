namespace ArcLearn.Core.Chips;

/// <summary>What the two JSON files and stats.txt tell; chips are added in the order of their numbers.</summary>
internal sealed class ExportStatistics
{
    private readonly Dictionary<int, int> _place = [];

    public ExportStatistics(IReadOnlyList<ClassDefinition> classes, int bands)
    {
        Classes = classes;
        Bands = [.. Enumerable.Range(0, bands).Select(_ => new RunningStatistic())];
        AreaPerClass = [.. classes.Select(_ => new RunningStatistic())];
        ImagesPerClass = new int[classes.Count];
        for (int i = 0; i < classes.Count; i++)
        {
            _place[classes[i].Value] = i;
        }
    }

    public IReadOnlyList<ClassDefinition> Classes { get; }

    public RunningStatistic[] Bands { get; }

    public RunningStatistic[] AreaPerClass { get; }

    public int[] ImagesPerClass { get; }

    public RunningStatistic FeaturesPerImage { get; } = new();

    public int Images { get; private set; }

    public int Features { get; private set; }

    public void Add(IReadOnlyList<ChipObject> objects, RunningStatistic[] bands)
    {
        Images++;
        Features += objects.Count;
        FeaturesPerImage.Add(objects.Count);
        HashSet<int> seen = [];
        foreach (ChipObject item in objects)
        {
            int place = _place[item.ClassValue];
            AreaPerClass[place].Add(item.Area);
            if (seen.Add(place))
            {
                ImagesPerClass[place]++;
            }
        }

        for (int band = 0; band < Bands.Length; band++)
        {
            Bands[band].Add(bands[band]);
        }
    }
}
