using System.Text.RegularExpressions;
using ArcLearn.Core.Models;
using ArcLearn.Core.Runtime;
using ArcLearn.Core.Training;
using ArcLearn.Tests.Unit.TestSupport;
using TorchSharp;
using static TorchSharp.torch;

namespace ArcLearn.Tests.Unit.Runtime;

/// <summary>
/// Some of torch's native functions have no handler around them: a wrong shape in them ends the whole process, the user's session with it.
/// These are not called; what comes near torch with a shape of its own is checked before.
/// </summary>
[Collection(TorchTests.Name)]
public sealed class AbortingCallTests
{
    private static readonly Regex s_aborting = new(
        @"(\.|\b)(matmul|cummax|cummin)\s*\(|autograd\.grad\s*\(|\bjit\.|optim\.\w+\s*\(|\.LearningRate\s*=[^=>]", RegexOptions.CultureInvariant);

    [Fact]
    public void The_module_calls_none_of_the_functions_that_end_the_process_when_they_fail()
    {
        string source = Path.Combine(TestEnvironment.RepositoryRoot, "src", "ArcLearn.Core");
        string[] files = [.. Directory.EnumerateFiles(source, "*.cs", SearchOption.AllDirectories).Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))];

        Assert.True(files.Length > 100);
        Assert.Matches(s_aborting, "Tensor y = torch.matmul(a, b);");
        Assert.Matches(s_aborting, "using var o = optim.Adam(p);");
        Assert.Empty(files.SelectMany(file => File.ReadLines(file).Where(line => s_aborting.IsMatch(line)).Select(line => $"{Path.GetFileName(file)}: {line.Trim()}")));
    }

    [Theory]
    [InlineData("input of four bands")]
    [InlineData("input without a batch")]
    [InlineData("samples too few")]
    [InlineData("no chip")]
    [InlineData("answers of another detector")]
    public void Shapes_that_do_not_fit_are_exceptions_and_the_process_survives(string what)
    {
        using DisposeScope scope = NewDisposeScope();
        SsdOptions options = new() { Backbone = "squeezenet1_1", ChipSize = 64, Grids = [2], Classes = 1 };
        using SsdNetwork network = SsdNetwork.Create(options);
        using PreparedSsd prepared = network.Prepare();
        using SsdLoss loss = new(options);

        Assert.Throws<ArgumentException>(() => _ = what switch
        {
            "input of four bands" => network.call(zeros(1, 4, 64, 64)).Scores,
            "input without a batch" => network.call(zeros(3, 64, 64)).Scores,
            "samples too few" => tensor(prepared.Run(new float[7], 1).Scores),
            "no chip" => tensor(prepared.Run([], 0).Scores),
            _ => loss.Compute((zeros(1, 5, 2), zeros(1, 5, 4)), [[]]).Total,
        });

        Assert.Equal(3, ones(1).Plus(2).item<float>());
    }

    [Fact]
    public void The_state_of_the_random_numbers_returns_as_it_was_taken()
    {
        random.manual_seed(5);
        float expected;
        using (new RandomState())
        {
            expected = rand(1).item<float>();
        }

        Assert.Equal(expected, rand(1).item<float>());
    }
}
