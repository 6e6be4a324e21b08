using System.Diagnostics;
using System.Globalization;
using ArcLearn.Core.Data;
using ArcLearn.Core.Models;
using ArcLearn.Core.Runtime;
using ArcLearn.Core.Training;

namespace ArcLearn.Benchmarks.Speed;

/// <summary>Trains some epochs on real chips and prints, epoch by epoch, what share of the steps was spent waiting for the loader, and the memory.</summary>
internal static class EpochRun
{
    public static int Print(string natives, string chips, string backbone, int epochs, int batch)
    {
        TorchRuntime.NativeFolder = natives;
        DetectionData data = (DetectionData)DataBunchBuilder.Build(new DataBunchOptions { Paths = [chips], ChipSize = 224, BatchSize = batch, ValidationFraction = 0 });
        WaitingData measured = new(data);
        using SsdEngine model = SsdEngine.Create(
            new LearnDataBunch(measured),
            new SsdOptions { Backbone = backbone, ChipSize = 224, Classes = data.Classes.Count, Grids = [4] },
            backboneWeights: null,
            pretrainedPath: null,
            LearnDevice.Cpu,
            seed: 1);
        Console.WriteLine($"epochs: {backbone}, {data.TrainingChips} chips of 224 px, batch {batch}, {IntraOpThreads.Default} threads");
        List<double> shares = [];
        List<double> memory = [];
        foreach (EpochResult epoch in Trainer.Fit(model, new TrainingOptions { Epochs = epochs, NoCheckpoint = true }, null, CancellationToken.None))
        {
            using Process process = Process.GetCurrentProcess();
            shares.Add(measured.TakeWaited().TotalSeconds / epoch.Duration.TotalSeconds);
            memory.Add(process.WorkingSet64 / 1048576.0);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"  epoch {epoch.Epoch,2}: {shares[^1]:P2} of {epoch.Duration.TotalSeconds:F1} s waiting for chips, {memory[^1]:F0} MB resident"));
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"  waiting, median {Taken.Median(shares):P2}; memory of the last epochs over the second: {memory[^1] / memory[Math.Min(1, memory.Count - 1)]:F3}"));
        return 0;
    }

    /// <summary>The data, with a clock that runs while the trainer waits for a batch.</summary>
    private sealed class WaitingData(IDetectionData inner) : IDetectionData
    {
        private readonly Stopwatch _waited = new();

        public IReadOnlyList<string> Paths => inner.Paths;

        public string DatasetType => inner.DatasetType;

        public IReadOnlyList<ClassDefinition> Classes => inner.Classes;

        public int ChipSize => inner.ChipSize;

        public int BatchSize => inner.BatchSize;

        public int Bands => inner.Bands;

        public int TrainingChips => inner.TrainingChips;

        public int TrainingObjects => inner.TrainingObjects;

        public IReadOnlyList<(double Height, double Width)> ObjectSizes => inner.ObjectSizes;

        public LearnTransform Transform => inner.Transform;

        public int ValidationChips => inner.ValidationChips;

        public int DroppedChips => inner.DroppedChips;

        public string Split => inner.Split;

        public int Seed => inner.Seed;

        public Normalization Normalization => inner.Normalization;

        public double? CellSize => inner.CellSize;

        public TimeSpan TakeWaited()
        {
            TimeSpan waited = _waited.Elapsed;
            _waited.Reset();
            return waited;
        }

        public IEnumerable<DetectionBatch> TrainingBatches(int epoch, CancellationToken cancel)
        {
            using IEnumerator<DetectionBatch> batches = inner.TrainingBatches(epoch, cancel).GetEnumerator();
            while (true)
            {
                _waited.Start();
                bool hasMore = batches.MoveNext();
                _waited.Stop();
                if (!hasMore)
                {
                    yield break;
                }

                yield return batches.Current;
            }
        }

        public IEnumerable<DetectionBatch> ValidationBatches(CancellationToken cancel) => inner.ValidationBatches(cancel);

        public IEnumerable<DetectionBatch> AllBatches(CancellationToken cancel) => inner.AllBatches(cancel);

        public ChipSample<DetectionBatch> Sample(ChipSampleRequest request, CancellationToken cancel) => inner.Sample(request, cancel);
    }
}
