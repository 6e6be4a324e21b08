using System.Collections;
using ArcLearn.Core.Inference;

namespace ArcLearn.Tests.Unit.Inference;

public class ModelArgumentsTests
{
    [Fact]
    public void Without_arguments_the_defaults_are_those_of_arcgis()
    {
        ModelArguments arguments = ModelArguments.Parse(null, chipSize: 224);

        Assert.Equal(
            new ModelArguments { Padding = 56, Threshold = 0.5, NmsOverlap = 0.1, BatchSize = null, ExcludePadDetections = true }, arguments);
    }

    [Fact]
    public void Names_in_any_case_and_numbers_as_strings_are_read()
    {
        Hashtable table = new()
        {
            ["Padding"] = "16",
            ["THRESHOLD"] = 0.4f,
            ["nms_overlap"] = "0.25",
            ["batch_size"] = 9L,
            ["exclude_pad_detections"] = "False",
        };

        ModelArguments arguments = ModelArguments.Parse(table, chipSize: 224);

        Assert.Equal(
            new ModelArguments { Padding = 16, Threshold = 0.4, NmsOverlap = 0.25, BatchSize = 9, ExcludePadDetections = false }, arguments);
    }

    [Theory]
    [InlineData("true", true)]
    [InlineData("T", true)]
    [InlineData("1", true)]
    [InlineData("y", true)]
    [InlineData("YES", true)]
    [InlineData(true, true)]
    [InlineData(1, true)]
    [InlineData("no", false)]
    [InlineData(false, false)]
    [InlineData(0, false)]
    public void Booleans_are_what_arcgis_writes_for_them(object value, bool expected) =>
        Assert.Equal(expected, ModelArguments.Parse(new Hashtable { ["exclude_pad_detections"] = value }, 224).ExcludePadDetections);

    [Theory]
    [InlineData("padding", 112, "less than half")]
    [InlineData("padding", -1, "0 or more")]
    [InlineData("padding", 3.5, "whole number")]
    [InlineData("threshold", 1.01, "from 0 to 1")]
    [InlineData("threshold", "half", "'half'")]
    [InlineData("threshold", "NaN", "from 0 to 1")]
    [InlineData("nms_overlap", -0.1, "from 0 to 1")]
    [InlineData("batch_size", 0, "from 1 to 4096")]
    [InlineData("exclude_pad_detections", "maybe", "true or false")]
    [InlineData("score", 0.5, "padding, threshold, nms_overlap, batch_size, exclude_pad_detections, test_time_augmentation")]
    public void A_bad_argument_is_named_with_what_it_should_be(string name, object value, string message)
    {
        LearnArgumentException error = Assert.Throws<LearnArgumentException>(() => ModelArguments.Parse(new Hashtable { [name] = value }, 224));

        Assert.Equal("ModelArguments", error.Parameter);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tresh", "threshold")]
    [InlineData("threshhold", "threshold")]
    [InlineData("score_threshold", "threshold")]
    [InlineData("thresh", "threshold")]
    [InlineData("bacth_size", "batch_size")]
    [InlineData("batchs", "batch_size")]
    [InlineData("nms", "nms_overlap")]
    [InlineData("nns_ovrl", "nms_overlap")]
    [InlineData("score", null)]
    [InlineData("x", null)]
    [InlineData("", null)]
    public void A_misspelt_name_is_answered_with_the_one_it_may_stand_for(string name, string? meant)
    {
        string message = Assert.Throws<LearnArgumentException>(() => ModelArguments.Parse(new Hashtable { [name] = 0.5 }, 224)).Message;

        Assert.Equal(meant, message.Contains("Did you mean '", StringComparison.Ordinal) ? message.Split("Did you mean '")[1].Split('\'')[0] : null);
    }

    [Fact]
    public void An_image_classifier_takes_what_it_is_said_to_take()
    {
        IReadOnlyList<ModelArgument> known = InferenceArguments.Of(new Core.Formats.ModelDefinitionFile { ModelType = "ObjectClassification" });

        Assert.Equal([("batch_size", 16), ("test_time_augmentation", false)], known.Select(one => (one.Name, one.Default)));
        Assert.True(ImageArguments.Parse(new Hashtable { ["test_time_augmentation"] = true }).TestTimeAugmentation);
        Assert.Equal(16, ImageArguments.Parse(null).BatchSize);
        Assert.Equal(2, ImageArguments.Parse(new Hashtable { ["batch_size"] = 1 }).BatchSize);
        Assert.Contains("batch_size", Assert.Throws<LearnArgumentException>(() => ImageArguments.Parse(new Hashtable { ["padding"] = 1 })).Message, StringComparison.Ordinal);
    }

    /// <summary>The tables that PowerShell completes have what is taken, and nothing else.</summary>
    [Fact]
    public void Every_name_that_is_taken_is_completed()
    {
        Assert.Equal(ModelArguments.Names.Order(), NamesOf<DetectorSettings>());
        Assert.Equal(PixelArguments.Names.Order(), NamesOf<PixelClassifierSettings>());
        Assert.Equal(ModelArguments.Names.Union(PixelArguments.Names).Order(), NamesOf<InferenceSettings>());
        Assert.Equal(InferenceArguments.Names(InferenceArguments.Images).Order(), NamesOf<ImageClassifierSettings>());
        Assert.Equal(InferenceContext.Names.Order(), NamesOf<ContextSettings>());
        Assert.Equal(Core.Chips.ExportSettings.Names.Order(), NamesOf<ExportContextSettings>());
        Assert.Equal(0.4, new DetectorSettings { threshold = 0.4 }["Threshold"]);

        static IEnumerable<string> NamesOf<T>()
            where T : SettingsTable => typeof(T).GetProperties().Where(property => property.CanWrite && property.GetIndexParameters().Length == 0).Select(property => property.Name).Order();
    }

    [Fact]
    public void One_name_in_two_spellings_is_refused()
    {
        Dictionary<string, object> table = new(StringComparer.Ordinal) { ["padding"] = 1, ["Padding"] = 2 };

        Assert.Contains("twice", Assert.Throws<LearnArgumentException>(() => ModelArguments.Parse(table, 224)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("True", true)]
    [InlineData("False", false)]
    public void Test_time_augmentation_is_asked_for_as_arcgis_does(string value, bool expected) =>
        Assert.Equal(expected, ModelArguments.Parse(new Hashtable { ["test_time_augmentation"] = value }, 224).TestTimeAugmentation);

    [Fact]
    public void A_batch_of_one_runs_as_two() =>
        Assert.Equal(2, ModelArguments.Parse(new Hashtable { ["batch_size"] = 1 }, 224).BatchSize);

    [Theory]
    [InlineData(null, null)]
    [InlineData("confidence", "CLASSVALUE")]
    [InlineData("Confidence", "Class")]
    public void The_output_s_own_fields_rank_and_group(string? score, string? value) =>
        Assert.Null(Record.Exception(() => DetectionFields.CheckNames(score, value)));

    [Theory]
    [InlineData("Score", null, "ConfidenceScoreField", "Class, Classvalue, Confidence")]
    [InlineData("Class", null, "ConfidenceScoreField", "cannot be ranked")]
    [InlineData(null, "Label", "ClassValueField", "Class, Classvalue, Confidence")]
    [InlineData(null, "Confidence", "ClassValueField", "cannot be grouped")]
    public void Other_fields_are_refused(string? score, string? value, string parameter, string message)
    {
        LearnArgumentException error = Assert.Throws<LearnArgumentException>(() => DetectionFields.CheckNames(score, value));

        Assert.Equal(("InvalidParameterMix", parameter), (error.Id, error.Parameter));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }
}
