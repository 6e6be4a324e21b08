using System.Diagnostics;
using System.Globalization;
using ArcLearn.Core.Runtime;
using static TorchSharp.torch;

namespace ArcLearn.Core.Training;

/// <summary>One training: the optimiser, the schedule and the best weights so far.</summary>
internal sealed class TrainingRun : IDisposable
{
    private readonly ITrainable _model;
    private readonly TrainingOptions _options;
    private readonly Checkpoint? _checkpoint;
    private readonly Action<BatchProgress>? _progress;
    private readonly AdamOptimizer _optimizer;
    private readonly TrainingSchedule _schedule;
    private readonly double[] _rates;
    private readonly WeightSnapshot _best;
    private readonly WeightAverage? _average;
    private readonly EarlyStopping? _stopping;
    private readonly LossMeter _trainLoss = new();
    private readonly TrainingClock _clock;
    private readonly int _epochsBefore;
    private readonly int _steps;
    private double _bestLoss = double.PositiveInfinity;
    private int _bestEpoch;
    private int _lastEpoch;
    private bool _isCancelled;

    public TrainingRun(ITrainable model, TrainingOptions options, Checkpoint? checkpoint, Action<BatchProgress>? progress)
    {
        (_model, _options, _checkpoint, _progress) = (model, options, checkpoint, progress);
        _optimizer = new AdamOptimizer(model.LayerGroups, options.WeightDecay);
        _steps = model.StepsPerEpoch * options.Epochs;
        _schedule = TrainingSchedule.Create(options.Schedule, _steps);
        _rates = options.LearningRate.ForGroups(model.LayerGroups.Count);
        _best = new WeightSnapshot(model.Network);
        _average = model.AveragesWeights ? WeightAverage.Over(_steps, model.Network) : null;
        _stopping = options.EarlyStopping ? new EarlyStopping() : null;
        _clock = new TrainingClock(options.Epochs, model.StepsPerEpoch);
        _epochsBefore = model.EpochsTrained;
    }

    /// <summary>Whether early stopping has had enough.</summary>
    public bool ShouldStop { get; private set; }

    /// <summary>Trains and validates one epoch, and keeps it if it is the best.</summary>
    public EpochResult Train(int epoch, CancellationToken cancel)
    {
        using IDisposable use = _model.Gate.EnterTraining(_model.Name, cancel);
        using IntraOpThreads threads = IntraOpThreads.All();
        using IDisposable precision = _model.Use(_options.Precision);
        try
        {
            Stopwatch watch = Stopwatch.StartNew();
            if (epoch == 1)
            {
                _model.Begin(cancel);
            }

            double begun = watch.Elapsed.TotalSeconds;
            _clock.BeginEpoch();
            (double meanLoss, int images, double rate) = TrainBatches(epoch, cancel);
            double trained = watch.Elapsed.TotalSeconds;
            _average?.Show(_model.Network);
            ValidationResult validation = _model.HasValidation ? _model.Validate(cancel) : new(double.NaN, double.NaN);
            _clock.EndEpoch(watch.Elapsed.TotalSeconds - trained);
            _lastEpoch = epoch;
            bool isBest = Keep(epoch, _model.HasValidation ? validation.Loss : meanLoss);
            return new EpochResult
            {
                Epoch = epoch,
                Epochs = _options.Epochs,
                TrainLoss = _trainLoss.Value,
                ValidLoss = validation.Loss,
                MetricName = _model.MetricName,
                Metric = validation.Metric,
                MeanIou = validation.MeanIou,
                LearningRate = rate,
                Duration = watch.Elapsed,
                ImagesPerSecond = images / (trained - begun),
                CheckpointPath = _checkpoint is { IsWritten: true } written ? written.Folder : null,
                IsBest = isBest,
                Precision = _options.Precision,
                Threads = IntraOpThreads.Default,
            };
        }
        catch (Exception e) when (e is OperationCanceledException || cancel.IsCancellationRequested)
        {
            _isCancelled = true;
            throw;
        }
        catch (Exception e) when (TorchFailure.IsOutOfMemory(e))
        {
            throw TorchFailure.OutOfMemory(e);
        }
    }

