using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using ArcLearn.Core.Formats;
using ArcLearn.Core.Inference;
using ArcLearn.Core.Models;
using ArcLearn.Core.Packaging;

namespace ArcLearn.Commands;

/// <summary>Completes from a list of names; quoted where a name needs it.</summary>
public abstract class NameCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        WildcardPattern pattern = WildcardPattern.Get(wordToComplete.Trim('\'', '"') + "*", WildcardOptions.IgnoreCase);
        foreach (string name in Names().Where(pattern.IsMatch))
        {
            string text = name.Any(c => char.IsWhiteSpace(c) || c is '\'' or '"' or '$' or '(' or ';')
                ? $"'{CodeGeneration.EscapeSingleQuotedStringContent(name)}'"
                : name;
            yield return new CompletionResult(text, name, CompletionResultType.ParameterValue, name);
        }
    }

    private protected abstract IEnumerable<string> Names();
}

/// <summary>Completes the backbones that a detector can stand on.</summary>
public sealed class BackboneCompleter : NameCompleter
{
    private protected override IEnumerable<string> Names() => Backbones.Names;
}

/// <summary>Completes the backbones that a U-Net can stand on.</summary>
public sealed class UnetBackboneCompleter : NameCompleter
{
    private protected override IEnumerable<string> Names() => Backbones.UnetNames;
}

/// <summary>Completes the backbones that an image classifier can stand on.</summary>
public sealed class ClassifierBackboneCompleter : NameCompleter
{
    private protected override IEnumerable<string> Names() => Backbones.ClassifierNames;
}

/// <summary>Completes the formats of training folders.</summary>
public sealed class MetadataFormatCompleter : NameCompleter
{
    private protected override IEnumerable<string> Names() => MetadataFormats.All;
}

/// <summary>Completes the models in the store.</summary>
public sealed class InstalledModelCompleter : NameCompleter
{
    private protected override IEnumerable<string> Names() => ModelStore.Open().Get(null, null, _ => { }).Select(m => m.Name);
}

/// <summary>Completes the settings of a model's inference as tables: of all of them with their defaults, and of each.</summary>
public sealed class ModelArgumentsCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        WildcardPattern pattern = WildcardPattern.Get(wordToComplete.TrimStart('@', '{', ' ') + "*", WildcardOptions.IgnoreCase);
        ModelArgument[] arguments = [.. Arguments(commandName, fakeBoundParameters["Model"])];
        if (wordToComplete.Length == 0 && arguments.Length > 1)
        {
            yield return Result(string.Join("; ", arguments.Select(Setting)), "(all)", "All arguments with their defaults.");
        }

        foreach (ModelArgument argument in arguments.Where(argument => pattern.IsMatch(argument.Name)))
        {
            yield return Result(Setting(argument), argument.Name, $"{argument.Type}: {argument.Meaning}");
        }
    }

    private static CompletionResult Result(string settings, string name, string toolTip) => new($"@{{ {settings} }}", name, CompletionResultType.ParameterValue, toolTip);

    private static string Setting(ModelArgument argument) => argument.Default is bool flag
        ? $"{argument.Name} = ${(flag ? "true" : "false")}"
        : FormattableString.Invariant($"{argument.Name} = {argument.Default ?? argument.Minimum}");

    /// <summary>The model's own where it is known while one types, else those of the cmdlet.</summary>
    private static IEnumerable<ModelArgument> Arguments(string command, object? model)
    {
        if (model is not null)
        {
            try
            {
                return new ModelSource(model, Path.GetFullPath).Arguments();
            }
            catch (Exception e) when (LearnError.TryDescribe(e, model, out _))
            {
                // Completion is no place to fail: the model may be half typed.
            }
        }

        string type = Ends("ClassifyPixels") ? ModelDefinitionFile.PixelModelType : Ends("ClassifyFeatures") ? ModelDefinitionFile.ClassifierModelType : ModelDefinitionFile.DetectorModelType;
        return InferenceArguments.Of(new ModelDefinitionFile { ModelType = type });

        bool Ends(string noun) => command.EndsWith(noun, StringComparison.OrdinalIgnoreCase);
    }
}

/// <summary>Completes the intersections over union that average precision is usually given at.</summary>
public sealed class IouThresholdCompleter : NameCompleter
{
    private protected override IEnumerable<string> Names() => ["0.1", "0.3", "0.4", "0.5", "0.75", "0.9"];
}
