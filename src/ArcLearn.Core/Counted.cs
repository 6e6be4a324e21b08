namespace ArcLearn.Core;

/// <summary>Numbers of things in sentences.</summary>
internal static class Counted
{
    /// <summary>"1 epoch", "2 epochs".</summary>
    public static string Epochs(int count) => FormattableString.Invariant($"{count} epoch{(count == 1 ? "" : "s")}");
}
