using System.Diagnostics;
using System.Globalization;
using ArcLearn.Core.Models;
using ArcLearn.Core.Runtime;
using ArcLearn.Core.Training;

namespace ArcLearn.Benchmarks.Speed;

/// <summary>Times training steps and forward passes of one network, here and in PyTorch, turn by turn, and prints the ratios of the medians.</summary>
internal static class SpeedRun
{
    /// <param name="what">train or forward.</param>
    /// <param name="network">ssd, unet or classifier.</param>
    /// <param name="backbone">Null for the usual one.</param>
    public static int Print(string what, string network, string? backbone, string natives, string python, string parity, int rounds, int steps)
    {
        TorchRuntime.NativeFolder = natives;
        SpeedCase of = SpeedCase.Of(network, backbone, IntraOpThreads.Default);
        LearnRuntimeInfo runtime = TorchRuntime.Describe();
        using PyTorchPeer? peer = PyTorchPeer.Start(python, parity, of);
        Console.WriteLine($"{what}: {of}; libtorch {runtime.TorchVersion} against PyTorch {peer?.Version ?? "(absent)"}; {string.Join(' ', runtime.CpuFeatures)}");
        if (!ConvolutionArithmetic.HasBFloat16)
        {
            Console.WriteLine("This processor has no bfloat16 instructions: BFloat16 is rounded 32-bit arithmetic here, and not what it is made for.");
        }

        using Sides sides = new(of, steps);
        List<(string Name, Func<Taken> Measure)> turns =
        [
            ("ArcLearn Float32", sides.Of(what, LearnPrecision.Float32)),
            ("ArcLearn BFloat16", sides.Of(what, LearnPrecision.BFloat16)),
        ];
        if (peer is not null)
        {
            turns.Insert(1, ("PyTorch eager", () => peer.Measure(what, "eager", steps)));
            turns.Add(("PyTorch channels_last", () => peer.Measure(what, "channels_last", steps)));
        }

        Taken[][] taken = [.. turns.Select(_ => new Taken[rounds])];
        for (int round = -1; round < rounds; round++)
        {
            for (int i = 0; i < turns.Count; i++)
            {
                Taken turn = turns[i].Measure();
                if (round >= 0)
                {
                    taken[i][round] = turn;
                }
            }
        }

        // Back, a layer multiplies twice: towards its input and for its weights.
        double? operations = peer?.Operations * (what == "train" ? 3 : 1);
        double peak = PeakArithmetic.Measure(of.Threads);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{(operations is double all ? $"{all / 1e9:F0} GFLOP of layers at each turn, as plain sums (filtered ones are fewer)" : "without PyTorch nobody counts the layers' work")}; this processor's fused multiply-adds: {peak / 1e9:F0} GFLOP/s"));
        Console.WriteLine($"  {"",-22} {"wall ms",8} {"CPU ms",8} {"of peak",8}   as fast as PyTorch eager, channels_last (wall; CPU), medians of {rounds}");
        for (int i = 0; i < turns.Count; i++)
        {
            Taken median = Medians(taken[i]);
            IEnumerable<string> ratios = turns.Index().Where(turn => turn.Item.Name.StartsWith("PyTorch", StringComparison.Ordinal)).Select(turn =>
            {
                Taken other = Medians(taken[turn.Index]);
                return string.Create(CultureInfo.InvariantCulture, $"{other.Wall / median.Wall:F2}; {other.Processor / median.Processor:F2}");
            });
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"  {turns[i].Name,-22} {median.Wall * 1000,8:F0} {median.Processor * 1000,8:F0} {operations / median.Wall / peak,8:P0}   {string.Join("   ", ratios)}"));
        }

        return 0;
    }

    private static Taken Medians(Taken[] turns) => new(Taken.Median(turns.Select(turn => turn.Wall)), Taken.Median(turns.Select(turn => turn.Processor)));

    /// <summary>The module's own side of the measurement.</summary>
    private sealed class Sides(SpeedCase of, int steps) : IDisposable
    {
        private readonly List<IDisposable> _owned = [];

        public Func<Taken> Of(string what, LearnPrecision precision) => what == "train" ? Training(precision) : Forward(precision);

        public void Dispose()
        {
            foreach (IDisposable owned in Enumerable.Reverse(_owned))
            {
                owned.Dispose();
            }
        }

        // A whole epoch of the trainer: whatever a user's step costs is in it.
        private Func<Taken> Training(LearnPrecision precision)
        {
            IEnumerator<EpochResult> epochs = Trainer.Fit(
                Model(), new TrainingOptions { Epochs = 10_000, NoCheckpoint = true, Precision = precision, LearningRate = new(1e-4) }, null, CancellationToken.None).GetEnumerator();
            _owned.Add(epochs);
            return () => Time(() => epochs.MoveNext());
        }

        private Func<Taken> Forward(LearnPrecision precision)
        {
            float[] samples = new ReadyBoxes(of, 1).Images;
            Action once = of.Network switch
            {
                SpeedCase.Unet => UnetPass(precision, samples),
                SpeedCase.Classifier => ClassifierPass(precision, samples),
                _ => DetectorPass(precision, samples),
            };
            return () => Time(() =>
            {
                using IntraOpThreads threads = IntraOpThreads.All();
                for (int i = 0; i < steps; i++)
                {
                    once();
                }
            });
        }

        private Action DetectorPass(LearnPrecision precision, float[] samples)
        {
            PreparedSsd prepared = Detector().Network.Prepare(precision);
            _owned.Add(prepared);
            return () => _ = prepared.Run(samples, of.Batch);
        }

        private Action UnetPass(LearnPrecision precision, float[] samples)
        {
            PreparedUnet prepared = Unet().Network.Prepare(precision);
            _owned.Add(prepared);
            float[] scores = new float[of.Batch * (of.Classes + 1) * of.Chip * of.Chip];
            return () => prepared.Run(samples, of.Batch, scores);
        }

        private Action ClassifierPass(LearnPrecision precision, float[] samples)
        {
            PreparedClassifier prepared = Classifier().Network.Prepare(precision);
            _owned.Add(prepared);
            return () => _ = prepared.Run(samples, of.Batch);
        }

        private Taken Time(Action work)
        {
            using Process process = Process.GetCurrentProcess();
            TimeSpan used = process.TotalProcessorTime;
            Stopwatch watch = Stopwatch.StartNew();
            work();
            TimeSpan wall = watch.Elapsed;
            process.Refresh();
            return new Taken(wall.TotalSeconds / steps, (process.TotalProcessorTime - used).TotalSeconds / steps);
        }

        private ModelEngine Model() => of.Network switch
        {
            SpeedCase.Unet => Unet(),
            SpeedCase.Classifier => Classifier(),
            _ => Detector(),
        };

        private ClassifierEngine Classifier()
        {
            ClassifierEngine model = ClassifierEngine.Create(
                new LearnDataBunch(new ReadyImages(of, steps)),
                new ClassifierOptions { Backbone = of.Backbone, Loss = new ImageLossOptions { LabelSmoothing = 0.1 } },
                isBalanced: false,
                new StartWeights(null, null),
                LearnDevice.Cpu,
                seed: 1,
                warn: null,
                CancellationToken.None);
            _owned.Add(model);
            return model;
        }

        private UnetEngine Unet()
        {
            UnetEngine model = UnetEngine.Create(
                new LearnDataBunch(new ReadyMasks(of, steps)),
                new UnetOptions { Backbone = of.Backbone, ChipSize = of.Chip, Classes = of.Classes },
                new StartWeights(null, null),
                LearnDevice.Cpu,
                seed: 1,
                warn: null,
                CancellationToken.None);
            _owned.Add(model);
            return model;
        }

        private SsdEngine Detector()
        {
            SsdEngine model = SsdEngine.Create(
                new LearnDataBunch(new ReadyBoxes(of, steps)),
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
