using System.Globalization;
using NetTopologySuite.Geometries;

namespace ArcLearn.Core.Vectors;

/// <summary>Checks and converts what a writer is given.</summary>
internal static class FeatureValues
{
    /// <exception cref="ArgumentException">The number of values, the geometry's type or its coordinates do not fit the layer.</exception>
    public static void Check(Geometry geometry, IReadOnlyList<object?> values, IReadOnlyList<FieldDefinition> fields, LayerGeometry layer)
    {
        if (values.Count != fields.Count)
        {
            throw new ArgumentException($"{values.Count} values were given for {fields.Count} fields.", nameof(values));
        }

        bool fits = layer switch
        {
            LayerGeometry.Polygon => geometry is Polygon,
            LayerGeometry.MultiPolygon => geometry is MultiPolygon,
            LayerGeometry.Point => geometry is Point,
            _ => true,
        };
        if (!fits)
        {
            throw new ArgumentException($"A {geometry.GeometryType} does not belong into a layer of type {layer}.", nameof(geometry));
        }

        Envelope box = geometry.EnvelopeInternal;
        if (!geometry.IsEmpty && !(double.IsFinite(box.MinX + box.MaxX) && double.IsFinite(box.MinY + box.MaxY)))
        {
            throw new ArgumentException("A coordinate is not a finite number.", nameof(geometry));
        }
    }

    /// <summary>The value as its field holds it: string, long, double, bool or null. A real that is not finite has no place in a file and becomes null.</summary>
    /// <exception cref="ArgumentException">The value does not fit.</exception>
    public static object? Convert(object? value, FieldDefinition field)
    {
        try
        {
            return (value, field.Type) switch
            {
                (null, _) => null,
                (bool, not (FieldType.Boolean or FieldType.Text)) => throw new InvalidCastException(),
                (_, FieldType.Integer) => System.Convert.ToInt64(value, CultureInfo.InvariantCulture),
                (_, FieldType.Real) => System.Convert.ToDouble(value, CultureInfo.InvariantCulture) is double real && double.IsFinite(real) ? real : null,
                (_, FieldType.Boolean) => (bool)value,
                _ => System.Convert.ToString(value, CultureInfo.InvariantCulture),
            };
        }
        catch (Exception e) when (e is FormatException or InvalidCastException or OverflowException)
        {
            throw new ArgumentException($"The value '{value}' does not fit the field {field.Name} of type {field.Type}.", nameof(value), e);
        }
    }
}
