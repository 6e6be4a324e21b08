namespace ArcLearn.Core.Chips.Plans;

/// <summary>Each chip of another plan, then the same turned by multiples of an angle until it has come around.</summary>
/// <param name="angle">Degrees, more than 0 and less than 360.</param>
internal sealed class TurnedPlan(IChipPlan plan, double angle) : IChipPlan
{
    private readonly int _turns = (int)Math.Ceiling(360 / angle - 1e-9);

    public long Count => plan.Count * _turns;

    public ChipPlace this[long index] => plan[index / _turns] with { Angle = index % _turns * angle };
}
