using ArcLearn.Core.Chips.Labels;
using NetTopologySuite.Geometries;
using NetTopologySuite.IO;
using NetTopologySuite.Operation.Overlay;
using NetTopologySuite.Operation.OverlayNG;

namespace ArcLearn.Tests.Unit.Chips;

public sealed class WindowClipTests
{
    private static readonly Envelope s_window = new(10, 20, 30, 45);

    [Theory]
    [InlineData("POLYGON((12 31,15 31,15 34,12 34,12 31))", "12 15 31 34", 9)]
    [InlineData("POLYGON((0 0,100 0,100 100,0 100,0 0))", "10 20 30 45", 150)]                                   // the window lies within
    [InlineData("POLYGON((5 25,15 25,15 35,5 35,5 25))", "10 15 30 35", 25)]
    [InlineData("POLYGON((0 0,100 0,100 100,0 100,0 0),(9 29,21 29,21 46,9 46,9 29))", null, 0)]                 // the window lies within a hole
    [InlineData("POLYGON((0 0,100 0,100 100,0 100,0 0),(12 32,14 32,14 34,12 34,12 32))", "10 20 30 45", 146)]
    [InlineData("POLYGON((5 28,25 28,25 32,18 32,18 29,12 29,12 32,5 32,5 28))", "10 20 30 32", 8)]              // a trough: two prongs in the window
    [InlineData("POLYGON((0 20,5 20,5 29,25 29,25 20,30 20,30 29.5,0 29.5,0 20))", null, 0)]                     // passes by
    [InlineData("POLYGON((20 30,25 30,25 35,20 35,20 30))", "20 20 30 35", 0)]                                   // touches a side
    [InlineData("MULTIPOLYGON(((8 40,12 40,12 50,8 50,8 40)),((19 44,30 44,30 60,19 60,19 44)))", "10 20 40 45", 11)]
    [InlineData("POLYGON EMPTY", null, 0)]
    public void Bounds_and_area_are_those_of_the_part_within(string text, string? box, double area)
    {
        (Envelope actual, double shown) = WindowClip.Measure(new WKTReader().Read(text), s_window);

        Assert.Equal(area, shown, 12);
        Assert.Equal(box, actual.IsNull ? null : FormattableString.Invariant($"{actual.MinX} {actual.MaxX} {actual.MinY} {actual.MaxY}"));
    }

    [Fact]
    public void Polygons_of_any_form_give_what_an_overlay_gives()
    {
        Random random = new(17);
        int cut = 0;
        for (int i = 0; i < 3000; i++)
        {
            Geometry polygon = Star(random, hasHole: i % 3 == 0);
            if (i % 5 == 0)
            {
                polygon = OverlayNGRobust.Overlay(polygon, Star(random, hasHole: false), SpatialFunction.SymDifference);
            }

            Geometry part = OverlayNGRobust.Overlay(polygon, polygon.Factory.ToGeometry(s_window), SpatialFunction.Intersection);
            (Envelope box, double area) = WindowClip.Measure(polygon, s_window);

            cut += part.Area > 0 && part.Area < polygon.Area ? 1 : 0;
            Assert.Equal(part.Area, area, 8);
            Assert.Equal(part.EnvelopeInternal.IsNull, box.IsNull);
            if (!box.IsNull)
            {
                Assert.Equal(part.EnvelopeInternal.MinX, box.MinX, 8);
                Assert.Equal(part.EnvelopeInternal.MaxX, box.MaxX, 8);
                Assert.Equal(part.EnvelopeInternal.MinY, box.MinY, 8);
                Assert.Equal(part.EnvelopeInternal.MaxY, box.MaxY, 8);
            }
        }

        Assert.True(cut > 1000, $"{cut} polygons were cut.");
    }

    /// <summary>A polygon whose corners lie near or far, so that it comes into the window several times.</summary>
    private static Polygon Star(Random random, bool hasHole)
    {
        int corners = random.Next(3, 24);
        (double x, double y) = (random.NextDouble() * 30, 20 + (random.NextDouble() * 35));
        double[] radii = [.. Enumerable.Range(0, corners).Select(_ => 1 + (random.NextDouble() * 15))];
        LinearRing Ring(double scale) => new(
        [
            .. Enumerable.Range(0, corners + 1).Select(i =>
            {
                double angle = 2 * Math.PI * (i % corners) / corners;
                double radius = radii[i % corners] * scale;
                return new Coordinate(x + (radius * Math.Cos(angle)), y + (radius * Math.Sin(angle)));
            }),
        ]);
        return hasHole ? new Polygon(Ring(1), [Ring(0.4)]) : new Polygon(Ring(1));
    }
}
