using System.Globalization;
using ArcLearn.Core.Vectors;

namespace ArcLearn.Benchmarks;

/// <summary>Prints how many features of a layer have their true class in a field, how many there are, and how many have the class that most have.</summary>
internal static class ClassScore
{
    public static int Print(string path, string truth, string found)
    {
        using IVectorLayer layer = VectorLayers.Open(path);
        List<string> fields = [.. layer.Fields.Select(field => field.Name)];
        (int actual, int answer) = (fields.IndexOf(truth), fields.IndexOf(found));
        (string Truth, string? Found)[] all = [.. layer.Read().Select(feature => ((string)feature.Values[actual]!, feature.Values[answer] as string))];
        int most = all.CountBy(one => one.Truth).Max(pair => pair.Value);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{all.Count(one => one.Truth == one.Found)} {all.Length} {most}"));
        return 0;
    }
}
