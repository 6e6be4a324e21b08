using ArcLearn.Core.Models;

namespace ArcLearn.Commands;

/// <summary>From the types that users hold to what the work is done with, and back.</summary>
internal static class Inside
{
    /// <summary>The engine of a model of any kind.</summary>
    public static ModelEngine Engine(LearnModel model) => (ModelEngine)model.Engine;

    /// <summary>The engine of a detector.</summary>
    /// <exception cref="LearnDataException">The model is of another kind (ModelType).</exception>
    public static SsdEngine Detector(LearnModel model) => Require<SsdEngine>(model, nameof(SingleShotDetector));

    /// <summary>The engine of a pixel classifier.</summary>
    /// <exception cref="LearnDataException">The model is of another kind (ModelType).</exception>
    public static UnetEngine PixelClassifier(LearnModel model) => Require<UnetEngine>(model, nameof(UnetClassifier));

    /// <summary>A model as users hold it.</summary>
    public static LearnModel Model(ModelEngine engine) => engine switch
    {
        SsdEngine detector => new SingleShotDetector(detector),
        UnetEngine unet => new UnetClassifier(unet),
        _ => throw new NotSupportedException($"A {engine.Definition.Kind} has no public type."),
    };

    // No constraint to a type of Core: this assembly's types are loaded before Core is.
    private static T Require<T>(LearnModel model, string needed)
        where T : class => SavedModel.Require<T>(model.Engine, model.GetType().Name, needed, model.Name);
}
