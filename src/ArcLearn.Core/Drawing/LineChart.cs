using SkiaSharp;

namespace ArcLearn.Core.Drawing;

/// <summary>
/// Lines over two axes, drawn with ticks, grid and legend: a learning rate curve, the losses of a training.
/// </summary>
/// <remarks>
/// <code>
/// LineChart chart = new(new ChartAxis("learning rate") { IsLogarithmic = true }, new ChartAxis("loss") { Max = 4 * best })
/// {
///     Series = [new ChartSeries("raw", raw) { IsFaint = true }, new ChartSeries("smoothed", smoothed)],
///     Marks = [new ChartMark(suggestion, "suggestion 2.1e-3")],
/// };
/// using SKBitmap picture = LineChart.Draw("Find-LearningRate", [chart]);
/// PictureItem item = PictureFile.Save(picture, path, shows, files, force);
/// </code>
/// Values beyond an axis's Min and Max are cut off at the frame. Values that are not finite, and on a logarithmic axis those that are not
/// positive, interrupt a line; a chart that has none left says "no values".
/// </remarks>
internal sealed class LineChart(ChartAxis x, ChartAxis y)
{
    private const int DefaultWidth = 1200;
    private const int DefaultHeight = 720;
    private const int MaxDots = 60;

    private static readonly SKColor[] s_palette = [new(0, 98, 178), new(214, 90, 0), new(16, 130, 80), new(150, 60, 160), new(120, 95, 30)];
    private static readonly SKColor s_ink = new(32, 32, 32);
    private static readonly SKColor s_quiet = new(96, 96, 96);
    private static readonly SKColor s_grid = new(224, 224, 224);
    private static readonly SKColor s_mark = new(190, 20, 40);

    public ChartAxis X { get; } = x;

    public ChartAxis Y { get; } = y;

    public IReadOnlyList<ChartSeries> Series { get; init; } = [];

    public IReadOnlyList<ChartMark> Marks { get; init; } = [];

    /// <summary>Draws charts one below the other on white, their axes flush, a title above.</summary>
    /// <param name="title">In one line; it is cut where it is too long.</param>
    /// <param name="charts">At least one; each gets the same height.</param>
    /// <param name="width">Of the picture in pixels, at least 320.</param>
    /// <param name="height">Of the picture in pixels, at least 160 for each chart; 720 for one and 400 for each of several where it is left out.</param>
    public static SKBitmap Draw(string title, IReadOnlyList<LineChart> charts, int width = DefaultWidth, int? height = null)
    {
        int total = height ?? (charts.Count == 1 ? DefaultHeight : 400 * charts.Count);
        int scale = Math.Clamp(Math.Min(width / 500, total / (180 * charts.Count)), 1, 4);
        int line = DotFont.LineHeight(scale);
        SKBitmap picture = new(width, total, SKColorType.Rgba8888, SKAlphaType.Opaque);
        using SKCanvas canvas = new(picture);
        canvas.Clear(SKColors.White);
        int margin = line;
        DotFont.Draw(canvas, DotFont.Fit(title, scale, width - (2 * margin)), margin, margin, scale, s_ink);
        int top = margin + line + (line / 2);
        int each = (total - top) / charts.Count;
        int labels = charts.Max(chart => chart.LabelWidth(scale, each - (4 * line)));
        for (int i = 0; i < charts.Count; i++)
        {
            charts[i].Draw(canvas, new SKRectI(margin, top + (i * each), width - margin, top + ((i + 1) * each) - (line / 2)), labels, scale);
        }

        return picture;
    }

    private int LabelWidth(int scale, int height) =>
        YScale(scale, height).Ticks.Select(tick => DotFont.Measure(tick.Label, scale)).DefaultIfEmpty(0).Max();

    private ChartScale YScale(int scale, int height) => new(
        Y, Series.SelectMany(series => series.Points).Where(point => IsShown(point.X, X)).Select(point => point.Y), height / (3 * DotFont.LineHeight(scale)));

    private ChartScale XScale(int scale, int width) => new(
        X, Series.SelectMany(series => series.Points).Select(point => point.X).Concat(Marks.Select(mark => mark.X)), width / (9 * DotFont.LineHeight(scale) / 2));

