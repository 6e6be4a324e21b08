using System.Management.Automation;
using ArcLearn.Core.Drawing;
using ArcLearn.Core.Vectors;

namespace ArcLearn.Commands;

/// <summary>Draws a detection layer over its raster, or a classified raster in the colours of its classes, with a legend, as a PNG picture.</summary>
/// <remarks>
/// <para>Layers come as Invoke-DetectObjects writes them, as file objects, or as paths. Only features on the raster are drawn and counted; a
/// layer that lies wholly outside it is an error. A classified raster is what Invoke-ClassifyPixels wrote, or any TIFF with a table of its values.</para>
/// </remarks>
/// <example>
/// <code>Invoke-DetectObjects -InputRaster other.tif -Model trees | Show-LearnOutput -Path trees.png</code>
/// <para>Finds the objects and draws them.</para>
/// </example>
/// <example>
/// <code>Show-LearnOutput -InputObject results/*.gpkg -Raster city.tif -Path pictures/</code>
/// <para>Draws each layer over the same raster, into a folder.</para>
/// </example>
/// <example>
/// <code>Invoke-ClassifyPixels -InputRaster landsat.tif -Model landcover | Show-LearnOutput -Path landcover.png</code>
/// <para>Classifies and draws the map with the names of its classes and their shares.</para>
/// </example>
[Cmdlet(VerbsCommon.Show, "LearnOutput", SupportsShouldProcess = true)]
[OutputType(typeof(PictureItem))]
public sealed class ShowLearnOutputCommand : LearnCmdlet
{
    private readonly HashSet<string> _pictures = new(StringComparer.Ordinal);

    /// <summary>Outputs: what Invoke-DetectObjects or Invoke-ClassifyPixels wrote, a file object, or a path with wildcards.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [Alias("LayerPath")]
    public object[] InputObject { get; set; } = [];

    /// <summary>The layer to draw of a GeoPackage that holds several; left out: the first, or the one that the input object names.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? LayerName { get; set; }

    /// <summary>The raster beneath a layer; left out, the raster that was searched, where the input object tells it.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Raster { get; set; }

    /// <summary>The PNG file. A folder (with a separator at its end) or a script block names one for each layer ($_).
    /// Left out: the layer's name with .png, in the current location.</summary>
    [Parameter(Position = 0)]
    [ValidateNotNullOrEmpty]
    public object? Path { get; set; }

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
        if (!TryResolveOptional(Raster, out string? beneath))
        {
            return;
        }

        foreach (object input in InputObject)
        {
            string? searched = ((input as PSObject)?.BaseObject ?? input) is FeatureLayerItem item ? item.SourcePath : null;
            foreach (LayerSource layer in ResolveLayer(input, LayerName))
            {
                Attempt(layer.Path, () => Draw(layer, beneath ?? searched));
            }
        }
    }

    private void Draw(LayerSource layer, string? raster)
    {
        string name = PostGisAddress.IsAddress(layer.Path)
            ? PostGisAddress.Parse(layer.Path, nameof(InputObject)).Table
            : System.IO.Path.GetFileNameWithoutExtension(layer.Path);
        string picture = ResolveOutput(Path, name + ".png", layer.Path, out bool isInFolder);
        if (!_pictures.Add(picture))
        {
            throw new LearnArgumentException(
                nameof(Path),
                $"A second layer, {layer.Path}, would be drawn to {picture}; give -Path a folder (ending in a separator) or a script block.",
                LearnArgumentException.ParameterMix);
        }

        DetectionMapOptions options = new()
        {
            LayerName = layer.Layer,
            MaxSide = MaximumSize,
            Force = Force,
            MakeFolder = isInFolder,
            Confirm = () => ShouldProcess(picture, $"Draw {layer.Path}"),
            Inform = WriteVerbose,
        };
        if (!RasterOutputs.IsRaster(layer.Path))
        {
            WriteIfAny(DetectionMap.Draw(layer.Path, raster, picture, options, cancel: StopToken));
            return;
        }

        if (Raster is not null)
        {
            WarnOnce("-Raster is drawn beneath layers only: a classified raster covers what would lie there.");
        }

        WriteIfAny(ClassifiedMap.Draw(layer.Path, picture, options, cancel: StopToken));
    }
}
