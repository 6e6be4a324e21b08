using NetTopologySuite.Geometries;

namespace ArcLearn.Core.Chips.Labels;

/// <summary>Objects out of a map of classes: pixels of one class that are connected by their sides.</summary>
internal static class PixelRegions
{
    /// <returns>In the order of their first pixels, row by row.</returns>
    public static IReadOnlyList<ChipObject> Find(int[] values, int width, int height, double pixelArea)
    {
        List<ChipObject> found = [];
        bool[] taken = new bool[values.Length];
        Stack<int> open = [];
        for (int start = 0; start < values.Length; start++)
        {
            if (values[start] == 0 || taken[start])
            {
                continue;
            }

            List<int> pixels = [];
            (int left, int top, int right, int bottom) = (width, height, 0, 0);
            taken[start] = true;
            open.Push(start);
            while (open.TryPop(out int at))
            {
                pixels.Add(at);
                (int row, int column) = (at / width, at % width);
                (left, right) = (Math.Min(left, column), Math.Max(right, column + 1));
                (top, bottom) = (Math.Min(top, row), Math.Max(bottom, row + 1));
                Visit(at - 1, column > 0);
                Visit(at + 1, column + 1 < width);
                Visit(at - width, row > 0);
                Visit(at + width, row + 1 < height);
            }

            pixels.Sort();
            found.Add(new ChipObject(values[start], left, top, right, bottom, pixels.Count * pixelArea) { Shape = new PixelShape([.. pixels], width) });

            void Visit(int next, bool isInside)
            {
                if (isInside && !taken[next] && values[next] == values[start])
                {
                    taken[next] = true;
                    open.Push(next);
                }
            }
        }

        return found;
    }

    /// <param name="pixels">Ascending.</param>
    private sealed class PixelShape(int[] pixels, int width) : IChipShape
    {
        public void Fill(PixelRun fill)
        {
            for (int i = 0; i < pixels.Length;)
            {
                int end = i + 1;
                while (end < pixels.Length && pixels[end] == pixels[end - 1] + 1 && pixels[end] % width != 0)
                {
                    end++;
                }

                int column = pixels[i] % width;
                fill(pixels[i] / width, column, column + end - i);
                i = end;
            }
        }

        public Geometry? Outline() => null;
    }
}
