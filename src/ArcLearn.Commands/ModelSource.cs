using System.Management.Automation;
using ArcLearn.Core.Inference;
using ArcLearn.Core.Models;
using ArcLearn.Core.Packaging;

namespace ArcLearn.Commands;

/// <summary>What a user gives as -Model: a model in hand, an installed one or its name, a definition, or the path of a saved one.</summary>
/// <param name="model">As it was bound.</param>
/// <param name="resolve">From a path of the session to one of the file system.</param>
internal sealed partial class ModelSource(object model, Func<string, string> resolve)
{
    private readonly object _model = model is PSObject wrapped ? wrapped.BaseObject : model;

    public string Name => _model switch
    {
        LearnModel inHand => inHand.Name,
        InstalledModel installed => installed.Name,
        ModelDefinition definition => definition.Name,
        _ => System.IO.Path.GetFileNameWithoutExtension(System.IO.Path.TrimEndingDirectorySeparator(Text)),
    };

    /// <summary>Whether <see cref="OpenAs"/> gives the user's own model, which is not to be disposed.</summary>
    public bool IsInHand => _model is LearnModel;

    private string Text => LanguagePrimitives.ConvertTo<string>(_model);

    /// <summary>What a model is, without its weights: needs no libtorch.</summary>
    /// <typeparam name="T">The definition of the kind that is needed, or of any. (A constraint to a type of Core would load it with this assembly's types.)</typeparam>
    /// <param name="needed">That kind's name.</param>
    /// <exception cref="LearnDataException">It is of another kind (ModelType).</exception>
    /// <exception cref="ModelNotFoundException">None of that name is installed.</exception>
    public T DescribeAs<T>(string needed)
        where T : class
    {
        NetworkDefinition found = _model is LearnModel inHand ? Inside.Engine(inHand).Definition : Use(SavedModel.Read);
        return SavedModel.Require<T>(found, found.Kind, needed, Name);
    }

    /// <inheritdoc cref="DescribeAs"/>
    public T OpenAs<T>(string needed, LearnDevice device, CancellationToken cancel)
        where T : class
    {
        if (_model is LearnModel inHand)
        {
            return SavedModel.Require<T>(inHand.Engine, inHand.GetType().Name, needed, Name);
        }

        ModelEngine opened = Use(package => SavedModel.Open(package, null, device, cancel));
        try
        {
            return SavedModel.Require<T>(opened, opened.Definition.Kind, needed, Name);
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    /// <summary>The bands that its definition names, from 0; null where they are the first ones.</summary>
    public IReadOnlyList<int>? OtherBands()
    {
        IReadOnlyList<int> bands = DescribeAs<NetworkDefinition>("").ExtractBands;
        return bands.Select((band, i) => band == i).All(isUsual => isUsual) ? null : bands;
    }

    /// <summary>What a model needs, whether it can be used, and what its inference takes; its weights need not be there.</summary>
    public LearnModelInfo Info(CancellationToken cancel) => _model is LearnModel inHand
        ? ModelDescription.Info(Inside.Engine(inHand).Definition.ToFile(), Name, "", reason: "")
        : Look((package, path) => ModelDescription.Info(package, Name, path, cancel));

    /// <summary>What its inference takes, as soon as that can be told.</summary>
    public IReadOnlyList<ModelArgument> Arguments() => _model is LearnModel inHand
        ? InferenceArguments.Of(Inside.Engine(inHand).Definition.ToFile())
        : Look((package, _) => ModelDescription.Arguments(package));

    /// <summary>Looks at a definition, whose weights may be missing, and at where it lies.</summary>
    private T Look<T>(Func<ModelPackageReader, string, T> work)
    {
        switch (_model)
        {
            case InstalledModel installed:
                return ModelStore.Open().Use(installed, package => work(package, installed.Path));
            case ModelDefinition definition:
                using (ModelPackageReader package = definition.Path is string path ? ModelPackageReader.OpenDefinition(path) : ModelPackageReader.Open(definition))
                {
                    return work(package, definition.Path ?? "");
                }

            case object when ModelStore.IsPath(Text):
                string saved = resolve(Text);
                using (ModelPackageReader package = ModelPackageReader.OpenDefinition(saved))
                {
                    return work(package, saved);
                }

            default:
                return ModelStore.Open().Use(Text, package => work(package, package.Path));
        }
    }

    private T Use<T>(Func<ModelPackageReader, T> work)
    {
        switch (_model)
        {
            case InstalledModel installed:
                return ModelStore.Open().Use(installed, work);
            case ModelDefinition definition:
                using (ModelPackageReader package = ModelPackageReader.Open(definition))
                {
                    return work(package);
                }

            case object when ModelStore.IsPath(Text):
                using (ModelPackageReader package = ModelPackageReader.Open(resolve(Text)))
                {
                    return work(package);
                }

            default:
                return ModelStore.Open().Use(Text, work);
        }
    }
}
