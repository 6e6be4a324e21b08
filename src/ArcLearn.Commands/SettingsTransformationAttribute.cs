using System.Collections;
using System.Management.Automation;

namespace ArcLearn.Commands;

/// <summary>Takes any table as the one whose type names the settings. Names and values are checked by what takes them.</summary>
/// <param name="table">A <see cref="SettingsTable"/> that can be made.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SettingsTransformationAttribute(Type table) : ArgumentTransformationAttribute
{
    /// <summary>What is made.</summary>
    public Type Table => table;

    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData)
    {
        switch (inputData is PSObject wrapped ? wrapped.BaseObject : inputData)
        {
            case null:
                return null;
            case object known when table.IsInstanceOfType(known):
                return known;
            case IDictionary pairs:
                IDictionary settings = (IDictionary)Activator.CreateInstance(table)!;
                foreach (DictionaryEntry pair in pairs)
                {
                    settings[LanguagePrimitives.ConvertTo<string>(pair.Key)] = pair.Value;
                }

                return settings;
            case object other:
                throw new ArgumentTransformationMetadataException($"A table such as @{{ name = value }} belongs here; found {other.GetType().Name}.");
        }
    }
}
