namespace ArcLearn.Core.Training;

/// <summary>Where a training stands after a batch.</summary>
internal readonly record struct BatchProgress(
    int Epoch, int Epochs, int Batch, int Batches, double Loss, double LearningRate, double ImagesPerSecond, TimeSpan Remaining);
