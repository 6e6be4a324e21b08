namespace ArcLearn.Commands;

/// <summary>Where the models of a bunch lie by their names.</summary>
internal static class ModelFolder
{
    /// <summary>models/(name) in the folder of the model's data.</summary>
    /// <exception cref="LearnArgumentException">The model has no data, or the name is none of a folder.</exception>
    public static string Of(LearnModel model, string name)
    {
        if (name.IndexOfAny(Path.GetInvalidFileNameChars()) >= 0)
        {
            throw new LearnArgumentException("Name", $"'{name}' is no name of a folder; for another place use -Path.");
        }

        string data = model.Data?.Path[0]
            ?? throw new LearnArgumentException("Name", "A model without data has no folder of its own; use -Path.");
        return Path.Combine(data, "models", name);
    }
}
