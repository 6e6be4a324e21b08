using System.Collections;

namespace ArcLearn;

/// <summary>A table of settings by name, in any case. What its type has as properties PowerShell completes within @{ }.</summary>
public abstract class SettingsTable : Hashtable
{
    private protected SettingsTable()
        : base(StringComparer.OrdinalIgnoreCase)
    {
    }
}
