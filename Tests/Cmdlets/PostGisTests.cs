using System.Management.Automation;
using System.Text;
using ArcLearn.Tests.Cmdlets.TestSupport;
using ArcLearn.Tests.Unit.TestSupport;

namespace ArcLearn.Tests.Cmdlets;

/// <summary>A database with the labels of a scene in the table 'squares', and a model, untrained: it finds something everywhere.</summary>
public sealed class PostGisFixture : IDisposable
{
    public PostGisFixture()
    {
        if (PostGisServer.SkipReason is not null)
        {
            return;
        }

        TestScene.Write(Folder["scene.tif"], Folder["labels.geojson"]);
        string collection = File.ReadAllText(Folder["labels.geojson"]).Replace("'", "''", StringComparison.Ordinal);
        Server.Execute("labels", $"""
            CREATE TABLE squares AS SELECT i AS id, f #>> ARRAY['properties', 'class'] AS class, ST_SetSRID(ST_GeomFromGeoJSON(f ->> 'geometry'), 32618)::geometry(Polygon, 32618) AS shape
            FROM json_array_elements('{collection}'::json -> 'features') WITH ORDINALITY AS list (f, i);
            ALTER TABLE squares ADD PRIMARY KEY (id);
            GRANT SELECT ON squares TO {PostGisServer.Guarded};
            GRANT CREATE ON SCHEMA public TO {PostGisServer.Guarded}
            """);
        Host.SetLocation(Folder.Path);
        Host.Run("""
            $cut = @{ InputRaster = 'scene.tif'; TileSize = 64; MetadataFormat = 'PASCAL_VOC_rectangles'; ClassValueField = 'class' }
            $find = @{ InputRaster = 'scene.tif'; ModelArguments = @{ threshold = 0.02 } }
            $chips = Export-TrainingData @cut -InputClassData labels.geojson -OutputLocation chips
            $data = New-LearnDataBunch chips -ChipSize 64 -BatchSize 4 -Seed 7 -WarningAction Ignore
            $model = $data | New-SingleShotDetector -Backbone squeezenet1_1 -Grids 2 -Ratios '1:1' -WarningAction Ignore
            $file = Invoke-DetectObjects @find -Model $model -OutputName file.gpkg
            """).ThrowIfFailed();
    }

    internal PostGisServer Server { get; } = new();

    internal TemporaryFolder Folder { get; } = new();

    internal ModuleHost Host { get; } = new();

    public void Dispose()
    {
        Host.Run("if (Get-Variable model -ErrorAction Ignore) { $model.Dispose() }");
        Host.Dispose();
        Folder.Dispose();
        Server.Dispose();
    }

    /// <summary>A count or name that the database gives, past the module.</summary>
    internal object? Ask(string query) => Server.Execute("labels", query);

    /// <summary>Waits until the module's backend does what the condition on pg_stat_activity says.</summary>
    internal void WaitFor(string condition)
    {
        for (int i = 0; (long)Ask($"SELECT count(*) FROM pg_stat_activity WHERE application_name = 'ArcLearn' AND {condition}")! == 0; i++)
        {
            Assert.True(i < 3000, $"The module's connection was never at: {condition}");
            Thread.Sleep(20);
        }
    }
}

/// <summary>Tables as labels and as output. Only a complete layer is ever seen, and no password.</summary>
public sealed class PostGisTests(PostGisFixture job) : IClassFixture<PostGisFixture>
{
    private const string Detect = "param($table) Invoke-DetectObjects @find -Model $model -OutputName $table";

    [PostGisFact]
    public void Labels_of_a_table_give_the_chips_that_the_same_labels_of_a_file_give()
    {
        RunResult result = job.Host.Run("param($table) Export-TrainingData @cut -InputClassData $table -OutputLocation fromtable -Verbose", job.Server.Address("squares")).ThrowIfFailed();

        Assert.Contains(result.Verbose, line => line.Contains("layer 'squares': 36 label(s), EPSG:32618", StringComparison.Ordinal));
        string[] files = [.. Files("chips")];
        Assert.True(files.Length > 40, $"{files.Length} files");
        Assert.Equal(files, Files("fromtable"));
        Assert.All(files.Where(name => name.EndsWith(".xml", StringComparison.Ordinal) || name.EndsWith(".tif", StringComparison.Ordinal)), name =>
            Assert.Equal(File.ReadAllBytes(Path.Combine(job.Folder["chips"], name)), File.ReadAllBytes(Path.Combine(job.Folder["fromtable"], name))));
    }

