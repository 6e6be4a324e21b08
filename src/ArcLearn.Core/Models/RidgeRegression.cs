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

    /// <summary>Fits; memory and time grow with the second and the third power of N or D, whichever is less. The result lives in the caller's dispose scope.</summary>
    /// <param name="samples"><c>[N, D]</c>, of mean 0 and of deviation 1 where a column varies.</param>
    /// <param name="targets"><c>[N, T]</c>, of mean 0.</param>
    /// <param name="views">
    /// How often each thing is among the samples: all of them once, then all again in the same order. A thing is left out with all its samples, or the rest of them would give it away.
    /// </param>
    public static RidgeRegression Fit(Tensor samples, Tensor targets, int views = 1)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = samples.to(ScalarType.Float64);
        Tensor y = targets.to(ScalarType.Float64);
        double columns = x.shape[1];

        // Of both products of the samples the smaller one: what is fitted is scores · 1 / (values + penalty) · scores' · y.
        bool isLong = x.shape[0] > x.shape[1];
        (Tensor values, Tensor vectors) = linalg.eigh((isLong ? x.t().mm(x) : x.mm(x.t())).Over(columns));
        values = values.clamp_min(Scalars.Of(0));
        Tensor scores = isLong ? x.mm(vectors).Over(Math.Sqrt(columns)) : vectors.mul(values.sqrt());
        Tensor turned = scores.t().mm(y);
        Tensor things = Grouped(scores, views);
        Tensor identity = eye(views, dtype: ScalarType.Float64);
        double least = double.PositiveInfinity;
        Tensor? weights = null;
        Tensor? leftOut = null;
        foreach (double penalty in s_penalties)
        {
            Tensor inverse = values.Plus(penalty).reciprocal();
            Tensor residual = y.Plus(scores.mm(turned.mul(inverse.unsqueeze(1))).neg());
            Tensor own = identity.Plus(things.mul(inverse).bmm(things.transpose(1, 2)).neg());
            Tensor unseen = linalg.solve(own, Grouped(residual, views)).transpose(0, 1).reshape(y.shape);
            double error = unseen.mul(unseen).mean().Number();
            if (error < least)
            {
                (least, weights, leftOut) = (error, x.t().mm(residual).Over(columns * penalty), y.Plus(unseen.neg()));
            }
        }

        return new(weights!.to(samples.dtype).MoveToOuterDisposeScope(), leftOut!.to(samples.dtype).MoveToOuterDisposeScope());
    }

    /// <summary><c>[views·M, K]</c> to <c>[M, views, K]</c>.</summary>
    private static Tensor Grouped(Tensor rows, int views) => rows.reshape(views, -1, rows.shape[1]).transpose(0, 1);
}
