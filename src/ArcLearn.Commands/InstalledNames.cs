using System.Management.Automation;
using ArcLearn.Core.Packaging;

namespace ArcLearn.Commands;

/// <summary>Which installed models a name means.</summary>
internal static class InstalledNames
{
    /// <summary>The model of that very name where there is one (names may hold brackets), else those that match it as a pattern; without regard to case.</summary>
    public static Func<string, bool> Matching(ModelStore store, string name, ModelScope? scope)
    {
        bool IsNamed(string model) => string.Equals(model, name, StringComparison.OrdinalIgnoreCase);
        return store.Places(IsNamed, scope, static _ => { }).Any() ? IsNamed : WildcardPattern.Get(name, WildcardOptions.IgnoreCase).IsMatch;
    }
}
