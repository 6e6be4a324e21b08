using System.Collections;
using System.Management.Automation;
using ArcLearn.Core.Inference;
using ArcLearn.Core.Vectors;

namespace ArcLearn.Commands;

/// <summary>A cmdlet that runs a model over rasters, or reckons what that would take.</summary>
public abstract class InferenceCmdlet : LearnCmdlet
{
    private readonly List<string> _rasters = [];
    private InferenceContext? _context;

    /// <summary>Rasters: text is a path with wildcards, a file object is taken literally. Each gives one output.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [Alias("input_raster")]
    public object[] InputRaster { get; set; } = [];

    /// <summary>Makes one raster of all files: their bands in the order given. They must cover the same cells.</summary>
    [Parameter]
    public SwitchParameter StackBands { get; set; }

    /// <summary>A model in hand, an installed model or its name, a definition, or the path of a .emd, .dlpk, .onnx or model folder.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    [ValidateNotNull]
    [ArgumentCompleter(typeof(InstalledModelCompleter))]
    public object Model { get; set; } = null!;

    /// <summary>Settings of the run: @{ extent = xmin, ymin, xmax, ymax; cellSize = 0.5; outSR = 32618; snapRaster = 'grid.tif';
    /// parallelProcessingFactor = '80%'; processorType = 'CPU' }.</summary>
    [Parameter]
    [SettingsTransformation(typeof(ContextSettings))]
    public ContextSettings? Context { get; set; }

    /// <summary>Polygons, as a layer of any kind that is read here (GeoJSON, GeoPackage, Shapefile, a table of PostGIS): objects count whose centre lies
    /// within them, pixels outside become nodata, and what they do not touch is not read.</summary>
    [Parameter]
    [ValidateNotNull]
    [Alias("input_mask_polygons")]
    public object? InputMaskPolygons { get; set; }

    /// <summary>The bands of the raster that the model reads, from 1, in the order in which it was trained on them; left out: those that its definition names (ExtractBands), mostly the first ones.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ValidateRange(1, int.MaxValue)]
    public int[]? Band { get; set; }

    /// <summary>Searches a raster that is not what the model was trained on: SampleType, CellSize or both. A warning tells what differs.</summary>
    [Parameter]
    [ValidateNotNull]
    public ModelMismatch[] AllowMismatch { get; set; } = [];

    /// <summary>What the network computes in: Float32, or BFloat16, about twice as fast where the processor has instructions for it. It changes the
    /// results a little: scores by about a hundredth.</summary>
    [Parameter]
    public LearnPrecision Precision { get; set; }

    /// <summary>Memory that the run may take, such as 2GB, beside what libtorch and the model's weights take once (about 0.45 GB). Where it is near, fewer batches
    /// are in flight, then fewer decoded blocks are kept, then fewer models run at a time; the result is the same. Left out: six tenths of what is free.</summary>
    [Parameter]
    [ValidateRange(1L << 20, long.MaxValue)]
    public long? MemoryLimit { get; set; }

    /// <summary>Does one part of the run only, such as 2/5, for Merge-LearnShard.</summary>
    [Parameter]
    public ShardNumber? Shard { get; set; }

    /// <summary>The cmdlet's -ModelArguments, whose type names what its models take.</summary>
    private protected abstract SettingsTable? Settings { get; }

    /// <summary>The rasters that were found.</summary>
    private protected IReadOnlyList<string> Rasters => _rasters;

    /// <summary>The model as it was given.</summary>
    private protected ModelSource Source { get; private set; } = null!;

    /// <inheritdoc/>
    protected override void BeginProcessing() => Source = new ModelSource(Model, SessionState.Path.GetUnresolvedProviderPathFromPSPath);

    /// <inheritdoc/>
    protected override void ProcessRecord() => _rasters.AddRange(InputRaster.SelectMany(ResolveItem));

    /// <summary>A run for each raster, or for the stack of them; none where a path that was given is not there, which has been told.</summary>
    /// <param name="create">Makes it of the raster with what only the derived cmdlet knows.</param>
    private protected RunRequest[] Requests(Func<string, RunRequest> create)
    {
        InferenceContext context = InferenceContext.Parse(Table.From(Context, nameof(Context)));
        if (!TryResolveOptional(context.SnapRaster, out string? snapRaster) || !TryResolveLayer(InputMaskPolygons, null, out IReadOnlyList<LayerSource> mask))
        {
            return [];
        }

        _context = context with { SnapRaster = snapRaster };
        IDictionary arguments = Table.From(Settings, "ModelArguments");
        IReadOnlyList<int>? bands = Band is null ? Source.OtherBands() : [.. Band.Select(band => band - 1)];
        return [.. (StackBands ? _rasters.Take(1) : _rasters).Select(raster => create(raster) with
        {
            Stack = StackBands ? _rasters : [],
            ModelArguments = arguments,
            Context = _context,
            MaskPolygons = mask,
            Bands = bands,
            AllowMismatch = AllowMismatch,
            Precision = Precision,
            Shard = Shard,
            MemoryLimit = MemoryLimit,
        })];
    }

    /// <summary>Opens the model, where there is something to do, and does it raster by raster: an error of one leaves the others.</summary>
    /// <param name="open">Opens it for a device.</param>
    private protected void UseModel(IReadOnlyList<RunRequest> requests, Func<LearnDevice, IRunModel> open, Action<RunRequest, IRunModel> work)
    {
        if (requests.Count == 0)
        {
            return;
        }

        IRunModel model = open(_context?.ProcessorType switch { "GPU" => LearnDevice.Cuda, "CPU" => LearnDevice.Cpu, _ => LearnDevice.Auto });
        Lazy<string> fingerprint = new(() => model.Fingerprint(StopToken));
        try
        {
            foreach (RunRequest request in requests)
            {
                Attempt(request.Raster, () => work(request with { Fingerprint = fingerprint }, model));
            }
        }
        finally
        {
            if (!Source.IsInHand)
            {
                model.Dispose();
            }
        }
    }
}
