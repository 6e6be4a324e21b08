using ArcLearn.Core.Formats;

namespace ArcLearn.Tests.Unit.Formats;

public sealed class SafeTextTests
{
    [Theory]
    [InlineData("trees.pth", "trees.pth")]
    [InlineData("\u001b[2J\u0007", "\\u001b[2J\\u0007")]
    [InlineData("a\u202egpj.exe", "a\\u202egpj.exe")]
    [InlineData("Bäume", "B\\u00e4ume")]
    public void Names_from_files_are_plain_ASCII(string text, string shown) => Assert.Equal(shown, SafeText.Show(text));

    [Fact]
    public void Long_names_and_lists_are_cut()
    {
        Assert.Equal(new string('n', 80) + "…", SafeText.Show(new string('n', 81)));
        Assert.Equal("1, 2, 3", SafeText.List([1, 2, 3]));
        Assert.Equal("0, 1, 2, 3, 4, 5, 6, 7, … (9 in all)", SafeText.List([.. Enumerable.Range(0, 9)]));
    }

    [Theory]
    [InlineData("/home/jörg/模型.pth", "/home/jörg/模型.pth")]
    [InlineData("/home/\u001b[2J\u009b\u2028.pth", "/home/\\u001b[2J\\u009b\\u2028.pth")]
    public void Paths_keep_their_letters(string path, string shown) => Assert.Equal(shown, SafeText.ShowPath(path));
}
