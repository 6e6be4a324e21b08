using ArcLearn.Demo;
using SkiaSharp;

ScenePlan plan = new(int.Parse(args[1]), 11);
using SKBitmap bitmap = new SceneRenderer(plan, 5).Render();
using FileStream stream = File.Create(args[0]);
bitmap.Encode(stream, SKEncodedImageFormat.Png, 90);
Console.WriteLine(string.Join(" ", plan.Objects.GroupBy(o => o.Kind).Select(g => $"{g.Key} {g.Count()}")));
