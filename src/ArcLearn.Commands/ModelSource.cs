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

    /// <exception cref="LearnDataException">It is no detector (ModelType).</exception>
    /// <exception cref="ModelNotFoundException">None of that name is installed.</exception>
    public SsdEngine Open(LearnDevice device, CancellationToken cancel) => _model switch
    {
        LearnModel inHand => Inside.Detector(inHand),
        InstalledModel installed => SsdEngine.Open(installed.EmdPath, null, device, cancel),
        _ => SsdEngine.Open(ModelStore.IsPath(Text) ? resolve(Text) : ModelStore.Open().Resolve(Text), null, device, cancel),
    };
}
