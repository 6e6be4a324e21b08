using ArcLearn.Core.Chips.Labels;
using ArcLearn.Core.Rasters;
using NetTopologySuite.Geometries;

namespace ArcLearn.Core.Chips.Plans;

/// <summary>A chip for each object, its middle on that of the object's box: of the tile's size, or as much of it as the box needs.</summary>
internal sealed class ObjectPlan : IChipPlan
{
    private readonly List<ChipPlace> _places = [];

    /// <param name="area">Of the raster; no chip shows what lies beyond a side of it that is not the raster's.</param>
    /// <param name="raster">All of the raster.</param>
    /// <param name="isCropped">Whether chips end with the boxes; the tile's size is then the largest.</param>
    public ObjectPlan(ObjectIndex objects, PixelWindow area, PixelWindow raster, int tileWidth, int tileHeight, bool isCropped)
    {
        int number = 0;
        foreach (Envelope box in objects.Boxes)
        {
            PixelWindow window = Window(box, tileWidth, tileHeight, isCropped);
            Coordinate centre = box.Centre;
            bool isInside = centre.X >= area.Column && centre.X < area.Right && centre.Y >= area.Row && centre.Y < area.Bottom
                && (window.Column >= area.Column || area.Column == 0) && (window.Row >= area.Row || area.Row == 0)
                && (window.Right <= area.Right || area.Right == raster.Right) && (window.Bottom <= area.Bottom || area.Bottom == raster.Bottom);
            if (isInside)
            {
                _places.Add(new ChipPlace(window, Object: number));
            }

            number++;
        }
    }

    public long Count => _places.Count;

    public ChipPlace this[long index] => _places[(int)index];

    /// <summary>The chip of an object with this box, in pixels of the raster.</summary>
    public static PixelWindow Window(Envelope box, int tileWidth, int tileHeight, bool isCropped)
    {
        int width = isCropped ? Length(box.MinX, box.MaxX, tileWidth) : tileWidth;
        int height = isCropped ? Length(box.MinY, box.MaxY, tileHeight) : tileHeight;
        return new PixelWindow(Start(box.MinX, box.MaxX, width), Start(box.MinY, box.MaxY, height), width, height);
    }

    private static int Length(double from, double to, int most) => (int)Math.Clamp(Math.Ceiling(to) - Math.Floor(from), 1, most);

    /// <summary>Where a side as long as the box's whole pixels begins on these; any other in the middle.</summary>
    private static int Start(double from, double to, int length) =>
        length == (int)(Math.Ceiling(to) - Math.Floor(from)) ? (int)Math.Floor(from) : (int)Math.Floor(((from + to - length) / 2) + 0.5);
}
