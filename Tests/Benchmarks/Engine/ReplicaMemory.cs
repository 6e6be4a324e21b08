using System.Globalization;
using ArcLearn.Benchmarks.Speed;
using ArcLearn.Core.Inference;
using ArcLearn.Core.Models;
using ArcLearn.Core.Runtime;

namespace ArcLearn.Benchmarks.Engine;

/// <summary>What a U-Net's replica adds to the process at its peak, in parts of what the plan reckons with. Linux only: the kernel keeps the peak.</summary>
internal static class ReplicaMemory
{
    private const int Batch = 4;

    public static int Print(string natives)
    {
        TorchRuntime.NativeFolder = natives;
        foreach ((string backbone, int chip) in new[] { ("resnet18", 256), ("resnet34", 256), ("resnet50", 256), ("vgg16_bn", 128), ("resnet34", 512) })
        {
            SpeedCase of = new(SpeedCase.Unet, backbone, chip, Batch, [], 5, 1);
            ReadyMasks data = new(of, 1);
            using UnetEngine model = UnetEngine.Create(
                new LearnDataBunch(data),
                new UnetOptions { Backbone = backbone, ChipSize = chip, Classes = of.Classes },
                new StartWeights(null, null),
                LearnDevice.Cpu,
                seed: 1,
                warn: null,
                CancellationToken.None);
            using UnetBackend backend = new(model, Batch);
            float[] scores = new float[Batch * (of.Classes + 1) * chip * chip];
            Array.Fill(scores, 1);
            using IPixelReplica replica = backend.CreateReplica();
            long before = Status("VmRSS");
            File.WriteAllText("/proc/self/clear_refs", "5");
            replica.Score(data.Images, scores);
            long grown = Status("VmHWM") - before;
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"  {backbone,-10} {Batch} chips of {chip} px: {grown / 1048576.0,7:F0} MB grown, {backend.BytesPerReplica / 1048576.0,7:F0} MB reckoned, {(double)grown / backend.BytesPerReplica:F2}"));
        }

        return 0;
    }

    private static long Status(string key) => 1024 * long.Parse(
        File.ReadLines("/proc/self/status").First(line => line.StartsWith(key + ":", StringComparison.Ordinal)).Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
}
