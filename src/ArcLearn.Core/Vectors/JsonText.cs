using System.Text.Json;

namespace ArcLearn.Core.Vectors;

/// <summary>Strings out of JSON that strangers wrote.</summary>
internal static class JsonText
{
    /// <summary>The string, or null where the element is none or holds half a surrogate pair, for which .NET throws.</summary>
    public static string? AsText(this JsonElement element)
    {
        try
        {
            return element.ValueKind == JsonValueKind.String ? element.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
