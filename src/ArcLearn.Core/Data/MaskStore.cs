using ArcLearn.Core.Data.Labels;
using ArcLearn.Core.IO;

namespace ArcLearn.Core.Data;

/// <summary>How a folder's masks become labels.</summary>
/// <param name="ByValue">Label of a class value; values that are not among them are background.</param>
/// <param name="ByName">Label of a class name, for masks of objects; 0 where the class is left out, <see cref="DecodedMask.Ignored"/> where it is ignored.</param>
internal sealed record MaskLabels(IReadOnlyDictionary<int, ushort> ByValue, Func<string, ushort> ByName);

/// <summary>Decodes masks, and keeps them while the budget lasts. Safe from any number of threads.</summary>
/// <param name="labels">Of each chip's folder.</param>
internal sealed class MaskStore(
    IReadOnlyList<ChipEntry> chips, IReadOnlyList<MaskLabels> labels, bool hasInstances, IFileSystem files, MemoryBudget budget)
{
    private readonly KeptItems<DecodedMask> _kept = new(chips.Count, budget);

    public bool HasInstances => hasInstances;

    /// <exception cref="LearnFormatException">A mask is damaged, or another than it was.</exception>
    public DecodedMask Read(int index)
    {
        ChipEntry chip = chips[index];
        long bytes = sizeof(ushort) * (long)chip.Width * chip.Height * (hasInstances ? 2 : 1);
        return _kept.Get(index, bytes, _ => Decode(chip, labels[index]));
    }

    private DecodedMask Decode(ChipEntry chip, MaskLabels table)
    {
        ushort[] classes = new ushort[chip.Width * chip.Height];
        if (chip.Labels.ClassMask is string path)
        {
            int[] values = Read(path, chip);
            int last = 0;
            ushort label = 0;
            for (int i = 0; i < values.Length; i++)
            {
                if (values[i] != last)
                {
                    last = values[i];
                    label = table.ByValue.GetValueOrDefault(last);
                }

                classes[i] = label;
            }
        }

        ushort[] instances = hasInstances ? new ushort[classes.Length] : [];
        int objects = 0;
        foreach (ClassMaskFile mask in chip.Labels.InstanceMasks)
        {
            if (table.ByName(mask.ClassName) is > 0 and ushort label)
            {
                Paint(Read(mask.Path, chip), label, isClass: chip.Labels.ClassMask is null, classes, instances, ref objects);
            }
        }

        return new DecodedMask(chip.Width, chip.Height, classes, instances);
    }

    private int[] Read(string path, ChipEntry chip)
    {
        int[] values = MaskFile.Read(path, chip.FileWidth, chip.FileHeight, files);
        return chip.Width == chip.FileWidth && chip.Height == chip.FileHeight ? values : ChipResize.Nearest(chip, values);
    }

    /// <summary>Lays one class's objects over what is there, numbered through.</summary>
    private static void Paint(int[] values, ushort label, bool isClass, ushort[] classes, ushort[] instances, ref int objects)
    {
        Dictionary<int, ushort> numbers = [];
        for (int i = 0; i < values.Length; i++)
        {
            if (values[i] <= 0)
            {
                continue;
            }

            if (!numbers.TryGetValue(values[i], out ushort number))
            {
                numbers[values[i]] = number = (ushort)Math.Min(++objects, DecodedMask.Ignored - 1);
            }

            instances[i] = label == DecodedMask.Ignored ? (ushort)0 : number;
            if (isClass)
            {
                classes[i] = label;
            }
        }
    }
}
