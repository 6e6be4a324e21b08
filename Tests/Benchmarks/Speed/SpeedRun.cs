using System.Diagnostics;
using System.Globalization;
using ArcLearn.Core.Data;
using ArcLearn.Core.Models;
using ArcLearn.Core.Runtime;
using ArcLearn.Core.Training;
using TorchSharp;

namespace ArcLearn.Benchmarks.Speed;

/// <summary>Times training steps and forward passes of one network, here and in PyTorch, turn by turn, and prints the ratios of the medians.</summary>
internal static class SpeedRun
{
    public static int Print(string what, string natives, string python, string parity, int rounds, int steps)
    {
        TorchRuntime.NativeFolder = natives;
        SpeedCase of = new("resnet34", 224, 16, [4, 2, 1], 2, IntraOpThreads.Default);
        LearnRuntimeInfo runtime = TorchRuntime.Describe();
        using PyTorchPeer? peer = PyTorchPeer.Start(python, parity, of);
        Console.WriteLine($"{what}: {of}; libtorch {runtime.TorchVersion} against PyTorch {peer?.Version ?? "(absent)"}; {string.Join(' ', runtime.CpuFeatures)}");
        if (!ConvolutionArithmetic.HasBFloat16)
        {
            Console.WriteLine("This processor has no bfloat16 instructions: BFloat16 is rounded 32-bit arithmetic here, and not what it is made for.");
        }

        using Sides sides = new(of, steps);
        List<(string Name, Func<double> Measure)> turns =
        [
            ("ArcLearn Float32", sides.Of(what, LearnPrecision.Float32)),
            ("ArcLearn BFloat16", sides.Of(what, LearnPrecision.BFloat16)),
        ];
        if (peer is not null)
        {
            turns.Insert(1, ("PyTorch eager", () => peer.Measure(what, "eager", steps)));
            turns.Add(("PyTorch channels_last", () => peer.Measure(what, "channels_last", steps)));
        }

        double[][] seconds = [.. turns.Select(_ => new double[rounds])];
        for (int round = -1; round < rounds; round++)
        {
            for (int i = 0; i < turns.Count; i++)
            {
                double taken = turns[i].Measure();
                if (round >= 0)
                {
                    seconds[i][round] = taken;
                }
            }
        }

        double[] medians = [.. seconds.Select(Median)];
        for (int i = 0; i < turns.Count; i++)
        {
            string ratios = string.Join(", ", turns.Select((turn, j) => (turn.Name, Ratio: medians[j] / medians[i]))
                .Where(pair => pair.Name.StartsWith("PyTorch", StringComparison.Ordinal) && pair.Name != turns[i].Name)
                .Select(pair => string.Create(CultureInfo.InvariantCulture, $"{pair.Ratio:F2} times as fast as {pair.Name}")));
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"  {turns[i].Name,-22} {medians[i] * 1000,7:F0} ms in the median of {rounds} (least {seconds[i].Min() * 1000:F0})  {ratios}"));
        }

        return 0;
    }

    private static double Median(double[] values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    /// <summary>The module's own side of the measurement.</summary>
    private sealed class Sides(SpeedCase of, int steps) : IDisposable
    {
        private readonly List<IDisposable> _owned = [];

        public Func<double> Of(string what, LearnPrecision precision) => what == "train" ? Training(precision) : Forward(precision);

        public void Dispose()
        {
            foreach (IDisposable owned in Enumerable.Reverse(_owned))
            {
                owned.Dispose();
            }
        }

        // A whole epoch of the trainer: whatever a user's step costs is in it.
        private Func<double> Training(LearnPrecision precision)
        {
            IEnumerator<EpochResult> epochs = Trainer.Fit(
                Detector(), new TrainingOptions { Epochs = 10_000, NoCheckpoint = true, Precision = precision, LearningRate = new(1e-4) }, null, CancellationToken.None).GetEnumerator();
            _owned.Add(epochs);
            return () =>
            {
                epochs.MoveNext();
                return epochs.Current.Duration.TotalSeconds / steps;
            };
        }

        private Func<double> Forward(LearnPrecision precision)
        {
            PreparedSsd prepared = Detector().Network.Prepare(precision);
            _owned.Add(prepared);
            float[] samples = new ReadyData(of, 1).Batch.Images;
            return () =>
            {
                using IntraOpThreads threads = IntraOpThreads.All();
                Stopwatch watch = Stopwatch.StartNew();
                for (int i = 0; i < steps; i++)
                {
                    _ = prepared.Run(samples, of.Batch);
                }

                return watch.Elapsed.TotalSeconds / steps;
            };
        }

        private SsdEngine Detector()
        {
            SsdEngine model = SsdEngine.Create(
                new LearnDataBunch(new ReadyData(of, steps)),
                new SsdOptions { Backbone = of.Backbone, ChipSize = of.Chip, Classes = of.Classes, Grids = of.Grids },
                backboneWeights: null,
                pretrainedPath: null,
                LearnDevice.Cpu,
                seed: 1);
            _owned.Add(model);
            return model;
        }
    }
}
