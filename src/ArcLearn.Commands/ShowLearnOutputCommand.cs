using System.Management.Automation;
using ArcLearn.Core.Drawing;
using ArcLearn.Core.Vectors;

namespace ArcLearn.Commands;

/// <summary>Draws a detection layer over its raster, with a legend, as a PNG picture.</summary>
/// <example>
/// <code>Invoke-DetectObjects -InputRaster other.tif -Model trees | Show-LearnOutput -Path trees.png</code>
/// <para>Finds the objects and draws them.</para>
/// </example>
[Cmdlet(VerbsCommon.Show, "LearnOutput", SupportsShouldProcess = true, DefaultParameterSetName = "Item")]
[OutputType(typeof(PictureItem))]
public sealed class ShowLearnOutputCommand : LearnCmdlet
{
    /// <summary>What Invoke-DetectObjects wrote.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = "Item")]
    [ValidateNotNull]
    public FeatureLayerItem InputObject { get; set; } = null!;

    /// <summary>A detection layer as a file, or a table as postgresql://user@host/database?table=schema.table.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Layer")]
    [ValidateNotNullOrEmpty]
    public string LayerPath { get; set; } = "";

    /// <summary>The layer to draw of a GeoPackage that holds several; left out: the first.</summary>
    [Parameter(ParameterSetName = "Layer")]
    [ValidateNotNullOrEmpty]
    public string? LayerName { get; set; }

    /// <summary>The raster beneath; left out with an input object: the raster that was searched.</summary>
    [Parameter]
    public string? Raster { get; set; }

    /// <summary>The PNG file; left out: the layer's name with .png, in the current location.</summary>
    [Parameter(Position = 0)]
    [ValidateNotNullOrEmpty]
    public string? Path { get; set; }

    /// <summary>The longer side of the picture at most, in pixels.</summary>
    [Parameter]
    [ValidateRange(64, 16384)]
    public int MaximumSize { get; set; } = 2048;

    /// <summary>Replaces a picture that exists.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        bool isItem = ParameterSetName == "Item";
        string? raster = isItem ? InputObject.SourcePath : null;
        if ((isItem ? [new LayerSource(InputObject.Path)] : ResolveLayer(LayerPath, LayerName)) is not [LayerSource layer, ..])
        {
            return;
        }

        if (!TryResolveOptional(Raster, out string? beneath))
        {
            return;
        }

        Attempt(layer.Path, () =>
        {
            string name = PostGisAddress.IsAddress(layer.Path)
                ? PostGisAddress.Parse(layer.Path, nameof(LayerPath)).Table
                : System.IO.Path.GetFileNameWithoutExtension(layer.Path);
            string picture = ResolveOutput(Path ?? name + ".png");
            if (ShouldProcess(picture, $"Draw {layer.Path}"))
            {
                Attempt(picture, () => WriteObject(DetectionMap.Draw(
                    layer.Path,
                    beneath ?? raster,
                    picture,
                    new DetectionMapOptions { LayerName = layer.Layer, MaxSide = MaximumSize, Force = Force },
                    cancel: StopToken)));
            }
        });
    }
}
