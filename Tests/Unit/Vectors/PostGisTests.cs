using ArcLearn.Core.Crs;
using ArcLearn.Core.Vectors;
using ArcLearn.Core.Vectors.Updates;
using ArcLearn.Tests.Unit.TestSupport;
using NetTopologySuite.Geometries;

namespace ArcLearn.Tests.Unit.Vectors;

public sealed class PostGisTests(PostGisServer server) : IClassFixture<PostGisServer>
{
    private static readonly FieldDefinition[] s_fields =
        [new("Class", FieldType.Text), new("Classvalue", FieldType.Integer), new("Confidence", FieldType.Real), new("checked", FieldType.Boolean)];

    [PostGisFact]
    public void What_is_written_reads_back_exactly_and_is_replaced_only_by_force()
    {
        string address = server.Address("public.trees");
        Write(address, 32618, 2);

        using (IVectorLayer layer = VectorLayers.Open(address))
        {
            Assert.Equal((address, "trees", 32618, true), (layer.Path, layer.Name, layer.SpatialReference!.Epsg, layer.IsCrsExplicit));
            Assert.Equal(s_fields, layer.Fields);
            VectorFeature[] features = [.. layer.Read()];
            Assert.Equal([1L, 2L], features.Select(f => f.Id));
            Assert.Equal(new object?[] { "Küste", 1L, 1.0 / 3, true }, features[0].Values);
            Assert.True(FeatureWriterTests.Square(1, 1, 1).EqualsExact(features[1].Geometry));
        }

        Assert.Throws<OutputExistsException>(() => Write(address, 32618, 1));
        Write(address, 4326, 1, force: true);
        using IVectorLayer replaced = VectorLayers.Open(address);
        Assert.Equal((4326, 1), (replaced.SpatialReference!.Epsg, replaced.Read().Count()));
        Assert.Equal("gist", server.Execute("labels", "SELECT a.amname FROM pg_class c JOIN pg_am a ON a.oid = c.relam WHERE c.relname = 'trees_geom_idx'"));
        Assert.Equal(true, server.Execute("labels", "SELECT bool_and(ST_IsValid(geom) AND ST_SRID(geom) = 4326) FROM trees"));
    }

    [PostGisFact]
    public void A_layer_without_a_reference_and_without_features_is_still_a_layer()
    {
        string address = server.Address("empty");
        using (IFeatureWriter writer = FeatureWriters.Create(address, "empty", null, s_fields))
        {
            writer.Complete();
        }

        using IVectorLayer layer = VectorLayers.Open(address);
        Assert.Null(layer.SpatialReference);
        Assert.Empty(layer.Read());
    }

    [PostGisFact]
    public void Nothing_stays_without_completion()
    {
        string address = server.Address("half");
        using (IFeatureWriter writer = FeatureWriters.Create(address, "half", null, s_fields))
        {
            writer.Write(FeatureWriterTests.Square(0, 0, 1), ["a", 1L, 1.0, true]);
        }

        Assert.Null(server.Execute("labels", "SELECT oid FROM pg_class WHERE relname = 'half'"));
    }

    [PostGisFact]
    public void Only_rows_that_meet_the_extent_are_given_and_any_column_type_is_read()
    {
        server.Execute("labels", "CREATE SCHEMA \"My Labels\"; CREATE TABLE \"My Labels\".\"Some.Things\" (id serial PRIMARY KEY, kind varchar(9), "
            + "size numeric, day date, data jsonb, raw bytea, shape geometry(GeometryZ)); INSERT INTO \"My Labels\".\"Some.Things\" (kind, size, day, data, shape) VALUES "
            + "('a', 1.5, '2024-05-06', '{\"x\": 1}', 'SRID=2154;POINT Z (1 2 3)'), ('b', NULL, NULL, NULL, 'SRID=2154;POLYGON Z ((10 10 0, 11 10 0, 11 11 0, 10 10 0))'), "
            + "('c', 2, NULL, NULL, NULL)");
        using IVectorLayer layer = VectorLayers.Open(server.Address("My%20Labels.Some.Things"));

        Assert.Equal(2154, layer.SpatialReference!.Epsg);
        Assert.Equal(["kind", "size", "day", "data"], layer.Fields.Select(f => f.Name));
        VectorFeature[] all = [.. layer.Read()];
        Assert.Equal(new object?[] { "a", 1.5, "2024-05-06", "{\"x\": 1}" }, all[0].Values);
        Assert.IsType<Point>(all[0].Geometry);
        Assert.IsType<Polygon>(all[1].Geometry);
        Assert.Null(all[2].Geometry);
        Assert.Equal([2L], layer.Read(new Envelope(5, 20, 5, 20)).Select(f => f.Id));
    }

