using ArcLearn.Core.Drawing;
using SkiaSharp;

namespace ArcLearn.Tests.Unit.Drawing;

public class ObjectPainterTests
{
    private static readonly SKColor s_red = new(255, 0, 0);

    [Fact]
    public void A_box_is_drawn_on_its_edges_and_its_tag_above_it()
    {
        using SKBitmap picture = Draw(new PaintedObject(new SKRect(50, 60, 150, 140), s_red, "tree"));

        Assert.Equal(s_red, picture.GetPixel(100, 140));
        Assert.Equal(s_red, picture.GetPixel(150, 100));
        Assert.Equal(SKColors.White, picture.GetPixel(100, 100));
        Assert.Equal(s_red, picture.GetPixel(51, 40));
        Assert.Contains(SKColors.White, Enumerable.Range(52, 40).Select(x => picture.GetPixel(x, 48)));
    }

    [Fact]
    public void A_tag_without_room_above_goes_below_and_stays_within_the_picture()
    {
        using SKBitmap picture = Draw(new PaintedObject(new SKRect(140, 4, 198, 40), s_red, "tree"));

        Assert.Equal(s_red, picture.GetPixel(141, 52));
        Assert.Equal(SKColors.White, picture.GetPixel(147, 20));
    }

    [Fact]
    public void Tags_never_cover_one_another()
    {
        PaintedObject one = new(new SKRect(50, 60, 150, 140), s_red, "tree");
        using SKBitmap single = Draw(one);
        using SKBitmap crowd = Draw([one, .. Enumerable.Repeat(one with { Label = "a name" }, 3)]);

        // The first tag is untouched; the others went elsewhere or nowhere.
        for (int y = 36; y < 57; y++)
        {
            for (int x = 48; x < 97; x++)
            {
                Assert.Equal(single.GetPixel(x, y), crowd.GetPixel(x, y));
            }
        }
    }

    [Theory]
    [InlineData(60, 22)]        // eleven dots of two pixels
    [InlineData(20, 11)]
    public void Tags_of_several_objects_are_small_where_the_objects_are(int width, int height)
    {
        PaintedObject[] six = [.. Enumerable.Range(0, 6).Select(i => new PaintedObject(
            SKRect.Create(5 + (i % 3 * 65), 40 + (i / 3 * 90), width, 40), s_red, "tree"))];
        using SKBitmap picture = Draw(six);

        int top = Enumerable.Range(0, 40).First(y => picture.GetPixel(7, y) == s_red);
        Assert.Equal(height, 40 - top);
    }

    [Fact]
    public void Ink_is_dark_on_bright_and_bright_on_dark()
    {
        Assert.Equal(SKColors.Black, ClassPalette.InkOn(new SKColor(255, 255, 0)));
        Assert.Equal(SKColors.White, ClassPalette.InkOn(new SKColor(0, 0, 200)));
        Assert.Equal(new SKColor(1, 2, 3), ClassPalette.ColorOf(new ClassDefinition(1, "a", [1, 2, 3]), 0));
        Assert.Equal(ClassPalette.ColorOf(null, 4), ClassPalette.ColorOf(new ClassDefinition(1, "a", [-1, -1, -1]), 4));
    }

    private static SKBitmap Draw(params PaintedObject[] objects)
    {
        SKBitmap picture = new(200, 200, SKColorType.Rgba8888, SKAlphaType.Opaque);
        using SKCanvas canvas = new(picture);
        canvas.Clear(SKColors.White);
        ObjectPainter.Draw(canvas, new SKRect(0, 0, 200, 200), objects);
        return picture;
    }
}
