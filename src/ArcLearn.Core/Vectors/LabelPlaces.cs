using System.Numerics;

namespace ArcLearn.Core.Vectors;

/// <summary>Which label of a call this is, whatever raster it is read for.</summary>
/// <param name="Layer">The layer, counted through the call.</param>
/// <param name="Number">The label, counted through the layer, each point of a multipoint for itself; ids of features may occur twice.</param>
internal readonly record struct LabelPlace(int Layer, int Number);

/// <summary>A set of labels that takes a bit for each label of a layer: labels that are not kept are still told apart.</summary>
internal sealed class LabelPlaces
{
    private readonly List<List<ulong>> _layers = [];

    public int Count => _layers.Sum(words => words.Sum(BitOperations.PopCount));

    public void Add(LabelPlace place)
    {
        List<ulong> words = Layer(place.Layer, place.Number / 64);
        words[place.Number / 64] |= 1UL << (place.Number % 64);
    }

    public void Add(LabelPlaces other) => Join(other, static (mine, theirs) => mine | theirs);

    public void Remove(LabelPlaces other) => Join(other, static (mine, theirs) => mine & ~theirs);

    private void Join(LabelPlaces other, Func<ulong, ulong, ulong> join)
    {
        for (int layer = 0; layer < other._layers.Count; layer++)
        {
            List<ulong> theirs = other._layers[layer];
            List<ulong> mine = Layer(layer, theirs.Count - 1);
            for (int i = 0; i < theirs.Count; i++)
            {
                mine[i] = join(mine[i], theirs[i]);
            }
        }
    }

    private List<ulong> Layer(int layer, int lastWord)
    {
        while (_layers.Count <= layer)
        {
            _layers.Add([]);
        }

        List<ulong> words = _layers[layer];
        while (words.Count <= lastWord)
        {
            words.Add(0);
        }

        return words;
    }
}
