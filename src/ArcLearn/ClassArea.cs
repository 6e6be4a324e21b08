namespace ArcLearn;

/// <summary>How much of a classified raster is of a class.</summary>
/// <param name="Value">The class value, as the raster holds it; 0 for background.</param>
/// <param name="Name">The class name.</param>
/// <param name="Pixels">Pixels of that value.</param>
/// <param name="Area">Their area on the ground in square metres; null where the unit of the coordinates is not known.</param>
public sealed record ClassArea(int Value, string Name, long Pixels, double? Area)
{
    /// <summary>Red, green, blue, each 0 to 255, as the raster's colour table has them.</summary>
    public IReadOnlyList<int> Color { get; init => field = value.ToArray(); } = [-1, -1, -1];

    /// <inheritdoc/>
    public override string ToString() => Name;
}