    [PostGisFact]
    public void Detections_in_a_table_are_those_of_a_file_and_only_Force_replaces_them()
    {
        string address = job.Server.Address("public.found");
        PSObject layer = Assert.Single(job.Host.Run(Detect, address).ThrowIfFailed().Output);

        Assert.Equal(("PostGIS", address, "found"), ((string)layer.Properties["Format"].Value, (string)layer.Properties["Path"].Value, (string)layer.Properties["LayerName"].Value));
        int count = (int)layer.Properties["Features"].Value;
        Assert.True(count > 0);
        Assert.Equal(job.Host.Run("$file.Features").SingleOutput, count);
        Assert.Equal((long)count, job.Ask("SELECT count(*) FROM found WHERE ST_IsValid(geom) AND ST_SRID(geom) = 32618"));

        RunResult again = job.Host.Run(Detect, address);
        Assert.Equal(("OutputExists", ErrorCategory.ResourceExists), (again.ErrorId, again.SingleError.CategoryInfo.Category));
        Assert.Equal((long)count, job.Ask("SELECT count(*) FROM found"));

        RunResult forced = job.Host.Run("param($table) Invoke-DetectObjects -InputRaster scene.tif -Model $model -ModelArguments @{ threshold = 0.02 } -RunNms -OutputName $table -Force", address).ThrowIfFailed();
        int fewer = (int)Assert.Single(forced.Output).Properties["Features"].Value;
        Assert.InRange(fewer, 1, count - 1);
        Assert.Equal((long)fewer, job.Ask("SELECT count(*) FROM found"));
    }

    [PostGisFact]
    public void Shards_merge_to_the_rows_of_the_whole_table_which_is_verified_until_a_row_is_changed()
    {
        RunResult result = job.Host.Run("""
            param($whole, $merged)
            $run = @{ InputRaster = 'scene.tif'; Model = $model; ModelArguments = @{ threshold = 0.02 }; RunNms = $true; MaxOverlapRatio = 0.3 }
            $first = Invoke-DetectObjects @run -OutputName $whole
            $second = (1..4).ForEach({ Invoke-DetectObjects @run -OutputName $merged -Shard "$_/4" }) | Merge-LearnShard -RemoveShard
            $first.Features, $second.Features
            ($second | Test-LearnOutput -Model $model).IsVerified
            """, job.Server.Address("wholerun"), job.Server.Address("mergedrun")).ThrowIfFailed();

        Assert.True((int)result.Output[0].BaseObject > 0);
        Assert.Equal(result.Output[0].BaseObject, result.Output[1].BaseObject);
        Assert.True((bool)result.Output[2].BaseObject);
        Assert.Equal(0L, job.Ask("SELECT count(*) FROM (TABLE wholerun EXCEPT TABLE mergedrun) AS other"));
        Assert.Equal(0L, job.Ask("SELECT count(*) FROM (TABLE mergedrun EXCEPT TABLE wholerun) AS other"));

        job.Ask("UPDATE mergedrun SET \"Confidence\" = 99 WHERE fid = 1");
        Assert.Equal("Content: Failed", job.Host.Run("param($table) (Test-LearnOutput $table).Checks[1].ToString()", job.Server.Address("mergedrun")).ThrowIfFailed().SingleOutput);
    }

    [PostGisFact]
    public void A_table_of_detections_is_drawn_and_taken_as_labels()
    {
        RunResult result = job.Host.Run("""
            param($table)
            $found = Invoke-DetectObjects @find -Model $model -OutputName $table -RunNms
            $picture = $found | Show-LearnOutput -Path found.png
            "$($picture.Shows)"
            $more = Export-TrainingData scene.tif $found more -TileSize 64 -MetadataFormat PASCAL_VOC_rectangles -ClassValueField Class
            "$($more.Classes.Name)"
            """, job.Server.Address("drawn")).ThrowIfFailed();

        Assert.Contains("objects over scene.tif", (string)result.Output[0].BaseObject, StringComparison.Ordinal);
        Assert.Contains((string)result.Output[1].BaseObject, new[] { "pool", "roof", "pool roof" });
    }

