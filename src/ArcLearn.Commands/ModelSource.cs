using System.Management.Automation;
using ArcLearn.Core.Models;
using ArcLearn.Core.Packaging;

namespace ArcLearn.Commands;

/// <summary>What a user gives as -Model: a model in hand, an installed one or its name, or the path of a saved one.</summary>
/// <param name="model">As it was bound.</param>
/// <param name="resolve">From a path of the session to one of the file system.</param>
internal sealed class ModelSource(object model, Func<string, string> resolve)
{
    private readonly object _model = model is PSObject wrapped ? wrapped.BaseObject : model;

    public string Name => _model switch
    {
        LearnModel inHand => inHand.Name,
        InstalledModel installed => installed.Name,
        _ => System.IO.Path.GetFileNameWithoutExtension(System.IO.Path.TrimEndingDirectorySeparator(Text)),
    };

    /// <summary>Whether <see cref="Open"/> gives the user's own model, which is not to be disposed.</summary>
    public bool IsInHand => _model is LearnModel;

    private string Text => LanguagePrimitives.ConvertTo<string>(_model);

    /// <summary>What it is, without its weights: needs no libtorch.</summary>
    /// <exception cref="LearnDataException">It is no detector (ModelType).</exception>
    /// <exception cref="ModelNotFoundException">None of that name is installed.</exception>
    public SsdDefinition Describe() => _model is LearnModel inHand ? Inside.Detector(inHand).Definition : SsdEngine.Describe(Saved());

    /// <inheritdoc cref="Describe"/>
    public SsdEngine Open(LearnDevice device, CancellationToken cancel) =>
        _model is LearnModel inHand ? Inside.Detector(inHand) : SsdEngine.Open(Saved(), null, device, cancel);

    private string Saved() => _model is InstalledModel installed
        ? installed.EmdPath
        : ModelStore.IsPath(Text) ? resolve(Text) : ModelStore.Open().Resolve(Text);
}
