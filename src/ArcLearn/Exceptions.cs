namespace ArcLearn;

/// <summary>A file that is not what its format asks for.</summary>
public sealed class LearnFormatException : Exception
{
    /// <summary>Says what was found and where.</summary>
    /// <param name="message">What is wrong, as a sentence after the file's name: "ends before the header."</param>
    /// <param name="path">The file to blame.</param>
    /// <param name="line">The line, from 1, or null.</param>
    /// <param name="inner">The cause.</param>
    public LearnFormatException(string message, string path, int? line = null, Exception? inner = null)
        : base(line is int n ? $"{path}, line {n}: {message}" : $"{path}: {message}", inner)
    {
        Path = path;
        Line = line;
    }

    /// <summary>The file to blame.</summary>
    public string Path { get; }

    /// <summary>The line, from 1, where lines mean something.</summary>
    public int? Line { get; }
}

/// <summary>Input that is well-formed but does not fit together: labels elsewhere, other classes, too few bands.</summary>
public sealed class LearnDataException : Exception
{
    /// <summary>Says what does not fit.</summary>
    /// <param name="id">The error id that scripts test for, such as LabelsOutside.</param>
    /// <param name="message">What was found and what to do.</param>
    /// <param name="target">What is to blame: a path, a name, a value.</param>
    /// <param name="inner">The cause.</param>
    public LearnDataException(string id, string message, object? target = null, Exception? inner = null)
        : base(message, inner)
    {
        Id = id;
        Target = target;
    }

    /// <summary>The error id.</summary>
    public string Id { get; }

    /// <summary>What is to blame.</summary>
    public object? Target { get; }
}

/// <summary>An argument whose value makes no sense in this call.</summary>
public sealed class LearnArgumentException : Exception
{
    /// <summary>The error id of an argument that does not go together with the others.</summary>
    public const string ParameterMix = "InvalidParameterMix";

    /// <summary>Names the argument and what it should be.</summary>
    /// <param name="parameter">The parameter as PowerShell names it.</param>
    /// <param name="message">What was found and what it should be.</param>
    /// <param name="id">The error id that scripts test for: InvalidArgument, or <see cref="ParameterMix"/>.</param>
    public LearnArgumentException(string parameter, string message, string id = "InvalidArgument")
        : base(message) => (Parameter, Id) = (parameter, id);

    /// <summary>The error id.</summary>
    public string Id { get; }

    /// <summary>The parameter as PowerShell names it.</summary>
    public string Parameter { get; }
}

/// <summary>An output that is there already.</summary>
public sealed class OutputExistsException : Exception
{
    /// <summary>Names the output.</summary>
    public OutputExistsException(string path)
        : base($"{path} exists. Use -Force to replace it, or choose another name.") => Path = path;

    /// <summary>The output.</summary>
    public string Path { get; }
}

/// <summary>A model of that name is installed already.</summary>
public sealed class ModelExistsException : Exception
{
    /// <summary>Names the model.</summary>
    public ModelExistsException(string name)
        : base($"A model named '{name}' is installed. Use -Force to replace it.") => Name = name;

    /// <summary>The model's name.</summary>
    public string Name { get; }
}

/// <summary>No model of that name is installed.</summary>
public sealed class ModelNotFoundException : Exception
{
    /// <summary>Names the model and where it was looked for.</summary>
    public ModelNotFoundException(string name, string store)
        : base($"No model named '{name}' is installed in {store}. Get-LearnModel lists what is; a path needs a separator or .emd, .dlpk or .onnx at its end.") => Name = name;

    /// <summary>The model's name.</summary>
    public string Name { get; }
}

/// <summary>Native libraries that do not load.</summary>
public sealed class BackendMissingException : Exception
{
    /// <summary>Names the library, the loader's message and the remedy.</summary>
    public BackendMissingException(string library, string message, Exception? inner = null)
        : base(message, inner) => Library = library;

    /// <summary>The library that was expected.</summary>
    public string Library { get; }
}

/// <summary>A training that cannot go on.</summary>
public sealed class TrainingException : Exception
{
    /// <summary>Says where it stopped.</summary>
    public TrainingException(string message, int epoch, int batch, double learningRate)
        : base(message) => (Epoch, Batch, LearningRate) = (epoch, batch, learningRate);

    /// <summary>The epoch, from 1.</summary>
    public int Epoch { get; }

    /// <summary>The batch, from 1.</summary>
    public int Batch { get; }

    /// <summary>The rate of the last layer group.</summary>
    public double LearningRate { get; }
}
