using System.Globalization;
using ArcLearn.Core.IO;

namespace ArcLearn.Core.Training;

/// <summary>
/// The folder where a training keeps its best weights: <c>&lt;name&gt;/&lt;name&gt;.pth</c> and <c>.emd</c>, a saved model like any other.
/// Further files (optimiser, position) may join them without a change to these two.
/// </summary>
internal sealed class Checkpoint
{
    private readonly TrainingOptions _options;
    private readonly string _weights;
    private readonly string _definition;
    private bool _isOurs;

    private Checkpoint(string folder, TrainingOptions options)
    {
        _options = options;
        Folder = folder;
        string name = Path.GetFileName(folder);
        _weights = Path.Combine(folder, name + ".pth");
        _definition = Path.Combine(folder, name + ".emd");
    }

    /// <summary>The folder, absolute.</summary>
    public string Folder { get; }

    /// <summary>Whether a model has been written.</summary>
    public bool IsWritten { get; private set; }

    /// <summary>Finds the folder's name and makes sure that it can be written to.</summary>
    /// <returns>Null with <see cref="TrainingOptions.NoCheckpoint"/>.</returns>
    /// <exception cref="OutputExistsException">A model lies at <see cref="TrainingOptions.CheckpointPath"/>.</exception>
    /// <exception cref="LearnArgumentException">A file lies there.</exception>
    /// <exception cref="IOException">Nothing can be written there.</exception>
    /// <exception cref="UnauthorizedAccessException">Nothing may be written there.</exception>
    public static Checkpoint? Open(string dataFolder, TrainingOptions options)
    {
        if (Find(dataFolder, options) is not Checkpoint checkpoint)
        {
            return null;
        }

        checkpoint.Probe();
        return checkpoint;
    }

    /// <summary>What <see cref="Open"/> gives and refuses, but nothing is written.</summary>
    public static Checkpoint? Find(string dataFolder, TrainingOptions options)
    {
        if (options.NoCheckpoint)
        {
            return null;
        }

        string folder = options.CheckpointPath is string path
            ? Path.TrimEndingDirectorySeparator(Path.GetFullPath(path))
            : FreeName(Path.Combine(Path.GetFullPath(dataFolder), "models"), options);
        if (options.Files.FileExists(folder))
        {
            throw new LearnArgumentException("CheckpointPath", $"{folder} is a file; a checkpoint is saved as a folder.");
        }

        options.Files.RequireNoFileAbove(folder);
        Checkpoint checkpoint = new(folder, options);
        if (!options.ReplaceCheckpoint && options.Files.FileExists(checkpoint._weights))
        {
            throw new OutputExistsException(checkpoint._weights);
        }

        return checkpoint;
    }

    /// <summary>Writes the model, each file in one move: whatever happens in between, the files before it are whole.</summary>
    /// <param name="epoch">The epoch whose weights these are, for messages.</param>
    /// <exception cref="LearnDataException">The folder is gone (CheckpointMissing).</exception>
    public void Write(ITrainable model, int epoch)
    {
        if (!_options.Files.DirectoryExists(Folder))
        {
            throw new LearnDataException(
                "CheckpointMissing",
                $"The folder of the checkpoint was there when the training began and is gone: {Folder}. The model holds the weights of epoch {epoch}: save them with Save-LearnModel, or train on with another -CheckpointPath.",
                Folder);
        }

        model.SaveWeights(_weights, _options.Files);
        if (_options.WriteDefinition is { } write)
        {
            _options.Files.WriteAtomically(_definition, stream => write(_weights, stream));
        }

        IsWritten = true;
    }

    /// <summary>Takes the folder away again if it was made here and holds nothing.</summary>
    public void Close()
    {
        if (!_isOurs || IsWritten)
        {
            return;
        }

        try
        {
            if (!_options.Files.EnumerateFiles(Folder).Any())
            {
                _options.Files.DeleteDirectory(Folder);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // An empty folder is no reason to lose what the training found.
        }
    }

    private static string FreeName(string models, TrainingOptions options)
    {
        string time = options.Clock.GetLocalNow().ToString("yyyy-MM-dd_HH-mm-ss", CultureInfo.InvariantCulture);
        string name = Path.Combine(models, "checkpoint_" + time);
        string free = name;
        for (int i = 2; options.Files.DirectoryExists(free); i++)
        {
            free = string.Create(CultureInfo.InvariantCulture, $"{name}_{i}");
        }

        return free;
    }

    /// <summary>Writes a few bytes now: hours of training are not to end at a folder that refuses them.</summary>
    private void Probe()
    {
        const string remedy = "Use -CheckpointPath for another place, or -NoCheckpoint.";
        try
        {
            _isOurs = !_options.Files.DirectoryExists(Folder);
            _options.Files.CreateDirectory(Folder);
            string probe = FileSystemExtensions.PartialName(_weights);
            try
            {
                using Stream stream = _options.Files.Create(probe);
                stream.Write("writable"u8);
                stream.Flush();
            }
            finally
            {
                FileSystemExtensions.TryDelete(_options.Files, probe);
            }
        }
        catch (UnauthorizedAccessException e)
        {
            Close();
            throw new UnauthorizedAccessException($"The checkpoint cannot be written to {Folder}: {e.Message} {remedy}", e);
        }
        catch (IOException e)
        {
            Close();
            throw new IOException($"The checkpoint cannot be written to {Folder}: {e.Message} {remedy}", e);
        }
    }
}
