using ArcLearn.Core.Data;

namespace ArcLearn.Core.Models;

/// <summary>Whether a bunch is something that an image classifier can look at.</summary>
internal static class ImageDataCheck
{
    /// <summary>A bunch's chips with the classes of the whole image.</summary>
    /// <exception cref="LearnDataException">It has none (DatasetTypeMismatch).</exception>
    public static IImageClassData Images(LearnDataBunch bunch) => bunch.Content as IImageClassData ?? throw new LearnDataException(
        "DatasetTypeMismatch",
        $"An image classifier learns from images with classes, but the data are {bunch.DatasetType}. It takes {string.Join(", ", MetadataFormats.With(LabelContent.ImageClass, LabelContent.ImageClasses))}.",
        bunch);

    /// <summary>The images tell classes apart: at least two on the training side.</summary>
    /// <param name="warn">Told of classes that only few training images have.</param>
    /// <exception cref="LearnDataException">There is one class alone (OneClass).</exception>
    public static void RequireClasses(LearnDataBunch bunch, IImageClassData data, Action<string>? warn)
    {
        if (data.Classes.Count < 2 && !data.IsMultiLabel)
        {
            throw new LearnDataException(
                "OneClass",
                $"All images are of the class '{string.Join(", ", data.Classes.Select(one => one.Name))}': there is nothing to tell it from. Add images of another class (or of none, as a class of its own).",
                bunch);
        }

        string[] few = [.. data.Classes.Zip(data.TrainingImagesPerClass).Where(pair => pair.Second < 2).Select(pair => $"{pair.First.Name} ({pair.Second})")];
        if (few.Length > 0)
        {
            warn?.Invoke($"{few.Length} class(es) have no or one training image and will hardly be learnt: {string.Join(", ", few.Take(10))}. New-LearnDataBunch -Stratified spreads each class over both sides.");
        }
    }
}
