using System.Management.Automation;
using ArcLearn.Core.Drawing;

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

    /// <summary>A detection layer as a file.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Layer")]
    [ValidateNotNullOrEmpty]
    public string LayerPath { get; set; } = "";

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
        string layer;
        string? raster = null;
        if (ParameterSetName == "Item")
        {
            layer = InputObject.Path;
            raster = InputObject.SourcePath;
        }
        else if (TryResolveOptional(LayerPath, out string? found))
        {
            layer = found!;
        }
        else
        {
            return;
        }

        if (!TryResolveOptional(Raster, out string? beneath))
        {
            return;
        }

        string picture = ResolveOutput(Path ?? System.IO.Path.GetFileNameWithoutExtension(layer) + ".png");
        if (ShouldProcess(picture, $"Draw {layer}"))
        {
            Attempt(picture, () => WriteObject(DetectionMap.Draw(
                layer, beneath ?? raster, picture, new DetectionMapOptions { MaxSide = MaximumSize, Force = Force }, cancel: StopToken)));
        }
    }
}
