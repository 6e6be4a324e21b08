using NetTopologySuite.Geometries;

namespace ArcLearn.Core.Chips.Labels;

/// <summary>Takes the pixels <paramref name="from"/> to <paramref name="to"/> (not included) of a row of the chip.</summary>
internal delegate void PixelRun(int row, int from, int to);

/// <summary>What an object covers of a chip.</summary>
internal interface IChipShape
{
    /// <summary>Gives all pixels of the chip that the object covers, each once.</summary>
    void Fill(PixelRun fill);

    /// <summary>The outline within the chip, in its pixels; null where the object is known by its pixels only.</summary>
    Geometry? Outline();
}
