using System.Management.Automation;

namespace ArcLearn.Commands;

/// <summary>A cmdlet that takes existing files or folders: Path with wildcards, LiteralPath without.</summary>
public abstract class PathCmdlet : LearnCmdlet
{
    /// <summary>The parameter set of <see cref="Path"/>.</summary>
    protected const string PathSet = "Path";

    /// <summary>The parameter set of <see cref="LiteralPath"/>.</summary>
    protected const string LiteralPathSet = "LiteralPath";

    /// <summary>Files or folders; wildcards are expanded.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = PathSet, ValueFromPipeline = true)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public virtual string[] Path { get; set; } = [];

    /// <summary>Files or folders whose names are taken as they are; binds the PSPath of what comes down the pipeline.</summary>
    [Parameter(Mandatory = true, ParameterSetName = LiteralPathSet, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [Alias("PSPath")]
    public string[] LiteralPath { get; set; } = [];

    /// <summary>Absolute paths of what exists; PathNotFound is written for the rest.</summary>
    protected IEnumerable<string> ResolvePaths()
    {
        bool literal = ParameterSetName == LiteralPathSet;
        return (literal ? LiteralPath : Path).SelectMany(path => ResolveExisting(path, literal));
    }
}
