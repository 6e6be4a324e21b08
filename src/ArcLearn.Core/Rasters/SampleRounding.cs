namespace ArcLearn.Core.Rasters;

/// <summary>How computed values become samples of a type: halves go up, no number becomes 0 in whole numbers, the rest is cut off at the type's ends.</summary>
internal readonly struct SampleRounding
{
    private readonly SampleType _type;
    private readonly double _least;
    private readonly double _most;

    public SampleRounding(SampleType type)
    {
        _type = type;
        (_least, _most) = SampleTypes.Range(type);
    }

    public double Apply(double value) => _type switch
    {
        SampleType.Float32 => (float)value,
        SampleType.Float64 => value,
        _ => double.IsNaN(value) ? 0 : Math.Min(Math.Max(Math.Floor(value + 0.5), _least), _most),
    };
}
