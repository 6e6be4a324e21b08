using ArcLearn.Core.Models;
using ArcLearn.Core.Runtime;
using ArcLearn.Tests.Unit.TestSupport;
using TorchSharp;
using static TorchSharp.torch;

namespace ArcLearn.Tests.Unit.Models;

[Collection(TorchTests.Name)]
public sealed class RidgeRegressionTests
{
    private static readonly double[] s_penalties = [0.01, 0.03, 0.1, 0.3, 1, 3, 10];

    [Theory]
    [InlineData(0.1, 12, 5, 1)]
    [InlineData(3.0, 12, 5, 1)]
    [InlineData(1.0, 6, 20, 1)]
    [InlineData(1.0, 12, 5, 3)]
    [InlineData(1.0, 6, 20, 2)]
    public void Things_that_are_left_out_with_all_their_samples_are_foretold_as_by_a_fit_without_them(double noise, int samples, int columns, int views)
    {
        using DisposeScope scope = NewDisposeScope();
        using Generator generator = new(3);
        Tensor x = randn([samples, columns], ScalarType.Float64, generator: generator);
        Tensor y = x.mm(randn([columns, 2], ScalarType.Float64, generator: generator)).Plus(randn([samples, 2], ScalarType.Float64, generator: generator).Times(noise));

        RidgeRegression found = RidgeRegression.Fit(x, y, views);

        Dictionary<double, Tensor> byHand = s_penalties.ToDictionary(penalty => penalty, penalty => LeaveOut(x, y, penalty, views));
        (double best, Tensor leftOut) = byHand.MinBy(one => MeanSquare(one.Value, y));
        Assert.Equal(0, MeanSquare(found.LeftOut, leftOut), 1e-16);
        Assert.Equal(0, MeanSquare(found.Weights, Solve(x, y, best)), 1e-16);
    }

    private static Tensor LeaveOut(Tensor x, Tensor y, double penalty, int views)
    {
        int samples = (int)x.shape[0];
        int things = samples / views;
        return cat([.. Enumerable.Range(0, samples).Select(left =>
        {
            long[] others = [.. Enumerable.Range(0, samples).Where(i => i % things != left % things).Select(i => (long)i)];
            return x[TensorIndex.Slice(left, left + 1)].mm(Solve(x[tensor(others)], y[tensor(others)], penalty));
        })]);
    }

    /// <summary>The normal equations; the penalty is of the columns' mean square, whatever their number.</summary>
    private static Tensor Solve(Tensor x, Tensor y, double penalty) =>
        linalg.solve(x.t().mm(x).Plus(eye(x.shape[1], x.shape[1], ScalarType.Float64).Times(penalty * x.shape[1])), x.t().mm(y));

    private static double MeanSquare(Tensor left, Tensor right)
    {
        Tensor difference = left.Plus(right.neg());
        return difference.mul(difference).mean().Number();
    }
}
