using System.Management.Automation;
using ArcLearn.Core.Packaging;

namespace ArcLearn.Commands;

/// <summary>Reads a model definition, from a file or from JSON, for the cmdlets that take a model.</summary>
/// <remarks>
/// <para>Definitions of any age and origin are read: those of arcgis.learn and ArcGIS Pro, templates of exported training data, both spellings of the classes. A definition need not be one of a model that can be
/// used here, nor have its weights: Get-LearnModelInfo tells. The definition's own text stays in the property Json.</para>
/// </remarks>
/// <example>
/// <code>New-LearnModel -Path models/trees/trees.emd</code>
/// <para>What the definition says of its model.</para>
/// </example>
/// <example>
/// <code>$model = New-LearnModel -Json @{ ModelConfiguration = '_unet'; ModelFile = 'fields.pth'; ImageWidth = 256; ImageHeight = 256; Classes = @(@{ Value = 1; Name = 'field' }) }
/// Invoke-ClassifyPixels area.tif $model</code>
/// <para>A definition as a table; fields.pth lies in the current location.</para>
/// </example>
[Cmdlet(VerbsCommon.New, "LearnModel", DefaultParameterSetName = PathSet)]
[OutputType(typeof(ModelDefinition))]
public sealed class NewLearnModelCommand : PathCmdlet
{
    private const string JsonSet = "Json";

    /// <summary>The definition: JSON as text, also by lines, or a table of its keys. A relative ModelFile starts from the current location.</summary>
    [Parameter(Mandatory = true, ParameterSetName = JsonSet)]
    [ValidateNotNullOrEmpty]
    public object Json { get; set; } = null!;

    /// <summary>The model's name; left out: that of its file of weights.</summary>
    [Parameter(ParameterSetName = JsonSet)]
    [ValidateNotNullOrEmpty]
    public string? Name { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (ParameterSetName == JsonSet)
        {
            Attempt(Json, () => WriteObject(ModelDescription.FromJson(JsonText.From(Json, out bool hasLines), hasLines, Name, ResolveOutput("."))));
            return;
        }

        foreach (string path in ResolvePaths())
        {
            Attempt(path, () => WriteObject(ModelDescription.FromPath(path)));
        }
    }
}
