namespace ArcLearn.Core.Data;

/// <summary>Chips with boxes.</summary>
/// <param name="boxes">Of each chip, with the labels that the bunch counts its classes by.</param>
internal sealed class DetectionData(ChipSet set, (ChipBox Box, int Label)[][] boxes) : ChipData<DetectionBatch>(set), IDetectionData
{
    public int TrainingObjects => Set.Split.Training.Sum(chip => boxes[chip].Length);

    public IReadOnlyList<(double Height, double Width)> ObjectSizes
    {
        get
        {
            List<(double Height, double Width)> whole = [];
            List<(double Height, double Width)> cut = [];
            foreach (int i in Set.Split.Training)
            {
                ChipEntry chip = Set.Chips[i];
                double scale = ChipSize / (double)Math.Min(ChipSize, Math.Min(chip.Width, chip.Height));
                foreach ((ChipBox box, int _) in boxes[i])
                {
                    bool isCut = box.XMin <= 0 || box.YMin <= 0 || box.XMax >= chip.Width || box.YMax >= chip.Height;
                    (isCut ? cut : whole).Add(((box.YMax - box.YMin) * scale, (box.XMax - box.XMin) * scale));
                }
            }

            return whole.Count > 0 ? whole : cut;
        }
    }

    protected override DetectionBatch Create(int count, float[] images, out Action? release)
    {
        release = null;
        return new DetectionBatch(count, Bands, ChipSize, images, new BoxLabel[count][], new int[count]);
    }

    protected override void FillLabels(DetectionBatch batch, int place, int chip, ChipView view)
    {
        List<BoxLabel> seen = new(boxes[chip].Length);
        foreach ((ChipBox box, int label) in boxes[chip])
        {
            if (view.Map(box, label, ChipSize, Transform.MinimumBoxShare) is BoxLabel mapped)
            {
                seen.Add(mapped);
            }
        }

        batch.Boxes[place] = [.. seen];
    }
}
