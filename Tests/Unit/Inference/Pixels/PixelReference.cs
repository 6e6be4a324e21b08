using ArcLearn.Core.Inference;
using ArcLearn.Core.Rasters;

namespace ArcLearn.Tests.Unit.Inference;

/// <summary>The same classification in the plainest way: tile by tile over whole planes, in double precision.</summary>
internal static class PixelReference
{
    /// <param name="shares">Take the probabilities, a plane for each score; null where they are not wanted.</param>
    /// <returns>Class values, row by row.</returns>
    public static double[] Classify(MemoryRaster raster, FormulaBackend backend, int padding, MergePolicy merge, double[][]? shares = null)
    {
        ClassCodes codes = new(backend.Classes, hasBackground: true);
        int channels = codes.Channels;
        double[,] sums = new double[raster.Width * raster.Height, channels];
        TileGrid grid = new(raster.Width, raster.Height, backend.ChipSize, padding);
        float[] scores = new float[channels];
        for (int index = 0; index < grid.Count; index++)
        {
            PixelWindow window = grid[index].Window;
            PixelWindow seen = merge == MergePolicy.Mean ? window.Intersect(new PixelWindow(0, 0, raster.Width, raster.Height)) : grid[index].Core;

            // One that holds nothing but nodata is not looked at.
            if (Pixels(window.Intersect(new PixelWindow(0, 0, raster.Width, raster.Height))).All(at => raster[0, at.Column, at.Row] == raster.NoData))
            {
                continue;
            }

            foreach ((int column, int row) in Pixels(seen))
            {
                int nearest = Math.Min(Math.Min(column - window.Column, row - window.Row), Math.Min(window.Right - 1 - column, window.Bottom - 1 - row));
                FormulaBackend.Scores(raster[0, column, row], nearest < backend.Edge, scores);
                double total = scores.Sum(score => Math.Exp(score));
                for (int channel = 0; channel < channels; channel++)
                {
                    sums[(row * raster.Width) + column, channel] += Math.Exp(scores[channel]) / total;
                }
            }
        }

        double[] values = new double[raster.Width * raster.Height];
        for (int i = 0; i < values.Length; i++)
        {
            int best = 0;
            double total = 0;
            for (int channel = 0; channel < channels; channel++)
            {
                best = sums[i, channel] > sums[i, best] ? channel : best;
                total += sums[i, channel];
            }

            values[i] = raster[0, i % raster.Width, i / raster.Width] == (float?)raster.NoData ? codes.NoData : codes.Values[best];
            for (int channel = 0; channel < channels && shares is not null; channel++)
            {
                shares[channel][i] = sums[i, channel] / total;
            }
        }

        return values;
    }

    private static IEnumerable<(int Column, int Row)> Pixels(PixelWindow window)
    {
        for (int row = window.Row; row < window.Bottom; row++)
        {
            for (int column = window.Column; column < window.Right; column++)
            {
                yield return (column, row);
            }
        }
    }
}