    [PostGisFact]
    public void A_server_that_goes_away_while_reading_is_one_error()
    {
        server.Execute("labels", "CREATE TABLE many AS SELECT i AS id, repeat('x', 200) AS kind, ST_MakePoint(i, i) AS geom FROM generate_series(1, 200000) AS i");
        using IVectorLayer layer = VectorLayers.Open(server.Address("many"));
        using IEnumerator<VectorFeature> rows = layer.Read().GetEnumerator();
        Assert.True(rows.MoveNext());
        // The backend of a connection that was closed just before may still be there.
        Assert.NotEqual(0, server.Kill());

        LearnDataException error = Assert.Throws<LearnDataException>(() =>
        {
            while (rows.MoveNext())
            {
            }
        });

        Assert.Equal("DatabaseUnavailable", error.Id);
    }

    [PostGisFact]
    public void Rows_are_filled_together_or_not_at_all()
    {
        server.Execute("labels", "CREATE TABLE houses (gid bigint PRIMARY KEY, short varchar(3), geom geometry(Point, 32618)); "
            + "INSERT INTO houses SELECT i * 10, NULL, 'SRID=32618;POINT(1 2)' FROM generate_series(1, 50) AS i");
        FieldUpdate[] fields = [new("Height Class", FieldType.Text, "low", "hoch"), new("sure", FieldType.Real)];
        using IVectorLayer layer = VectorLayers.Open(server.Address("houses"));

        Assert.Equal("FieldLength", Assert.Throws<LearnDataException>(() => LayerUpdates.Begin(layer, [new("short", FieldType.Text, "four")])).Id);
        using (ILayerUpdate left = LayerUpdates.Begin(layer, fields))
        {
            left.Set(1, 10, ["low", 0.5]);
        }

        Assert.Equal(3L, server.Execute("labels", "SELECT count(*) FROM information_schema.columns WHERE table_name = 'houses'"));
        using (ILayerUpdate lost = LayerUpdates.Begin(layer, fields))
        {
            lost.Set(1, 10, ["low", 0.5]);
            Assert.Equal(1, server.Kill());
            Assert.Equal("DatabaseUnavailable", Assert.Throws<LearnDataException>(lost.Complete).Id);
        }

        Assert.Equal(3L, server.Execute("labels", "SELECT count(*) FROM information_schema.columns WHERE table_name = 'houses'"));
        using (ILayerUpdate update = LayerUpdates.Begin(layer, fields))
        {
            update.Set(1, 10, ["low", 0.5]);
            update.Set(50, 500, ["hoch", null]);
            update.Complete();
        }

        Assert.Equal("10:low:0.5 500:hoch:", server.Execute("labels", "SELECT string_agg(gid || ':' || \"Height Class\" || ':' || coalesce(sure::text, ''), ' ' ORDER BY gid) FROM houses WHERE \"Height Class\" IS NOT NULL"));
    }

    [PostGisFact]
    public void Rows_that_are_gone_and_a_right_that_is_missing_change_nothing()
    {
        server.Execute("labels", "CREATE TABLE huts (gid bigint PRIMARY KEY, kind varchar(4), geom geometry(Point, 32618)); INSERT INTO huts SELECT i, NULL, 'SRID=32618;POINT(1 2)' FROM generate_series(1, 3) AS i; "
            + "CREATE ROLE reader LOGIN; GRANT SELECT ON huts TO reader; CREATE ROLE editor LOGIN; GRANT SELECT, UPDATE ON huts TO editor");
        FieldUpdate[] fields = [new("Kind", FieldType.Text, "Häus", "barn")];
        using (IVectorLayer denied = VectorLayers.Open(server.Address("huts", user: "reader")))
        {
            Assert.Throws<UnauthorizedAccessException>(() => LayerUpdates.Begin(denied, fields));
            Assert.Throws<UnauthorizedAccessException>(() => LayerUpdates.Begin(denied, [new("other", FieldType.Text, "x")]));
        }

        using IVectorLayer layer = VectorLayers.Open(server.Address("huts", user: "editor"));
        using (ILayerUpdate update = LayerUpdates.Begin(layer, fields))
        {
            update.Set(1, 1, ["barn"]);
            update.Set(2, 2, ["barn"]);
            server.Execute("labels", "DELETE FROM huts WHERE gid = 2");
            Assert.Equal("LayerChanged", Assert.Throws<LearnDataException>(update.Complete).Id);
        }

        Assert.Equal(0L, server.Execute("labels", "SELECT count(kind) FROM huts"));
        using (ILayerUpdate update = LayerUpdates.Begin(layer, fields))
        {
            update.Set(2, 3, ["Häus"]);
            update.Complete();
        }

        Assert.Equal("3:Häus", server.Execute("labels", "SELECT string_agg(gid || ':' || kind, ' ') FROM huts WHERE kind IS NOT NULL"));
    }

