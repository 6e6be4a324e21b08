namespace ArcLearn.Core.Packaging;

/// <summary>The files of a model package, wherever they lie.</summary>
internal interface IPackageContent : IDisposable
{
    /// <summary>Relative paths with '/', unlike each other by more than case, none leading out; in ordinal order.</summary>
    IReadOnlyList<string> Names { get; }

    /// <summary>The member of that normal name, by any case where that is the only way to find one; null where there is none.</summary>
    string? Find(string name);

    /// <summary>Where a member lies on the disk; null inside an archive.</summary>
    string? PathOf(string name);

    /// <summary>How messages call a member.</summary>
    string Show(string name);

    /// <summary>Requires a member to be what was recorded of it, before it is used where it lies.</summary>
    /// <exception cref="LearnFormatException">It was altered.</exception>
    void Check(string name, CancellationToken cancel)
    {
    }

    /// <summary>Writes a member, checked against what the package says of it.</summary>
    /// <exception cref="LearnFormatException">It is damaged.</exception>
    void Copy(string name, Stream destination, CancellationToken cancel);
}
