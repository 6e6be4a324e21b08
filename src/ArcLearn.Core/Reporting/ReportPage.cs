using System.Globalization;
using System.Net;
using System.Text;
using ArcLearn.Core.Data;
using ArcLearn.Core.Models;
using ArcLearn.Core.Rasters;

namespace ArcLearn.Core.Reporting;

/// <summary>The pages of a model's report: HTML without scripts, whose style and pictures are within. Equal models give equal text.</summary>
internal static class ReportPage
{
    private const string Style = """
        body { font: 15px/1.45 system-ui, sans-serif; color: #202020; max-width: 62em; margin: 2em auto; padding: 0 1em }
        h1 { font-size: 1.6em } h2 { font-size: 1.2em; margin-top: 2em; border-bottom: 1px solid #d0d0d0 }
        table { border-collapse: collapse } th, td { padding: .25em .8em; border-bottom: 1px solid #e4e4e4; text-align: left; vertical-align: top }
        td.n, th.n { text-align: right; font-variant-numeric: tabular-nums } img { max-width: 100%; border: 1px solid #e4e4e4 }
        span.c { display: inline-block; width: .8em; height: .8em; margin-right: .4em; border: 1px solid #808080 }
        """;

    public static string Write(ModelEngine model, string name, SavedResults results, IReadOnlyDictionary<string, byte[]> pictures)
    {
        StringBuilder page = Open(name);
        page.Append(CultureInfo.InvariantCulture, $"<h1>{Encode(name)}</h1>\n<p>{Encode(model.Definition.Kind)} on {Encode(model.Backbone)}, {model.Parameters:N0} weights.</p>\n");
        Section(page, "Settings", () => Settings(page, model, results));
        if (results.History.Epochs.Count > 0)
        {
            Section(page, "Training", () =>
            {
                Picture(page, pictures, ModelReport.LossName, "Losses, metric and learning rate by epoch");
                Epochs(page, results.History.Epochs);
            });
        }

        Section(page, "Analysis", () =>
        {
            if (!Metrics(page, results))
            {
                page.Append("<p>The model was saved without validation data to measure it on.</p>\n");
            }

            Picture(page, pictures, ModelReport.ConfusionName, "How often each class (row) was found as each (column)");
        });
        if (pictures.ContainsKey(ModelReport.ResultsName))
        {
            Section(page, "Sample results", () => Picture(page, pictures, ModelReport.ResultsName, "Validation chips: truth and what the model finds"));
        }

        return Close(page);
    }

    /// <summary>The measures alone.</summary>
    public static string WriteMetrics(string name, SavedResults results)
    {
        StringBuilder page = Open(name);
        Section(page, $"{name}: analysis", () => Metrics(page, results));
        return Close(page);
    }

    private static StringBuilder Open(string title) => new StringBuilder()
        .Append(CultureInfo.InvariantCulture, $"<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>{Encode(title)}</title>\n<style>\n{Style}\n</style>\n</head>\n<body>\n");

    private static string Close(StringBuilder page) => page.Append("</body>\n</html>\n").ToString();

    private static void Section(StringBuilder page, string title, Action write)
    {
        page.Append(CultureInfo.InvariantCulture, $"<h2>{Encode(title)}</h2>\n");
        write();
    }

