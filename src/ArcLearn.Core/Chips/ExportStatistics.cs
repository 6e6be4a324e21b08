using System.Text;
using ArcLearn.Core.Chips.Metadata;

namespace ArcLearn.Core.Chips;

/// <summary>What the files beside the chips tell of all of them; chips are added in the order of their numbers.</summary>
internal sealed class ExportStatistics
{
    private readonly Dictionary<int, int> _place = [];
    private readonly StringBuilder _map = new();

    public ExportStatistics(CountedLabels counted, IReadOnlyList<ClassDefinition> classes, int bands, int additionalBands = 0)
    {
        Counted = counted;
        Classes = classes;
        Bands = Statistics(bands);
        AdditionalBands = Statistics(additionalBands);
        AreaPerClass = Statistics(classes.Count);
        PixelsPerClass = Statistics(classes.Count);
        ImagesPerClass = new int[classes.Count];
        for (int i = 0; i < classes.Count; i++)
        {
            _place[classes[i].Value] = i;
        }
    }

    public CountedLabels Counted { get; }

    public IReadOnlyList<ClassDefinition> Classes { get; }

    public RunningStatistic[] Bands { get; }

    /// <summary>Of the second image of each chip; none without one.</summary>
    public RunningStatistic[] AdditionalBands { get; }

    public RunningStatistic[] AreaPerClass { get; }

    /// <summary>Pixels of each class in an image, over all images.</summary>
    public RunningStatistic[] PixelsPerClass { get; }

    public int[] ImagesPerClass { get; }

    public RunningStatistic FeaturesPerImage { get; } = new();

    public RunningStatistic ClassesPerImage { get; } = new();

    public int Images { get; private set; }

    public int Features { get; private set; }

    /// <summary>The lines of map.txt.</summary>
    public string MapText => _map.ToString();

    /// <summary>The format's notes, chip by chip.</summary>
    public List<string> Notes { get; } = [];

    public void Add(ChipRecord chip)
    {
        Images++;
        _map.Append(chip.MapLine);
        if (chip.Note is not null)
        {
            Notes.Add(chip.Note);
        }

        if (Counted == CountedLabels.Features)
        {
            AddObjects(chip.Objects);
        }
        else if (Counted == CountedLabels.Pixels)
        {
            AddPixels(chip.Pixels);
        }

        Add(Bands, chip.Bands);
        Add(AdditionalBands, chip.AdditionalBands);
    }

    /// <summary>Takes in what an older export into the same folder counted.</summary>
    public void Add(ExistingExport older)
    {
        Images += older.Images;
        Features += older.Features;
        FeaturesPerImage.Add(older.FeaturesPerImage);
        ClassesPerImage.Add(older.ClassesPerImage);
        _map.Append(older.MapText);
        Notes.AddRange(older.Notes);
        for (int i = 0; i < older.Classes.Count; i++)
        {
            int place = _place[older.Classes[i].Value];
            ImagesPerClass[place] += older.ImagesPerClass[i];
            AreaPerClass[place].Add(older.AreaPerClass[i]);
            PixelsPerClass[place].Add(older.PixelsPerClass[i]);
        }

        Add(Bands, older.Bands);
        Add(AdditionalBands, older.AdditionalBands);
    }

    private static RunningStatistic[] Statistics(int count) => [.. Enumerable.Range(0, count).Select(_ => new RunningStatistic())];

    private static void Add(RunningStatistic[] bands, IReadOnlyList<RunningStatistic> parts)
    {
        for (int band = 0; band < Math.Min(bands.Length, parts.Count); band++)
        {
            bands[band].Add(parts[band]);
        }
    }

    private void AddObjects(IReadOnlyList<(int Value, double Area)> objects)
    {
        Features += objects.Count;
        FeaturesPerImage.Add(objects.Count);
        HashSet<int> seen = [];
        foreach ((int value, double area) in objects)
        {
            int place = _place[value];
            AreaPerClass[place].Add(area);
            if (seen.Add(place))
            {
                ImagesPerClass[place]++;
            }
        }
    }

    /// <summary>An image without a class counts in that class with no pixels, as ArcGIS has it.</summary>
    private void AddPixels(IReadOnlyList<(int Value, long Count)> pixels)
    {
        ClassesPerImage.Add(pixels.Count);
        long[] counts = new long[Classes.Count];
        foreach ((int value, long count) in pixels)
        {
            counts[_place[value]] = count;
            ImagesPerClass[_place[value]]++;
        }

        for (int i = 0; i < counts.Length; i++)
        {
            PixelsPerClass[i].Add(counts[i]);
        }
    }
}
