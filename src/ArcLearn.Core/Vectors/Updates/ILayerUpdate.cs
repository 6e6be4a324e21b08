using System.Text;

namespace ArcLearn.Core.Vectors.Updates;

/// <summary>A field that is filled for features of a layer, and made where the layer lacks it.</summary>
/// <param name="Type">Text or a number.</param>
/// <param name="Texts">The texts that may go into it; none for numbers.</param>
internal sealed record FieldUpdate(string Name, FieldType Type, params IReadOnlyList<string> Texts)
{
    /// <summary>The longest text's bytes.</summary>
    public int Bytes(Encoding encoding) => Texts.Select(encoding.GetByteCount).DefaultIfEmpty(0).Max();
}

/// <summary>
/// Fields of a layer's features that are filled together: until <see cref="Complete"/> the layer is as it was, and again if the process ends before. Disposing without it
/// leaves nothing behind.
/// </summary>
internal interface ILayerUpdate : IDisposable
{
    /// <summary>Fills the fields of one feature.</summary>
    /// <param name="ordinal">Its place among the features that <see cref="IVectorLayer.Read"/> gives of the whole layer, from 1; ascending from call to call.</param>
    /// <param name="id">As <see cref="VectorFeature.Id"/> has it.</param>
    /// <param name="values">One per field: string, double, long or null.</param>
    /// <exception cref="LearnDataException">LayerChanged: the feature is gone.</exception>
    void Set(long ordinal, long id, IReadOnlyList<object?> values);

    /// <summary>Makes all of it the layer's.</summary>
    /// <exception cref="LearnDataException">LayerChanged: a feature is gone.</exception>
    void Complete();
}