    /// <summary>Puts the right weights into the model; one that was disposed in the meantime needs none.</summary>
    /// <param name="isWhole">Whether the last epoch that was begun came to its end.</param>
    public void End(bool isWhole)
    {
        try
        {
            using IDisposable use = _model.Gate.EnterTraining(_model.Name, CancellationToken.None);
            Settle(isWhole);
        }
        catch (LearnDataException e) when (e.Id == "ModelDisposed")
        {
        }
    }

    public void Dispose()
    {
        _optimizer.Dispose();
        _best.Dispose();
        _average?.Dispose();
    }

    private void Settle(bool isWhole)
    {
        bool isFailure = !isWhole && !_isCancelled;

        // Without a checkpoint the reference leaves the last weights; and half an epoch's are better than none.
        bool staysAsIs = _checkpoint is null || _bestEpoch == 0;
        if (isFailure || (!staysAsIs && !(isWhole && _bestEpoch == _lastEpoch)))
        {
            _best.Restore(_model.Network);
        }

        _optimizer.ZeroGrad();
        _model.Network.eval();
    }

    private (double MeanLoss, int Images, double Rate) TrainBatches(int epoch, CancellationToken cancel)
    {
        // Each epoch of all trainings has its own random numbers, for dropout and for how chips are shown, whatever else drew some in between:
        // a second training that showed the first one's views again would learn them by heart.
        int draw = _epochsBefore + epoch;
        random.manual_seed(SeedOf(_model.Seed, draw));
        _average?.Hide(_model.Network);
        int done = (epoch - 1) * _model.StepsPerEpoch;
        _model.BeginEpoch(done, _steps);
        _model.Network.train();
        double sum = 0;
        int images = 0;
        int batch = 0;
        double rate = 0;
        double[] rates = new double[_rates.Length];
        foreach (TrainingStep step in _model.TrainingSteps(draw, cancel))
        {
            cancel.ThrowIfCancellationRequested();
            (double factor, double momentum) = _schedule.At(done + batch);
            for (int i = 0; i < rates.Length; i++)
            {
                rates[i] = _rates[i] * factor;
            }

            batch++;
            rate = rates[^1];
            double loss = Learn(step, rates, momentum, epoch, batch);
            _average?.Add(_model.Network);
            _trainLoss.Add(loss);
            sum += loss;
            images += step.Images;
            _clock.EndStep();
            _progress?.Invoke(new BatchProgress(
                epoch, _options.Epochs, batch, _model.StepsPerEpoch, _trainLoss.Value, rate, images / _clock.EpochSeconds, _clock.Remaining(epoch, batch)));
        }

        cancel.ThrowIfCancellationRequested();
        return (sum / Math.Max(1, batch), images, rate);
    }

    private double Learn(TrainingStep step, ReadOnlySpan<double> rates, double momentum, int epoch, int batch)
    {
        double loss = _optimizer.Learn(step, rates, momentum);
        return double.IsFinite(loss) ? loss : throw NotFinite(loss, epoch, batch, rates[^1]);
    }

    /// <summary>Keeps the weights of an epoch that is better than all before it.</summary>
    private bool Keep(int epoch, double loss)
    {
        if (!double.IsFinite(loss))
        {
            throw NotFinite(loss, epoch, _model.StepsPerEpoch, _rates[^1]);
        }

        ShouldStop = _stopping?.ShouldStop(loss) ?? false;
        if (loss >= _bestLoss)
        {
            return false;
        }

        (_bestLoss, _bestEpoch) = (loss, epoch);
        _best.Take(_model.Network);
        _checkpoint?.Write(_model, epoch);
        return true;
    }

    private TrainingException NotFinite(double loss, int epoch, int batch, double rate)
    {
        string kept = _bestEpoch > 0 ? $"those of epoch {_bestEpoch}" : "those from before the training";
        return new TrainingException(
            string.Create(CultureInfo.InvariantCulture, $"The loss is {loss} in epoch {epoch}, batch {batch}, at a learning rate of {rate:G3}. Lower -LearningRate; the model's weights are {kept}."),
            epoch,
            batch,
            rate);
    }

    /// <summary>The seed of an epoch's random numbers.</summary>
    public static long SeedOf(int seed, int epoch) => ((long)(uint)seed << 20) ^ epoch;
}