    [PostGisTheory]
    [InlineData("nothing", "labels", "TableMissing", ErrorCategory.ObjectNotFound, "no table 'public.nothing'")]
    [InlineData("town.nothing", "labels", "TableMissing", ErrorCategory.ObjectNotFound, "town")]
    [InlineData("nothing", "nowhere", "DatabaseMissing", ErrorCategory.ObjectNotFound, "nowhere")]
    [InlineData("nothing", "plain", "DatabaseError", ErrorCategory.InvalidData, "CREATE EXTENSION postgis")]
    public void Labels_that_are_not_there_are_one_error(string table, string database, string id, ErrorCategory category, string message)
    {
        string[] before = job.Folder.Content;
        RunResult result = job.Host.Run("param($table) Export-TrainingData @cut -InputClassData $table -OutputLocation new", job.Server.Address(table, database));

        Assert.Equal((id, category), (result.ErrorId, result.SingleError.CategoryInfo.Category));
        Assert.Contains(message, result.SingleError.ToString(), StringComparison.Ordinal);
        Assert.Equal(before, job.Folder.Content);
    }

    [PostGisTheory]
    [InlineData("town.found", "labels", "TableMissing", ErrorCategory.ObjectNotFound, "no schema 'town'")]
    [InlineData("found", "nowhere", "DatabaseMissing", ErrorCategory.ObjectNotFound, "nowhere")]
    [InlineData("found", "plain", "DatabaseError", ErrorCategory.InvalidData, "CREATE EXTENSION postgis")]
    public void A_table_that_cannot_be_made_is_one_error_before_any_tile(string table, string database, string id, ErrorCategory category, string message)
    {
        RunResult result = job.Host.Run(Detect, job.Server.Address(table, database));

        Assert.Equal((id, category), (result.ErrorId, result.SingleError.CategoryInfo.Category));
        Assert.Contains(message, result.SingleError.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(result.Progress, at => at.RecordType == ProgressRecordType.Processing);
    }

    [PostGisFact]
    public void A_view_is_not_replaced()
    {
        job.Ask("CREATE VIEW seen AS SELECT * FROM squares");
        RunResult result = job.Host.Run(Detect + " -Force", job.Server.Address("seen"));

        Assert.Equal("InvalidArgument", result.ErrorId);
        Assert.Equal("v", job.Ask("SELECT relkind::text FROM pg_class WHERE relname = 'seen'"));
    }

    [PostGisFact]
    public async Task A_server_that_crashes_while_the_table_is_written_is_one_error_and_leaves_no_table()
    {
        // All rows are sent when the index is begun; there the server is held until it ends.
        job.Ask("""
            CREATE FUNCTION wait() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(300); END';
            CREATE EVENT TRIGGER hold ON ddl_command_start WHEN TAG IN ('CREATE INDEX') EXECUTE FUNCTION wait()
            """);
        Task<RunResult> run = Task.Run(() => job.Host.Run(Detect, job.Server.Address("lost")));
        job.WaitFor("wait_event = 'PgSleep'");
        job.Server.Crash();
        RunResult result = await run;
        job.Ask("DROP EVENT TRIGGER hold; DROP FUNCTION wait");

        Assert.Equal(("DatabaseUnavailable", ErrorCategory.ConnectionError), (result.ErrorId, result.SingleError.CategoryInfo.Category));
        Assert.Empty(result.Output);
        Assert.Null(job.Ask("SELECT oid FROM pg_class WHERE relname LIKE 'lost%'"));
        job.Host.Run(Detect, job.Server.Address("lost")).ThrowIfFailed();
    }

    [PostGisFact]
    public async Task A_server_that_crashes_while_features_get_their_class_leaves_the_table_and_the_repeated_run_goes_on()
    {
        job.Ask("CREATE TABLE parcels AS SELECT * FROM squares; INSERT INTO parcels VALUES (900, 'none', NULL); ALTER TABLE parcels ADD PRIMARY KEY (id)");
        job.Ask("""
            CREATE FUNCTION hold_update() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN IF EXISTS (SELECT FROM pg_class WHERE relname = ''held'') THEN PERFORM pg_sleep(300); END IF; RETURN NULL; END';
            CREATE TRIGGER hold AFTER UPDATE ON parcels FOR EACH ROW EXECUTE FUNCTION hold_update();
            CREATE TABLE held ()
            """);
        job.Host.Run("""
            $tiles = Export-TrainingData scene.tif labels.geojson labelled -ClassValueField class -MetadataFormat Labeled_Tiles -TileSize 64
            $kinds = $tiles | New-LearnDataBunch -ChipSize 64 -BatchSize 4 -WarningAction Ignore | New-FeatureClassifier -Backbone squeezenet1_1 -WarningAction Ignore
            """).ThrowIfFailed();
        const string classify = "param($table) Invoke-ClassifyFeatures $table $kinds -InputRaster scene.tif -OutputLabelField kind -ConfidenceField sure -Force";
        string address = job.Server.Address("parcels");
        Task<RunResult> run = Task.Run(() => job.Host.Run(classify, address));
        job.WaitFor("wait_event = 'PgSleep'");
        job.Server.Crash();
        RunResult lost = await run;

        Assert.Equal(("DatabaseUnavailable", ErrorCategory.ConnectionError), (lost.ErrorId, lost.SingleError.CategoryInfo.Category));
        Assert.Empty(lost.Output);
        Assert.Equal("id, class, shape", job.Ask("SELECT string_agg(column_name, ', ' ORDER BY ordinal_position) FROM information_schema.columns WHERE table_name = 'parcels'"));

        job.Ask("DROP TABLE held");
        RunResult again = job.Host.Run(classify.Replace(" -Force", "", StringComparison.Ordinal), address).ThrowIfFailed();
        PSObject layer = Assert.Single(again.Output);
        Assert.Equal((37L, 37L, 36L, 1L), ((long)layer.Properties["ResumedFeatures"].Value, (long)layer.Properties["Features"].Value, (long)layer.Properties["Classified"].Value, (long)layer.Properties["Skipped"].Value));
        Assert.Equal(36L, job.Ask("SELECT count(*) FROM parcels WHERE kind IN ('roof', 'pool') AND sure BETWEEN 0.5 AND 1"));
        Assert.Equal(1L, job.Ask("SELECT count(*) FROM parcels WHERE kind IS NULL AND sure IS NULL AND id = 900"));
        job.Host.Run("$kinds.Dispose()").ThrowIfFailed();
    }

    [PostGisFact]
    public async Task A_connection_that_ends_while_a_table_is_replaced_leaves_the_old_one()
    {
        job.Ask("CREATE TABLE old AS SELECT * FROM squares");
        Task<RunResult> run;
        using (Npgsql.NpgsqlConnection reader = job.Server.Connect("labels"))
        {
            // A reader in its transaction: the old table cannot be dropped before it has ended.
            using Npgsql.NpgsqlTransaction transaction = reader.BeginTransaction();
            using Npgsql.NpgsqlCommand read = new("SELECT count(*) FROM old", reader, transaction);
            Assert.Equal(36L, read.ExecuteScalar());
            run = Task.Run(() => job.Host.Run(Detect + " -Force", job.Server.Address("old")));
            job.WaitFor("wait_event_type = 'Lock'");
            Assert.Equal(1, job.Server.Kill());
        }

        RunResult result = await run;
        Assert.Equal("DatabaseUnavailable", result.ErrorId);
        Assert.Empty(result.Output);
        Assert.Equal(36L, job.Ask("SELECT count(*) FROM old"));
    }

    [PostGisFact]
    public async Task A_server_that_goes_away_while_labels_are_read_is_one_error_and_leaves_no_folder()
    {
        // The first row comes at once, the second not before the server has ended.
        job.Ask("CREATE FUNCTION late(n int) RETURNS int LANGUAGE plpgsql VOLATILE AS 'BEGIN IF n > 1 THEN PERFORM pg_sleep(300); END IF; RETURN n; END'");
        job.Ask("CREATE VIEW slow AS SELECT late(id::int) AS id, class, shape FROM squares");
        string[] before = job.Folder.Content;
        Task<RunResult> run = Task.Run(() => job.Host.Run("param($table) Export-TrainingData @cut -InputClassData $table -OutputLocation new", job.Server.Address("slow")));
        job.WaitFor("wait_event = 'PgSleep'");
        Assert.Equal(1, job.Server.Kill());

        RunResult result = await run;
        Assert.Equal(("DatabaseUnavailable", ErrorCategory.ConnectionError), (result.ErrorId, result.SingleError.CategoryInfo.Category));
        Assert.Equal(before, job.Folder.Content);
    }

    [PostGisFact]
    public void The_password_is_in_no_error_stream_or_file()
    {
        string labels = job.Server.Address("squares", user: PostGisServer.Guarded);
        string table = job.Server.Address("mine", user: PostGisServer.Guarded);
        string? outside = Environment.GetEnvironmentVariable("PGPASSWORD");
        try
        {
            Environment.SetEnvironmentVariable("PGPASSWORD", PostGisServer.Password);
            RunResult good = job.Host.Run("""
                param($labels, $table)
                Export-TrainingData @cut -InputClassData $labels -OutputLocation guarded -Verbose
                Invoke-DetectObjects @find -Model $model -OutputName $table -Verbose
                """, labels, table).ThrowIfFailed();
            Assert.Contains(good.Verbose, line => line.Contains(labels, StringComparison.Ordinal));
            Assert.Contains(good.Verbose, line => line.Contains(table, StringComparison.Ordinal));
            Assert.Equal(PostGisServer.Guarded, job.Ask("SELECT tableowner FROM pg_tables WHERE tablename = 'mine'"));

            RunResult missing = job.Host.Run("param($table) Export-TrainingData @cut -InputClassData $table -OutputLocation new -Verbose", labels.Replace("squares", "nothing", StringComparison.Ordinal));
            Assert.Equal("TableMissing", missing.ErrorId);

            const string wrong = "not-" + PostGisServer.Password;
            Environment.SetEnvironmentVariable("PGPASSWORD", wrong);
            RunResult[] denied = [job.Host.Run("param($labels) Export-TrainingData @cut -InputClassData $labels -OutputLocation new -Verbose", labels), job.Host.Run(Detect + " -Force -Verbose", table)];
            Assert.All(denied, result => Assert.Equal("AccessDenied", result.ErrorId));
            Environment.SetEnvironmentVariable("PGPASSWORD", null);
            RunResult none = job.Host.Run(Detect + " -Force -Verbose", table);
            Assert.Equal("AccessDenied", none.ErrorId);

            string said = string.Join('\n', new[] { good, missing, none }.Concat(denied).SelectMany(Said));
            Assert.Contains(PostGisServer.Guarded, said, StringComparison.Ordinal);
            Assert.DoesNotContain(PostGisServer.Password, said, StringComparison.Ordinal);
            Assert.All(Directory.EnumerateFiles(job.Folder["guarded"], "*", SearchOption.AllDirectories), path =>
                Assert.DoesNotContain(PostGisServer.Password, Encoding.Latin1.GetString(File.ReadAllBytes(path)), StringComparison.Ordinal));
        }
        finally
        {
            Environment.SetEnvironmentVariable("PGPASSWORD", outside);
        }
    }

    private static IEnumerable<string> Said(RunResult result) =>
    [
        .. result.Verbose, .. result.Warnings, result.Text, .. result.Progress.Select(at => $"{at.Activity} {at.StatusDescription} {at.CurrentOperation}"),
        .. result.Output.SelectMany(item => item.Properties).Select(property => $"{property.Value}"),
        .. result.AllErrors.Select(error => $"{error} {error.Exception} {error.TargetObject} {error.ErrorDetails} {error.CategoryInfo}"),
    ];

    private IEnumerable<string> Files(string folder) => Directory.EnumerateFiles(job.Folder[folder], "*", SearchOption.AllDirectories)
        .Select(path => Path.GetRelativePath(job.Folder[folder], path)).Order(StringComparer.Ordinal);
}
