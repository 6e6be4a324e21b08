using ArcLearn.Core.Runtime;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ArcLearn.Core.Models;

/// <summary>
/// A U-Net (Ronneberger et al. 2015) above a backbone, as fastai 1's DynamicUnet builds it: <c>[N, bands, S, S]</c> normalised samples in,
/// <c>[N, 1 + classes, S, S]</c> scores before the softmax out, background first. Keys of its state are those of arcgis.learn.
/// </summary>
internal sealed class UnetNetwork : LearnNetwork<Tensor>
{
    private readonly HashSet<nn.Module> _taps;
    private readonly Module[] _top;

    private UnetNetwork(UnetOptions options, Backbone backbone)
        : base(nameof(UnetNetwork), backbone, backbone.Build(options.Bands), "layers.0.")
    {
        Options = options;
        Module[] children = [.. backbone.Layers(Body).children()];
        _taps = [.. backbone.Taps.Select(tap => children[tap.Layer])];
        List<(string Name, Module Module)> layers = [("0", Body)];
        int index = 0;

        BottomNorm = Add(Norm.Of(backbone.Channels));
        index++;                                            // the ReLU has no state, but a number
        Middle = [new UnetConvolution(backbone.Channels, 2 * backbone.Channels), new UnetConvolution(2 * backbone.Channels, backbone.Channels)];
        Add(Sequential([.. Middle.Select((layer, i) => ($"{i}", (Module<Tensor, Tensor>)layer))]));

        int channels = backbone.Channels;
        List<UnetBlock> blocks = [];
        foreach ((BackboneTap tap, int place) in backbone.Taps.Reverse().Select((tap, place) => (tap, place)))
        {
            blocks.Add(Add(new UnetBlock(channels, tap.Channels, isLast: place == backbone.Taps.Count - 1)));
            channels = blocks[^1].Output;
        }

        Blocks = blocks;

        // fastai gives the resize to the chip's side a number where what the shuffle makes of the last map has another side, even if no shuffle is built.
        int side = backbone.Taps[0].Side(options.ChipSize);
        LastShuffle = side == options.ChipSize ? null : Add(new UnetShuffle(channels, channels));
        index += UnetShuffle.Factor * side == options.ChipSize ? 1 : 2;     // the input laid beside the map has a number, too
        int all = channels + options.Bands;
        Residual = [new UnetConvolution(all, all / 2), new UnetConvolution(all / 2, all)];
        Add(new ModuleGroup(("layers", new ModuleGroup([.. Residual.Select((layer, i) => ($"{i}", (Module)layer))]))));
        Score = Add(new UnetConvolution(all, options.Classes + 1, kernel: 1, relu: false));

        _top = [.. layers.Skip(1).Select(layer => layer.Module)];
        register_module("layers", new ModuleGroup([.. layers]));

        T Add<T>(T module)
            where T : Module
        {
            layers.Add(($"{++index}", module));
            return module;
        }
    }

    public UnetOptions Options { get; }

    public override string Kind => $"a U-Net on {Backbone.Name} with {Options.Bands} bands, chips of {Options.ChipSize} pixels and {Options.Classes} classes";

    /// <summary>Behind the body.</summary>
    public BatchNorm BottomNorm { get; }

    /// <summary>Two convolutions at the body's side.</summary>
    public IReadOnlyList<UnetConvolution> Middle { get; }

    /// <summary>From the body's side up.</summary>
    public IReadOnlyList<UnetBlock> Blocks { get; }

    /// <summary>To the chip's side; null where the last block is there already.</summary>
    public UnetShuffle? LastShuffle { get; }

    /// <summary>Two convolutions over map and input, whose result is added to what goes in.</summary>
    public IReadOnlyList<UnetConvolution> Residual { get; }

    /// <summary>From channels to scores.</summary>
    public UnetConvolution Score { get; }

    protected override IReadOnlyList<Module> Top => _top;

    /// <summary>Builds a network on the CPU with first weights by seed.</summary>
    /// <exception cref="LearnArgumentException">Options that make no network.</exception>
    /// <exception cref="BackendMissingException">torch does not load.</exception>
    public static UnetNetwork Create(UnetOptions options, long seed = 0)
    {
        options.Validate();
        TorchRuntime.EnsureLoaded();

        // Registered weights are the network's own; what layers make on the way to them is not.
        using DisposeScope scope = NewDisposeScope();
        UnetNetwork network = new(options, Backbones.Get(options.Backbone));
        WeightInitializer.Initialize(network, seed);
        return network;
    }

    /// <summary>Channels that live at once in the widest place of a pass that frees maps as soon as they are used, in maps of the chip's side.</summary>
    public static double WidestChannels(UnetOptions options)
    {
        Backbone backbone = Backbones.Get(options.Backbone);
        double widest = 0;
        double skips = 0;
        int channels = backbone.Channels;
        foreach (BackboneTap tap in backbone.Taps)
        {
            skips += tap.Channels * Area(tap);
        }

        foreach (BackboneTap tap in backbone.Taps.Reverse())
        {
            channels = (channels / 2) + tap.Channels;
            widest = Math.Max(widest, skips + (2 * channels * Area(tap)));
            skips -= tap.Channels * Area(tap);
        }

        // The last block halves its channels; with the input beside them three maps of that width live at once.
        return Math.Max(widest, 3 * ((channels / 2) + options.Bands));

        double Area(BackboneTap tap) => Math.Pow((double)tap.Side(options.ChipSize) / options.ChipSize, 2);
    }

    public override Tensor forward(Tensor input)
    {
        RequireInput(input, Options.Bands, Options.ChipSize);
        using DisposeScope scope = NewDisposeScope();
        List<Tensor> skips = [];
        Tensor x = Encode(Body, input, skips);
        x = BottomNorm.call(x).relu_();
        foreach (UnetConvolution layer in Middle)
        {
            x = layer.call(x);
        }

        for (int i = 0; i < Blocks.Count; i++)
        {
            x = Blocks[i].call(x, skips[^(i + 1)]);
        }

        x = UnetBlock.Fit(LastShuffle?.call(x) ?? x, Options.ChipSize);
        Tensor all = cat([x, input.to(x.dtype)], dim: 1);
        Tensor residual = Residual[1].call(Residual[0].call(all));
        return Widen(Score.call(residual.Plus(all))).MoveToOuterDisposeScope();
    }

    /// <summary>A copy of the weights made ready for inference; later training does not change it.</summary>
    /// <param name="chipSize">Side of the chips that it takes; null for the network's own.</param>
    public PreparedUnet Prepare(LearnPrecision precision = LearnPrecision.Float32, int? chipSize = null)
    {
        using IDisposable use = Use(precision);
        return new(this, chipSize);
    }

    /// <summary>Where the blocks get their maps from, from the input on.</summary>
    internal bool IsTap(nn.Module layer) => _taps.Contains(layer);

    /// <summary>The body's answer; what its taps give goes into a list on the way.</summary>
    private Tensor Encode(Sequential layers, Tensor input, List<Tensor> skips)
    {
        Tensor x = input;
        foreach (Module layer in layers.children())
        {
            x = layer is Sequential inner && !_taps.Contains(layer) && _taps.Any(inner.children().Contains)
                ? Encode(inner, x, skips)
                : ((Module<Tensor, Tensor>)layer).call(x);
            if (_taps.Contains(layer))
            {
                skips.Add(x);
            }
        }

        return x;
    }
}
