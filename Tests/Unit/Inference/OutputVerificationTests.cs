using ArcLearn.Core.Inference;
using ArcLearn.Core.IO;
using ArcLearn.Core.Vectors;
using ArcLearn.Tests.Unit.TestSupport;
using Microsoft.Data.Sqlite;

namespace ArcLearn.Tests.Unit.Inference;

public sealed class OutputVerificationTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("found.gpkg")]
    [InlineData("found.geojson")]
    [InlineData("found.geojsonl")]
    [InlineData("found.shp")]
    public void A_layer_that_nobody_touched_is_verified(string name)
    {
        OutputReport report = Verify(Write(name));

        Assert.True(report.IsVerified);
        Assert.Equal(
            [("Provenance", OutputCheckResult.Passed), ("Content", OutputCheckResult.Passed), ("Raster", OutputCheckResult.NotChecked), ("Model", OutputCheckResult.NotChecked)],
            report.Checks.Select(check => (check.Name, check.Result)));
        Assert.Equal("0.5", report.Run["threshold"]);
        Assert.Equal(("memory.tif", "blobs"), (report.Source, report.Model));
        Assert.True(report.Tiles > 0);
    }

    [Theory]
    [InlineData("UPDATE found SET Confidence = Confidence + 1e-9 WHERE fid = 3", "not the same")]
    [InlineData("UPDATE found SET Class = 'bush' WHERE fid = 1", "not the same")]
    [InlineData("DELETE FROM found WHERE fid = 2", "were written")]
    [InlineData("UPDATE found SET geom = (SELECT geom FROM found WHERE fid = 2) WHERE fid = 1", "not the same")]
    public void A_change_of_one_feature_is_found(string change, string message)
    {
        string path = Write("found.gpkg");
        using (SqliteConnection connection = new($"Data Source={path};Pooling=False"))
        {
            connection.Open();
            using SqliteCommand command = connection.CreateCommand();

            // The triggers of the index call functions of a spatial database.
            command.CommandText = "SELECT group_concat('DROP TRIGGER \"' || name || '\"', ';') FROM sqlite_master WHERE type = 'trigger'";
            command.CommandText = (string)command.ExecuteScalar()! + ";" + change;
            command.ExecuteNonQuery();
        }

        OutputReport report = Verify(path);

        Assert.False(report.IsVerified);
        Assert.Contains(message, Failed(report, "Content"), StringComparison.Ordinal);
    }

    [Fact]
    public void The_order_of_features_does_not_matter_and_a_changed_digit_does()
    {
        string path = Write("found.geojson");
        string[] lines = File.ReadAllLines(path);
        int first = Array.FindIndex(lines, line => line.Contains("\"Feature\"", StringComparison.Ordinal));
        (lines[first], lines[first + 1]) = (lines[first + 1], lines[first]);
        File.WriteAllLines(path, lines);
        Assert.True(Verify(path).IsVerified);

        int at = lines[first].LastIndexOf('.');
        char digit = lines[first][at + 1];
        lines[first] = lines[first].Remove(at + 1, 1).Insert(at + 1, digit == '9' ? "8" : ((char)(digit + 1)).ToString());
        File.WriteAllLines(path, lines);
        Assert.Contains("not the same", Failed(Verify(path), "Content"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_part_of_a_Shapefile_that_was_changed_is_named()
    {
        string path = Write("found.shp");
        byte[] table = File.ReadAllBytes(Path.ChangeExtension(path, ".dbf"));
        table[^20] ^= 1;
        File.WriteAllBytes(Path.ChangeExtension(path, ".dbf"), table);

        Assert.Contains("found.dbf", Failed(Verify(path), "Content"), StringComparison.Ordinal);
    }

    [Fact]
    public void Another_reference_system_is_found()
    {
        string shape = Write("found.shp");
        File.AppendAllText(Path.ChangeExtension(shape, ".prj"), " ");
        Assert.Contains("found.prj", Failed(Verify(shape), "Content"), StringComparison.Ordinal);

        string json = Write("found.geojson");
        File.WriteAllText(json, File.ReadAllText(json).Replace("EPSG::32618", "EPSG::32617", StringComparison.Ordinal));
        Assert.Contains("EPSG:32617", Failed(Verify(json), "Content"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_layer_of_another_program_carries_none()
    {
        string path = _folder.PathOf("other.geojson");
        File.WriteAllText(path, """{"type":"FeatureCollection","features":[],"provenance":{"format":"mine"}}""");

        OutputReport report = Verify(path);

        Assert.False(report.IsVerified);
        Assert.Contains("no provenance", Failed(report, "Provenance"), StringComparison.Ordinal);
    }

    [Fact]
    public void The_model_is_compared_by_its_fingerprint()
    {
        string path = Write("found.gpkg");

        Assert.True(OutputVerification.Run(new LayerSource(path), null, [], () => "M1", CancellationToken.None).IsVerified);
        Assert.Contains("another", Failed(OutputVerification.Run(new LayerSource(path), null, [], () => "M2", CancellationToken.None), "Model"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_file_beside_a_layer_is_a_named_error()
    {
        string path = Write("found.shp");
        File.WriteAllText(path + ".provenance.json", "{");

        LearnFormatException error = Assert.Throws<LearnFormatException>(() => Verify(path));

        Assert.Equal(path + ".provenance.json", error.Path);
    }

    private static OutputReport Verify(string path) => OutputVerification.Run(new LayerSource(path), null, [], model: null, CancellationToken.None);

    private static string Failed(OutputReport report, string name) =>
        Assert.Single(report.Checks, check => check.Name == name && check.Result == OutputCheckResult.Failed).Message;

    private string Write(string name)
    {
        string output = _folder.PathOf(name);
        using MemoryRaster raster = DetectionEngineTests.Scene(300, 300, seed: 1);
        using BlobBackend backend = new(64);
        DetectionLayer layer = new(output, force: false, LocalFileSystem.Instance);
        RunIdentity identity = new([new("raster", "R1"), new("model", "M1"), new("threshold", "0.5")]);
        using JournaledRun run = new(new DetectionRunOptions(), raster, backend, identity, layer.Journal, force: false, model: "blobs", output: output);
        Assert.True(run.Finish(layer, run.Search(progress: null, CancellationToken.None), CancellationToken.None).Features > 10);
        return output;
    }
}