    [PostGisFact]
    public void A_server_that_goes_away_while_writing_is_one_error_and_leaves_no_table()
    {
        using IFeatureWriter writer = FeatureWriters.Create(server.Address("lost"), "lost", CoordinateSystems.FromEpsg(32618), s_fields);
        writer.Write(FeatureWriterTests.Square(0, 0, 1), ["a", 1L, 1.0, true]);
        Assert.Equal(1, server.Kill());

        LearnDataException error = Assert.Throws<LearnDataException>(() =>
        {
            for (int i = 0; i < 100_000; i++)
            {
                writer.Write(FeatureWriterTests.Square(0, 0, 1), ["a", 1L, 1.0, true]);
            }

            writer.Complete();
        });

        writer.Dispose();
        Assert.Equal("DatabaseUnavailable", error.Id);
        Assert.Null(server.Execute("labels", "SELECT oid FROM pg_class WHERE relname = 'lost'"));
    }

    [PostGisTheory]
    [InlineData("public.none", "labels", "TableMissing", "no table 'public.none'")]
    [InlineData("none", "nowhere", "DatabaseMissing", "nowhere")]
    [InlineData("none", "plain", "DatabaseError", "CREATE EXTENSION postgis")]
    public void What_is_not_there_is_named(string table, string database, string id, string message)
    {
        LearnDataException error = Assert.Throws<LearnDataException>(() => VectorLayers.Open(server.Address(table, database)));

        Assert.Equal(id, error.Id);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [PostGisFact]
    public void A_table_without_geometry_and_a_schema_that_is_not_there_are_named()
    {
        server.Execute("labels", "CREATE TABLE plain (a int)");

        Assert.Contains("no geometry column", Assert.Throws<LearnFormatException>(() => VectorLayers.Open(server.Address("plain"))).Message, StringComparison.Ordinal);
        Assert.Contains("no schema 'x'", Assert.Throws<LearnDataException>(() => Write(server.Address("x.y"), 32618, 1)).Message, StringComparison.Ordinal);
        Assert.Equal("UnknownCrs", Assert.Throws<LearnDataException>(() => FeatureWriters.Create(
            server.Address("y"), "y", CoordinateSystems.FromWkt("LOCAL_CS[\"site\",UNIT[\"metre\",1]]"), s_fields)).Id);
    }

    [PostGisFact]
    public void A_user_who_may_not_is_denied()
    {
        server.Execute("labels", "CREATE TABLE secret (geom geometry); CREATE ROLE guest LOGIN");
        string address = server.Address("secret").Replace("postgres@", "guest@", StringComparison.Ordinal);

        Assert.Throws<UnauthorizedAccessException>(() => VectorLayers.Open(address).Read().Count());
        Assert.Throws<UnauthorizedAccessException>(() => Write(address.Replace("secret", "mine", StringComparison.Ordinal), 32618, 1));
    }

    [Fact]
    public void A_server_that_does_not_answer_is_unavailable()
    {
        LearnDataException error = Assert.Throws<LearnDataException>(() => VectorLayers.Open("postgresql://nobody@127.0.0.1:1/x?table=t"));

        Assert.Equal("DatabaseUnavailable", error.Id);
        Assert.Contains("postgresql://nobody@127.0.0.1:1/x?table=t", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("postgresql://me:hunter2@host/db?table=t")]
    [InlineData("postgresql://me@host/db?table=t&password=hunter2")]
    public void A_password_in_the_address_is_refused_and_never_repeated(string text)
    {
        LearnArgumentException error = Assert.Throws<LearnArgumentException>(() => PostGisAddress.Parse(text, "OutputName"));

        Assert.Contains("PGPASSWORD", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("postgresql://host/db", "names no table")]
    [InlineData("postgresql://host/db?table=", "names no table")]
    [InlineData("postgresql://host/db?table=t&colour=red", "'colour' is no part")]
    [InlineData("postgresql://host:99999/db?table=t", "no port")]
    public void An_address_that_says_too_little_is_refused(string text, string message) =>
        Assert.Contains(message, Assert.Throws<LearnArgumentException>(() => PostGisAddress.Parse(text, "OutputName")).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("postgresql://me@[::1]:6543/town?table=a.b.c&column=shape", "a", "b.c", "shape", "Host=::1;Port=6543;Username=me;Database=town")]
    [InlineData("POSTGRES://host/my%20db?table=t", "public", "t", null, "Host=host;Port=5432;")]
    public void The_parts_of_an_address_are_told_apart(string text, string schema, string table, string? column, string connection)
    {
        PostGisAddress address = PostGisAddress.Parse(text, "OutputName");

        Assert.Equal((schema, table, column), (address.Schema, address.Table, address.Column));
        Assert.StartsWith(connection, address.ConnectionString, StringComparison.Ordinal);
    }

    private static void Write(string address, int code, int count, bool force = false)
    {
        using IFeatureWriter writer = FeatureWriters.Create(address, "a", CoordinateSystems.FromEpsg(code), s_fields, force: force);
        for (int i = 0; i < count; i++)
        {
            writer.Write(FeatureWriterTests.Square(i, i, 1), ["Küste", 1L, 1.0 / 3, true]);
        }

        writer.Complete();
    }
}
