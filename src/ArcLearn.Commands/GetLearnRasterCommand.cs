using System.Management.Automation;
using ArcLearn.Core.Rasters;

namespace ArcLearn.Commands;

/// <summary>Describes rasters as the other cmdlets read them: size, bands, sample type, reference system, cell size, nodata, blocks, overviews, and what makes reading slow.</summary>
/// <remarks>
/// <para>Only headers are read. TIFF and GeoTIFF, PNG, JPEG and BMP with a world file, and virtual rasters (VRT) are known; a folder is one mosaic of
/// its raster files. With -StackBands all files given are the bands of one raster, in the order given.</para>
/// </remarks>
/// <example>
/// <code>(Get-LearnRaster *.tif).Slow</code>
/// <para>Why rasters of a folder are slow to read, and which command helps.</para>
/// </example>
/// <example>
/// <code>Get-LearnRaster B04.tif, B03.tif, B02.tif -StackBands</code>
/// <para>Single-band files as one raster of many bands.</para>
/// </example>
[Cmdlet(VerbsCommon.Get, "LearnRaster", DefaultParameterSetName = PathSet)]
[OutputType(typeof(LearnRasterInfo))]
public sealed class GetLearnRasterCommand : PathCmdlet
{
    private readonly List<string> _stack = [];

    /// <summary>Makes one raster of all files: their bands in the order given. They must cover the same cells.</summary>
    [Parameter]
    public SwitchParameter StackBands { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (string path in ResolvePaths())
        {
            if (StackBands)
            {
                _stack.Add(path);
            }
            else
            {
                Attempt(path, () => WriteObject(RasterDescription.Describe(path)));
            }
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (_stack.Count > 0)
        {
            Attempt(_stack[0], () => WriteObject(RasterDescription.DescribeStack(_stack)));
        }
    }
}
