using ArcLearn.Core.Models;
using ArcLearn.Core.Runtime;
using ArcLearn.Core.Training;
using ArcLearn.Tests.Unit.TestSupport;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ArcLearn.Tests.Unit.Models;

/// <summary>The convolution with the kernel's gradient of its own, against torch's in 64 bits.</summary>
[Collection(TorchTests.Name)]
public sealed class ConvolutionFunctionTests
{
    // Of plain sums, and of filtered squares.
    private const double Rounding = 2e-6;
    private const double FilteredRounding = 1e-5;

    // The sides are not multiples of anything, the channels cover both ways round of the tiles, full and ragged ones.
    [Theory]
    [InlineData(1, 1, 1, 1, 1, 3)]
    [InlineData(2, 3, 5, 7, 4, 3)]
    [InlineData(3, 49, 99, 5, 9, 3)]
    [InlineData(2, 99, 49, 33, 6, 3)]
    [InlineData(2, 7, 9, 12, 10, 3)]
    [InlineData(2, 9, 18, 3, 2, 3)]
    [InlineData(1, 6, 16, 1, 300, 3)]
    [InlineData(4, 16, 6, 2, 2, 3)]
    [InlineData(2, 17, 7, 8, 8, 1)]
    [InlineData(2, 4, 20, 11, 13, 5)]
    [InlineData(5, 33, 12, 3, 1, 7)]
    public void Value_and_gradients_equal_torchs(int images, int inputs, int outputs, int height, int width, int kernel) =>
        Compare(images, inputs, outputs, height, width, kernel, Rounding);

    // Squares that reach beyond the map, channels that fill no register, groups of outputs, and more threads than there are groups.
    [Theory]
    [InlineData(1, 8, 8, 4, 3)]
    [InlineData(40, 34, 33, 8, 7)]
    [InlineData(3, 9, 17, 8, 11)]
    [InlineData(2, 49, 99, 33, 9)]
    [InlineData(2, 99, 49, 12, 40)]
    [InlineData(1, 330, 70, 7, 8)]
    [InlineData(2, 70, 330, 16, 9)]
    [InlineData(1, 520, 520, 9, 7)]
    public void Filtered_squares_equal_torchs(int images, int inputs, int outputs, int height, int width) =>
        Compare(images, inputs, outputs, height, width, 3, FilteredRounding);