    private void Draw(SKCanvas canvas, SKRectI area, int labels, int scale)
    {
        int line = DotFont.LineHeight(scale);
        int gap = 4 * scale;
        int legend = DrawLegend(canvas, area, scale);
        SKRect frame = new(area.Left + labels + (2 * gap), area.Top + legend + (line / 2), area.Right, area.Bottom - (2 * line) - (2 * gap));
        ChartScale across = XScale(scale, (int)frame.Width);
        ChartScale up = YScale(scale, (int)frame.Height);
        SKPoint At(double x, double y) => new(
            frame.Left + ((float)across.PartOf(x) * frame.Width), frame.Bottom - ((float)up.PartOf(y) * frame.Height));

        using SKPaint paint = new() { IsAntialias = false, Style = SKPaintStyle.Stroke, StrokeWidth = 1, Color = s_grid };
        foreach (ChartTick tick in up.Ticks)
        {
            float row = MathF.Round(frame.Bottom - ((float)up.PartOf(tick.Value) * frame.Height));
            canvas.DrawLine(frame.Left, row, frame.Right, row, paint);
            DotFont.Draw(canvas, tick.Label, frame.Left - gap - DotFont.Measure(tick.Label, scale), row - (3.5f * scale), scale, s_quiet);
        }

        float free = float.NegativeInfinity;
        foreach (ChartTick tick in across.Ticks)
        {
            float column = MathF.Round(frame.Left + ((float)across.PartOf(tick.Value) * frame.Width));
            canvas.DrawLine(column, frame.Top, column, frame.Bottom, paint);
            int width = DotFont.Measure(tick.Label, scale);
            float left = Math.Clamp(column - (width / 2f), area.Left, area.Right - width);
            if (left >= free)
            {
                DotFont.Draw(canvas, tick.Label, left, frame.Bottom + gap, scale, s_quiet);
                free = left + width + gap;
            }
        }

        string title = DotFont.Fit(X.Title, scale, (int)frame.Width);
        DotFont.Draw(canvas, title, frame.MidX - (DotFont.Measure(title, scale) / 2f), frame.Bottom + (2 * gap) + line, scale, s_ink);
        canvas.Save();
        canvas.ClipRect(frame);
        DrawMarks(canvas, frame, across, scale);
        bool isEmpty = true;
        for (int i = 0; i < Series.Count; i++)
        {
            isEmpty &= !DrawSeries(canvas, Series[i], ColorOf(i), point => across.CanShow(point.X) && up.CanShow(point.Y) ? At(point.X, point.Y) : null, scale);
        }

        canvas.Restore();
        if (isEmpty)
        {
            const string none = "no values";
            DotFont.Draw(canvas, none, frame.MidX - (DotFont.Measure(none, scale) / 2f), frame.MidY, scale, s_quiet);
        }

        paint.Color = s_quiet;
        canvas.DrawRect(MathF.Round(frame.Left), MathF.Round(frame.Top), MathF.Round(frame.Width) - 1, MathF.Round(frame.Height), paint);
    }

    /// <summary>The y axis' title, then lines and marks with their names, in as many rows as it takes.</summary>
    /// <returns>Their height.</returns>
    private int DrawLegend(SKCanvas canvas, SKRectI area, int scale)
    {
        int line = DotFont.LineHeight(scale);
        int swatch = 14 * scale;
        int gap = 6 * scale;
        string title = DotFont.Fit(Y.Title, scale, area.Width);
        DotFont.Draw(canvas, title, area.Left, area.Top, scale, s_ink);
        if (Series.Count + Marks.Count < 2)
        {
            return line;
        }

        int start = area.Left + DotFont.Measure(title, scale) + (4 * gap);
        int at = start;
        int top = area.Top;
        IEnumerable<(string Name, SKColor Color, bool IsFaint, bool IsMark)> entries = Series
            .Select((series, i) => (series.Name, ColorOf(i), series.IsFaint, false))
            .Concat(Marks.Select(mark => (mark.Label, s_mark, false, true)));
        foreach ((string name, SKColor color, bool isFaint, bool isMark) in entries)
        {
            string text = DotFont.Fit(name, scale, area.Right - start - swatch - gap);
            int width = swatch + gap + DotFont.Measure(text, scale);
            if (at > start && at + width > area.Right)
            {
                (at, top) = (start, top + line);
            }

            using SKPaint paint = Stroke(color, isFaint, isMark, scale);
            canvas.DrawLine(at, top + (3.5f * scale), at + swatch, top + (3.5f * scale), paint);
            DotFont.Draw(canvas, text, at + swatch + gap, top, scale, s_ink);
            at += width + (3 * gap);
        }

        return top + line - area.Top;
    }

    private void DrawMarks(SKCanvas canvas, SKRect frame, ChartScale across, int scale)
    {
        using SKPaint paint = Stroke(s_mark, isFaint: false, isDashed: true, scale);
        foreach (ChartMark mark in Marks.Where(mark => across.CanShow(mark.X)))
        {
            float column = frame.Left + ((float)across.PartOf(mark.X) * frame.Width);
            canvas.DrawLine(column, frame.Top, column, frame.Bottom, paint);
        }
    }

    /// <returns>Whether there was anything to draw.</returns>
    private static bool DrawSeries(SKCanvas canvas, ChartSeries series, SKColor color, Func<(double X, double Y), SKPoint?> place, int scale)
    {
        using SKPathBuilder builder = new();
        List<SKPoint> dots = [];
        bool isOpen = false;
        foreach ((double, double) point in series.Points)
        {
            if (place(point) is not SKPoint at)
            {
                isOpen = false;
                continue;
            }

            dots.Add(at);
            if (isOpen)
            {
                builder.LineTo(at);
            }
            else
            {
                builder.MoveTo(at);
            }

            isOpen = true;
        }

        using SKPath path = builder.Detach();
        using SKPaint paint = Stroke(color, series.IsFaint, isDashed: false, scale);
        canvas.DrawPath(path, paint);

        // A line of few points shows where they are, and a single point is to be seen at all.
        if (dots.Count <= MaxDots && !series.IsFaint)
        {
            paint.Style = SKPaintStyle.Fill;
            dots.ForEach(dot => canvas.DrawCircle(dot, 1.8f * scale, paint));
        }

        return dots.Count > 0;
    }

    private static SKPaint Stroke(SKColor color, bool isFaint, bool isDashed, int scale) => new()
    {
        IsAntialias = true,
        Style = SKPaintStyle.Stroke,
        StrokeJoin = SKStrokeJoin.Round,
        StrokeWidth = isFaint ? 0.6f * scale : 1.2f * scale,
        Color = isFaint ? color.WithAlpha(110) : color,
        PathEffect = isDashed ? SKPathEffect.CreateDash([3f * scale, 2f * scale], 0) : null,
    };

    private static bool IsShown(double value, ChartAxis axis) =>
        !double.IsNaN(value) && !(value < axis.Min) && !(value > axis.Max);

    private SKColor ColorOf(int series) => Series[series].Color ?? s_palette[series % s_palette.Length];
}
