namespace ArcLearn.Core.Vectors.Updates;

/// <summary>A field that is filled for features of a layer, and made where the layer lacks it.</summary>
/// <param name="Type">Text or a number.</param>
/// <param name="Length">The longest text's, in bytes of UTF-8; 0 for numbers.</param>
internal sealed record FieldUpdate(string Name, FieldType Type, int Length = 0);

/// <summary>
/// Fields of a layer's features that are filled together: until <see cref="Complete"/> the layer is as it was, and again if the process ends before. Disposing without it
/// leaves nothing behind.
/// </summary>
internal interface ILayerUpdate : IDisposable
{
    /// <summary>Fills the fields of one feature.</summary>
    /// <param name="id">As <see cref="VectorFeature.Id"/> has it; ascending from call to call.</param>
    /// <param name="values">One per field: string, double, long or null.</param>
    void Set(long id, IReadOnlyList<object?> values);

    /// <summary>Makes all of it the layer's.</summary>
    void Complete();
}
