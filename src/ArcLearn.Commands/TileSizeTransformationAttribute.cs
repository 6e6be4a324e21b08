using System.Collections;
using System.Management.Automation;

namespace ArcLearn.Commands;

/// <summary>Takes 256, or 256,128, or @{ x = 256; y = 128 } as a <see cref="TileSize"/>.</summary>
public sealed class TileSizeTransformationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        object value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        try
        {
            return value switch
            {
                TileSize size => size,
                IDictionary pair when pair.Contains("x") && pair.Contains("y") => new TileSize(Number(pair["x"]), Number(pair["y"])),
                IList { Count: 2 } pair => new TileSize(Number(pair[0]), Number(pair[1])),
                IList { Count: 1 } one => new TileSize(Number(one[0]), Number(one[0])),
                IDictionary or IList => throw new ArgumentException("A size is one number, two (x, y), or @{ x = …; y = … }."),
                _ => new TileSize(Number(value), Number(value)),
            };
        }
        catch (Exception e) when (e is ArgumentException or PSInvalidCastException)
        {
            throw new ArgumentTransformationMetadataException(e.Message, e);
        }
    }

    private static int Number(object? value) => LanguagePrimitives.ConvertTo<int>(value);
}