    private static void Settings(StringBuilder page, ModelEngine model, SavedResults results)
    {
        NetworkDefinition definition = model.Definition;
        Normalization scaling = definition.Normalization;
        List<(string Name, string Value)> rows =
        [
            ("Backbone", definition.Backbone),
            ("Chip", FormattableString.Invariant($"{definition.ChipSize} x {definition.ChipSize} pixels")),
            ("Bands", FormattableString.Invariant($"{definition.Bands} of {scaling.SampleType}: {string.Join(", ", definition.ExtractBands.Select(band => band + 1))}")),
            ("Scaling", FormattableString.Invariant($"(x * {scaling.Scale:G6} - mean) / deviation; mean {Numbers(scaling.Mean)}; deviation {Numbers(scaling.Deviation)}")),
        ];
        if (definition.CellSize is double cell)
        {
            string ground = definition.Ground?.Metres is { } metres ? $" ({PixelGround.Describe(metres)} on the ground)" : "";
            rows.Add(("Cell size", FormattableString.Invariant($"{cell:G6} map units{ground}")));
        }

        switch (definition)
        {
            case SsdDefinition { Options: var options }:
                rows.Add(("Grids", string.Join(", ", options.Grids)));
                rows.Add(("Zooms", string.Join(", ", options.Zooms.Select(zoom => zoom.ToString("G6", CultureInfo.InvariantCulture)))));
                rows.Add(("Ratios", string.Join(", ", options.Ratios.Select(ratio => FormattableString.Invariant($"{ratio.Height:G6}:{ratio.Width:G6}")))));
                rows.Add(("Loss", options.Loss + (options.FocalLoss ? ", focal" : "")));
                break;
            case UnetDefinition { Options.Loss: var loss }:
                rows.Add(("Loss", FormattableString.Invariant($"{(loss.FocalLoss ? "focal" : "cross entropy")}{(loss.DiceFraction > 0 ? $", dice {loss.DiceFraction:0.##}" : "")}; pixels without a label {(loss.IsBackgroundIgnored ? "ignored" : "are background")}")));
                break;
            case ClassifierDefinition { Options.Loss: var loss }:
                rows.Add(("Classes of an image", loss.IsMultiLabel ? "several" : "one"));
                break;
        }

        string data = model.Data is { } bunch ? ModelEngine.DescribeData(bunch) : results.History.Data;
        if (data.Length > 0)
        {
            rows.Add(("Data", data));
        }

        if (results.History is { Epochs.Count: > 0 } training)
        {
            if (training.LearningRate is { } range)
            {
                string rate = range.First == range.Last ? FormattableString.Invariant($"{range.Last:G4}") : FormattableString.Invariant($"{range.First:G4} to {range.Last:G4}");
                rows.Add(("Learning rate", $"{rate}, {training.Schedule}"));
            }

            rows.Add(("Training", FormattableString.Invariant($"{Counted.Epochs(training.Epochs.Count)}, {training.Precision}, seed {training.Seed}")));
        }

        page.Append("<table>\n");
        foreach ((string what, string value) in rows)
        {
            page.Append(CultureInfo.InvariantCulture, $"<tr><th>{Encode(what)}</th><td>{Encode(value)}</td></tr>\n");
        }

        page.Append("<tr><th>Classes</th><td>");
        foreach (ClassDefinition item in definition.Classes)
        {
            string color = item.Color.All(part => part is >= 0 and <= 255) ? FormattableString.Invariant($"<span class=\"c\" style=\"background: rgb({string.Join(", ", item.Color)})\"></span>") : "";
            page.Append(CultureInfo.InvariantCulture, $"{color}{Encode(item.Name)} ({item.Value})<br>");
        }

        page.Append("</td></tr>\n</table>\n");
    }

    private static void Epochs(StringBuilder page, IReadOnlyList<EpochResult> epochs) => Table(
        page,
        ["Epoch", "Training loss", "Validation loss", epochs[^1].MetricName, "Best"],
        epochs.Select(epoch => new[] { Number(epoch.Epoch), Number(epoch.TrainLoss), Number(epoch.ValidLoss), Number(epoch.Metric), epoch.IsBest ? "*" : "" }));

    /// <returns>False where nothing was measured.</returns>
    private static bool Metrics(StringBuilder page, SavedResults results)
    {
        if (results.Accuracy is { } accuracy)
        {
            page.Append(CultureInfo.InvariantCulture, $"<p>On {accuracy.Chips} validation chips ({accuracy.Count:N0} {Encode(accuracy.Unit)}): accuracy {Number(accuracy.Accuracy)}, mean intersection over union {Number(accuracy.MeanIou)}, mean F1 {Number(accuracy.MeanF1)}.</p>\n");
            Table(
                page,
                ["Class", "Precision", "Recall", "F1", "IoU", "In truth"],
                accuracy.Classes.Select(one => new[] { one.Class, Number(one.Precision), Number(one.Recall), Number(one.F1), Number(one.IoU), one.Support.ToString("N0", CultureInfo.InvariantCulture) }));
        }

        if (results.Precision.Count > 0)
        {
            page.Append(CultureInfo.InvariantCulture, $"<p>Average precision on {results.Precision[0].Images} validation chips, of detections that score {Number(results.Precision[0].DetectThreshold)} and more.</p>\n");
            Table(
                page,
                ["Class", "Average precision", "Overlap (IoU)", "In truth", "Detected", "Right"],
                results.Precision.Select(one => new[] { one.Class, Number(one.Value), Number(one.IouThreshold), Number(one.Truth), Number(one.Detections), Number(one.TruePositives) }));
        }

        return results.Accuracy is not null || results.Precision.Count > 0;
    }

    /// <summary>Rows of text in the first column and numbers in the others.</summary>
    private static void Table(StringBuilder page, string[] heads, IEnumerable<string[]> rows)
    {
        page.Append("<table>\n<tr>");
        Cells("th", heads);
        foreach (string[] row in rows)
        {
            page.Append("</tr>\n<tr>");
            Cells("td", row);
        }

        page.Append("</tr>\n</table>\n");

        void Cells(string tag, string[] cells)
        {
            for (int i = 0; i < cells.Length; i++)
            {
                page.Append(CultureInfo.InvariantCulture, $"<{tag}{(i > 0 ? " class=\"n\"" : "")}>{Encode(cells[i])}</{tag}>");
            }
        }
    }

    private static void Picture(StringBuilder page, IReadOnlyDictionary<string, byte[]> pictures, string name, string caption)
    {
        if (pictures.TryGetValue(name, out byte[]? bytes))
        {
            page.Append(CultureInfo.InvariantCulture, $"<p>{Encode(caption)}.</p>\n<img alt=\"{Encode(caption)}\" src=\"data:image/png;base64,{Convert.ToBase64String(bytes)}\">\n");
        }
    }

    private static string Numbers(IEnumerable<float> values) => string.Join(", ", values.Select(value => value.ToString("G4", CultureInfo.InvariantCulture)));

    private static string Number(double value) => double.IsFinite(value) ? value.ToString("0.####", CultureInfo.InvariantCulture) : "-";

    private static string Encode(string text) => WebUtility.HtmlEncode(text);
}
