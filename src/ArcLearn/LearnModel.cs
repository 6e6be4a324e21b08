using ArcLearn.Internal;

namespace ArcLearn;

/// <summary>A network with its classes and its data, ready to train or to predict.</summary>
public abstract class LearnModel : IDisposable
{
    private protected LearnModel(IModelEngine engine) => Engine = engine;

    internal IModelEngine Engine { get; }

    /// <summary>The model's name: the folder it was saved as, or its class name.</summary>
    public string Name => Engine.Name;

    /// <summary>The backbone, such as resnet34.</summary>
    public string Backbone => Engine.Backbone;

    /// <summary>The classes, by value.</summary>
    public IReadOnlyList<ClassDefinition> Classes => Engine.Classes.ToArray();

    /// <summary>Side of the square chip, in pixels.</summary>
    public int ChipSize => Engine.ChipSize;

    /// <summary>Bands that the model reads, from the raster's first band on.</summary>
    public int Bands => Engine.Bands;

    /// <summary>Trainable and frozen weights.</summary>
    public long Parameters => Engine.Parameters;

    /// <summary>Whether the backbone is frozen.</summary>
    public bool IsFrozen => Engine.IsFrozen;

    /// <summary>Cpu or Cuda.</summary>
    public string Device => Engine.Device;

    /// <summary>The data that the model trains on; null for inference only.</summary>
    public LearnDataBunch? Data => Engine.Data;

    /// <summary>Releases the weights.</summary>
    public void Dispose()
    {
        Engine.Dispose();
        GC.SuppressFinalize(this);
    }
}
