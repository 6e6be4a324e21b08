namespace ArcLearn.Core.Data;

/// <summary>
/// Splits so that each side has its share of every class, also where chips show several (iterative stratification: Sechidis, Tsoumakas and
/// Vlahavas 2011): the rarest class is dealt out first, each chip to the side that lacks most of it.
/// </summary>
internal static class StratifiedSplit
{
    /// <param name="labels">The classes that each chip shows.</param>
    public static ChipSplit Split(IReadOnlyList<int[]> labels, double fraction, int seed)
    {
        int[] order = [.. Enumerable.Range(0, labels.Count)];
        new ItemRandom(seed, -3, -1).Shuffle<int>(order);
        int target = ChipSplit.Target(labels.Count, fraction);

        // What the validation side (0) and the training side (1) still lack, of chips and of each class; of two chips each has one.
        double[] room = [target, labels.Count - target];
        Dictionary<int, double[]> lack = labels.SelectMany(l => l).GroupBy(l => l).ToDictionary(g => g.Key, g => Shares(g.Count(), fraction));
        Dictionary<int, List<int>> left = lack.Keys.ToDictionary(label => label, label => order.Where(chip => labels[chip].Contains(label)).ToList());
        int[] side = [.. Enumerable.Repeat(-1, labels.Count)];
        while (left.Count > 0)
        {
            int rarest = left.OrderBy(l => l.Value.Count(chip => side[chip] < 0)).ThenBy(l => l.Key).First().Key;
            foreach (int chip in left[rarest].Where(chip => side[chip] < 0))
            {
                Deal(chip, lack[rarest]);
            }

            left.Remove(rarest);
        }

        foreach (int chip in order.Where(chip => side[chip] < 0))
        {
            Deal(chip, room);
        }

        return new ChipSplit([.. Of(1)], [.. Of(0)], 0, DataSplit.Random);

        static double[] Shares(int count, double fraction) => [Math.Max(count > 1 && fraction > 0 ? 1 : 0, count * fraction), count * (1 - fraction)];

        IEnumerable<int> Of(int which) => Enumerable.Range(0, labels.Count).Where(chip => side[chip] == which);

        void Deal(int chip, double[] wish)
        {
            // Of equal lacks the side with more room; a full side takes none.
            bool isValidation = room[0] >= 1 && (room[1] < 1 || wish[0] > wish[1] || (wish[0] == wish[1] && room[0] > room[1]));
            int which = isValidation ? 0 : 1;
            side[chip] = which;
            room[which]--;
            foreach (int label in labels[chip])
            {
                lack[label][which]--;
            }
        }
    }
}
