using ArcLearn.Core.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace ArcLearn.Core.Models;

/// <summary>
/// Linear regression of several targets with a penalty on the square of the weights (Hoerl and Kennard 1970). The penalty is the one with which each sample, left out of the fit, is foretold
/// best in the mean (Allen 1974); leaving out has a closed form, so that all of it takes one decomposition of the samples' products.
/// </summary>
/// <param name="Weights"><c>[D, T]</c>: for a sample less the mean of all, its targets less theirs.</param>
/// <param name="LeftOut"><c>[N, T]</c>: what is said of each sample by the others.</param>
internal sealed record RidgeRegression(Tensor Weights, Tensor LeftOut)
{
    // Of the sum of squares that a sample has in the mean over the columns: from hardly any penalty to one that leaves only the strongest directions.
    private static readonly double[] s_penalties = [0.01, 0.03, 0.1, 0.3, 1, 3, 10];

    /// <summary>Fits; memory and time grow with N² and N³. The result lives in the caller's dispose scope.</summary>
    /// <param name="samples"><c>[N, D]</c>, of mean 0 and of deviation 1 where a column varies.</param>
    /// <param name="targets"><c>[N, T]</c>, of mean 0.</param>
    public static RidgeRegression Fit(Tensor samples, Tensor targets)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = samples.to(ScalarType.Float64);
        Tensor y = targets.to(ScalarType.Float64);
        double columns = x.shape[1];
        (Tensor values, Tensor vectors) = linalg.eigh(x.mm(x.t()).Over(columns));
        Tensor turned = vectors.t().mm(y);
        Tensor squares = vectors.mul(vectors);
        double least = double.PositiveInfinity;
        Tensor? best = null;
        Tensor? leftOut = null;
        foreach (double penalty in s_penalties)
        {
            Tensor inverse = values.clamp_min(Scalars.Of(0)).Plus(penalty).reciprocal();
            Tensor dual = vectors.mm(turned.mul(inverse.unsqueeze(1)));
            Tensor residual = dual.div(squares.mv(inverse).unsqueeze(1));
            double error = residual.mul(residual).mean().Number();
            if (error < least)
            {
                (least, best, leftOut) = (error, dual, y.Plus(residual.neg()));
            }
        }

        Tensor weights = x.t().mm(best!).Over(columns);
        return new(weights.to(samples.dtype).MoveToOuterDisposeScope(), leftOut!.to(samples.dtype).MoveToOuterDisposeScope());
    }
}
