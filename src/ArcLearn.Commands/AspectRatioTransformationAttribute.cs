using System.Collections;
using System.Management.Automation;

namespace ArcLearn.Commands;

/// <summary>Takes '1:0.5' texts, pairs such as (1, 0.5), (0.5, 1), and one flat pair as a list of <see cref="AspectRatio"/>.</summary>
public sealed class AspectRatioTransformationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        try
        {
            object value = Plain(inputData);
            return value switch
            {
                IList list when IsFlatPair(list) => new[] { Pair(list) },
                IList list => list.Cast<object>().Select(One).ToArray(),
                _ => new[] { One(value) },
            };
        }
        catch (Exception e) when (e is ArgumentException or FormatException or PSInvalidCastException)
        {
            throw new ArgumentTransformationMetadataException(e.Message, e);
        }
    }

    private static AspectRatio One(object item) => Plain(item) switch
    {
        AspectRatio ratio => ratio,
        string text => AspectRatio.Parse(text),
        IList { Count: 2 } pair => Pair(pair),
        object other => throw new FormatException($"'{other}' is not an aspect ratio; write '1:0.5', or pairs such as (1, 0.5), (0.5, 1)."),
    };

    private static AspectRatio Pair(IList pair) =>
        new(LanguagePrimitives.ConvertTo<double>(pair[0]), LanguagePrimitives.ConvertTo<double>(pair[1]));

    private static bool IsFlatPair(IList list) =>
        list.Count == 2 && list.Cast<object>().All(item => Plain(item) is int or long or double or float or decimal);

    private static object Plain(object value) => value is PSObject wrapped ? wrapped.BaseObject : value;
}