    // What a chip gives must not depend on how a raster was split, nor on the machine's threads.
    [Theory]
    [InlineData(24, 40, 13)]
    [InlineData(330, 300, 9)]
    public void Filtered_squares_have_the_same_bits_in_any_batch_and_on_any_threads(int inputs, int outputs, int side)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        using Generator generator = new(3);
        Tensor images = randn([5, inputs, side, side], generator: generator);
        Tensor weight = randn([outputs, inputs, 3, 3], generator: generator);
        Tensor bias = randn([outputs], generator: generator);
        float[] Convolved(Tensor input, Tensor kernel, bool relu = false) =>
            ConvolutionFunction.Convolve(input, kernel, bias, [1, 1], [1, 1], 1, relu).contiguous().data<float>().ToArray();
        set_num_threads(1);
        try
        {
            Assert.True(ChannelsLastConvolution.Takes(images, weight, bias));
            float[] all = Convolved(images, weight);
            int length = all.Length / 5;
            Assert.Equal(all[(3 * length)..(4 * length)], Convolved(images[3].unsqueeze(0), weight));
            Assert.Equal(all, Convolved(FusedConvolution.ChannelsLast(images), FusedConvolution.ChannelsLast(weight)));
            Assert.Equal(all.Select(number => Math.Max(number, 0)), Convolved(images, weight, relu: true));
            foreach (int threads in new[] { 2, 3, 7, 16 })
            {
                set_num_threads(threads);
                Assert.Equal(all, Convolved(images, weight));
            }
        }
        finally
        {
            set_num_threads(IntraOpThreads.Default);
        }
    }

    [Fact]
    public void Only_what_learns_gets_a_gradient()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor[] Gradients(params bool[] learns)
        {
            using Generator generator = new(2);
            Tensor[] own = [.. new long[][] { [2, 9, 8, 9], [17, 9, 3, 3], [17] }.Select((shape, i) => randn(shape, generator: generator).requires_grad_(learns[i]))];
            Tensor value = ConvolutionFunction.Convolve(own[0], own[1], own[2], [1, 1], [1, 1], 1);
            value.mul(value).sum().backward();
            ConvolutionFunction.ThrowIfFailed();
            return [.. own.Select(tensor => tensor.grad!)];
        }

        Tensor[] all = Gradients(true, true, true);
        Assert.DoesNotContain(null, all);
        for (int only = 0; only < 3; only++)
        {
            Tensor?[] found = Gradients(only == 0, only == 1, only == 2);
            for (int i = 0; i < 3; i++)
            {
                Assert.Equal(i == only ? all[i].contiguous().data<float>().ToArray() : null, found[i]?.contiguous().data<float>().ToArray());
            }
        }
    }

    [Fact]
    public void A_layer_without_bias_is_filtered_too()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor image = ones(1, 8, 4, 4);
        Tensor weight = ones(8, 8, 3, 3).requires_grad_();

        Tensor value = ConvolutionFunction.Convolve(image, weight, null, [1, 1], [1, 1], 1);
        value.sum().backward();

        ConvolutionFunction.ThrowIfFailed();
        Assert.True(ChannelsLastConvolution.Takes(image, weight, null));
        Assert.Equal(72, value[0, 5, 1, 2].item<float>(), 1e-4);
        Assert.Equal(32, value[0, 5, 0, 3].item<float>(), 1e-4);
        float[] corners = [9, 12, 9, 12, 16, 12, 9, 12, 9];
        Assert.All(weight.grad![7, 3].contiguous().data<float>().ToArray().Zip(corners), pair => Assert.Equal(pair.Second, pair.First, 1e-4));
    }

    // The door to memory that torch does not watch.
    [Fact]
    public void What_does_not_fit_together_is_torchs_error_and_no_images_give_none()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        Tensor weight = ones(8, 8, 3, 3);
        void Convolve(Tensor input, Tensor? bias) => ConvolutionFunction.Convolve(input, weight, bias, [1, 1], [1, 1], 1);

        Assert.ThrowsAny<Exception>(() => Convolve(ones(1, 16, 8, 8), null));
        Assert.ThrowsAny<Exception>(() => Convolve(ones(1, 8, 8, 8), ones(1)));
        Assert.ThrowsAny<Exception>(() => Convolve(ones(1, 8, 8, 8), ones(8, dtype: ScalarType.Float64)));
        Assert.Equal([0, 8, 8, 8], ConvolutionFunction.Convolve(ones(0, 8, 8, 8), weight, null, [1, 1], [1, 1], 1).shape);
    }

    // A thread's work space holds what the last layer left there.
    [Fact]
    public void What_is_no_number_passes_a_ReLU_and_leaves_nothing_behind()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        using IntraOpThreads threads = IntraOpThreads.One();
        using Generator generator = new(4);
        Tensor small = randn([1, 9, 7, 5], generator: generator);
        Tensor weight = randn([11, 9, 3, 3], generator: generator);
        float[] Small() => ConvolutionFunction.Convolve(small, weight, null, [1, 1], [1, 1], 1).contiguous().data<float>().ToArray();
        float[] before = Small();

        Tensor spoilt = ConvolutionFunction.Convolve(tensor(Enumerable.Repeat(float.NaN, 2 * 80 * 30 * 30).ToArray(), [2, 80, 30, 30]), ones(80, 80, 3, 3), null, [1, 1], [1, 1], 1, relu: true);

        Assert.True(spoilt.isnan().all().item<bool>());
        Assert.Equal(before, Small());
    }

    [Fact]
    public void Maps_of_bfloat16_give_what_those_of_32_bits_give_rounded()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        using Generator generator = new(6);
        Tensor image = randn([3, 34, 9, 14], generator: generator).to(ScalarType.BFloat16);
        Tensor weight = randn([41, 34, 3, 3], generator: generator);
        Tensor bias = randn([41], generator: generator);
        float[] Convolved(Tensor input) =>
            ConvolutionFunction.Convolve(input, weight, bias, [1, 1], [1, 1], 1, relu: true).to(ScalarType.BFloat16).to(ScalarType.Float32).contiguous().data<float>().ToArray();

        Assert.Equal(Convolved(image.to(ScalarType.Float32)), Convolved(image));
    }

    [Fact]
    public void Maps_of_bfloat16_are_read_and_rounded_and_no_more()
    {
        using DisposeScope scope = NewDisposeScope();
        using Generator generator = new(5);
        Tensor image = randn([2, 19, 13, 10], generator: generator).to(ScalarType.BFloat16);
        Tensor weight = randn([35, 19, 3, 3], generator: generator);
        Tensor bias = randn([35], generator: generator);
        Tensor upstream = randn([2, 35, 13, 10], generator: generator).to(ScalarType.BFloat16);
        Tensor[] exact = [.. new[] { image, weight, bias }.Select(t => t.to(ScalarType.Float64).requires_grad_())];
        Tensor value = nn.functional.conv2d(exact[0], exact[1], exact[2], padding: [1, 1]);
        value.backward([upstream.to(ScalarType.Float64)]);

        Tensor[] own = [.. new[] { image, weight, bias }.Select(t => t.detach().requires_grad_())];
        Tensor found = ConvolutionFunction.Convolve(own[0], own[1], own[2], [1, 1], [1, 1], 1);
        found.backward([upstream]);
        ConvolutionFunction.ThrowIfFailed();

        // Half of the last of eight bits, where numbers are rounded at all.
        const double Half = 1 / 256.0;
        Assert.Equal(ScalarType.BFloat16, found.dtype);
        AssertClose(value, found, Half);
        Assert.Equal(ScalarType.BFloat16, own[0].grad!.dtype);
        AssertClose(exact[0].grad!, own[0].grad!, Half);
        AssertClose(exact[1].grad!, own[1].grad!, FilteredRounding);
        AssertClose(exact[2].grad!, own[2].grad!, FilteredRounding);
    }

    [Theory]
    [InlineData("resnet18")]
    [InlineData("squeezenet1_1")]
    public void A_whole_networks_gradients_equal_those_in_64_bits(string backbone)
    {
        using DisposeScope scope = NewDisposeScope();
        SsdOptions options = new() { Backbone = backbone, ChipSize = 64, Grids = [2], Classes = 2, Dropout = 0 };
        using SsdLoss loss = new(options);
        Dictionary<string, Tensor> Gradients(ScalarType type)
        {
            SsdNetwork network = SsdNetwork.Create(options);
            Formula.Fill(network);
            network.to(type);
            NetworkLayout.UseChannelsLast(network);
            network.train();
            loss.Compute(network.call(FusedConvolution.ChannelsLast(Formula.Image(3, 3, 64).to(type))), [.. SsdLossTests.Labels.Take(3)]).Total.backward();
            ConvolutionFunction.ThrowIfFailed();
            return network.named_parameters().ToDictionary(pair => pair.name, pair => pair.parameter.grad!.to(ScalarType.Float64));
        }

        Dictionary<string, Tensor> exact = Gradients(ScalarType.Float64);
        double largest = exact.Values.Max(gradient => gradient.abs().max().item<double>());
        foreach ((string key, Tensor found) in Gradients(ScalarType.Float32))
        {
            // Biases before batch norm have none but for rounding.
            double worst = exact[key].sub(found).abs().max().item<double>();
            Assert.True(worst <= Math.Max(1e-3 * exact[key].abs().max().item<double>(), 1e-6 * largest), $"{key}: {worst:G3} of {exact[key].abs().max().item<double>():G3}, largest {largest:G3}");
        }
    }

    [Fact]
    public void A_first_layers_input_and_a_missing_bias_get_no_gradient()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor image = ones(1, 2, 4, 4);
        Tensor weight = ones(3, 2, 3, 3).requires_grad_();

        ConvolutionFunction.Convolve(image, weight, null, [1, 1], [1, 1], 1).sum().backward();

        ConvolutionFunction.ThrowIfFailed();
        Assert.Null(image.grad);

        // Each corner of the kernel sees nine of the sixteen pixels, its edges twelve.
        Assert.Equal([9f, 12, 9, 12, 16, 12, 9, 12, 9], weight.grad![0, 0].contiguous().data<float>().ToArray());
    }

    [Fact]
    public void Same_threads_give_the_same_bits()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor image = randn(3, 20, 19, 23);
        float[][] gradients = [.. Enumerable.Range(0, 3).Select(_ =>
        {
            Tensor weight = ones(18, 20, 3, 3).requires_grad_();
            Tensor value = ConvolutionFunction.Convolve(image, weight, null, [1, 1], [1, 1], 1);
            value.mul(value).sum().backward();
            return weight.grad!.contiguous().data<float>().ToArray();
        })];

        Assert.Equal(gradients[0], gradients[1]);
        Assert.Equal(gradients[0], gradients[2]);
    }

    [Fact]
    public void A_fault_in_the_backward_pass_is_raised_after_it_and_ends_nothing()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor image = ones(1, 8, 4, 4);
        Tensor weight = ones(9, 8, 3, 3).requires_grad_();
        Tensor value = ConvolutionFunction.Convolve(image, weight, null, [1, 1], [1, 1], 1).sum();
        _ = image.relu_();

        // torch's own check of what was saved: it would be wrong to go on with a changed input.
        value.backward();

        Exception fault = Assert.ThrowsAny<Exception>(ConvolutionFunction.ThrowIfFailed);
        Assert.Contains("modified by an inplace operation", fault.Message, StringComparison.Ordinal);
        Assert.Null(weight.grad);
        ConvolutionFunction.ThrowIfFailed();
    }

    [Fact]
    public void Steps_leave_no_memory_behind()
    {
        using ArcLearn.Core.Models.Convolution layer = new(8, 8, new SpatialStep(3, 1, 1));
        using AdamOptimizer optimizer = new([layer.parameters().Cast<Parameter>()]);
        void Learn(int steps)
        {
            for (int i = 0; i < steps; i++)
            {
                using DisposeScope scope = NewDisposeScope();
                optimizer.ZeroGrad();
                Tensor value = layer.call(ones(4, 8, 32, 32));
                value.mul(value).mean().backward();
                ConvolutionFunction.ThrowIfFailed();
                optimizer.Step([1e-3], 0.9);
            }
        }

        Learn(3);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        long before = Tensor.TotalCount;
        Learn(20);
        Assert.InRange(Tensor.TotalCount - before, 0, 3);
    }

    private static void Compare(int images, int inputs, int outputs, int height, int width, int kernel, double rounding)
    {
        using DisposeScope scope = NewDisposeScope();
        using Generator generator = new(7);
        Tensor image = randn([images, inputs, height, width], generator: generator);
        Tensor weight = randn([outputs, inputs, kernel, kernel], generator: generator);
        Tensor bias = randn([outputs], generator: generator);
        Tensor upstream = randn([images, outputs, height, width], generator: generator);
        long[] padding = [kernel / 2, kernel / 2];
        Tensor[] exact = [.. new[] { image, weight, bias }.Select(t => t.to(ScalarType.Float64).requires_grad_())];
        Tensor value = nn.functional.conv2d(exact[0], exact[1], exact[2], padding: padding);
        value.backward([upstream.to(ScalarType.Float64)]);

        foreach (int threads in new[] { 1, 2, 3, 8 })
        {
            // As torch lays weights out, and as a model in training does.
            Tensor laid = threads % 2 == 0 ? weight : FusedConvolution.ChannelsLast(weight);
            Tensor[] own = [.. new[] { image, laid, bias }.Select(t => t.detach().requires_grad_())];
            set_num_threads(threads);
            try
            {
                Tensor found = ConvolutionFunction.Convolve(own[0], own[1], own[2], [1, 1], padding, 1);
                found.backward([upstream]);
                ConvolutionFunction.ThrowIfFailed();
                AssertClose(value, found, rounding);
            }
            finally
            {
                set_num_threads(IntraOpThreads.Default);
            }

            foreach ((Tensor of, Tensor found) in exact.Zip(own))
            {
                AssertClose(of.grad!, found.grad!, rounding);
            }
        }
    }

    /// <param name="rounding">Of the largest number.</param>
    private static void AssertClose(Tensor expected, Tensor found, double rounding)
    {
        Assert.Equal(expected.shape, found.shape);
        double scale = expected.abs().max().item<double>();
        double worst = expected.sub(found.to(ScalarType.Float64)).abs().max().item<double>();
        Assert.InRange(worst, 0, rounding * scale);
    }
}
