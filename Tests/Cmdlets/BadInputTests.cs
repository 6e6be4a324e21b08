using System.IO.Compression;
using System.Management.Automation;
using System.Text;
using System.Text.RegularExpressions;
using ArcLearn.Tests.Cmdlets.TestSupport;
using ArcLearn.Tests.Unit.Vectors;

namespace ArcLearn.Tests.Cmdlets;

/// <summary>A session with data and a model, and files that are wrong in one way each.</summary>
public sealed class BadInputFixture : SessionFixture
{
    public BadInputFixture()
    {
        TestScene.Write(Folder["scene.tif"], Folder["labels.geojson"]);
        TestScene.Write(Folder["grey.tif"], Folder["grey.geojson"], size: 192, bands: 1);
        TestScene.Write(Folder["large.tif"], Folder["large.geojson"], size: 2048);
        Host.SetLocation(Folder.Path);
        Host.Run("""
            $chips = Export-TrainingData scene.tif labels.geojson chips -TileSize 64 -MetadataFormat PASCAL_VOC_rectangles -ClassValueField class
            $data = New-LearnDataBunch chips -ChipSize 64 -BatchSize 4 -Seed 7 -WarningAction SilentlyContinue
            $model = $data | New-SingleShotDetector -Backbone squeezenet1_1 -Grids 2 -Ratios '1:1' -WarningAction SilentlyContinue
            $null = $model | Save-LearnModel -Path models/squares
            $layer = Invoke-DetectObjects scene.tif $model layer.geojson
            """).ThrowIfFailed();
        MakeRasters();
        MakeLabels();
        MakeChips();
        MakeModels();
    }

    internal static string Feature(string geometry) =>
        $$"""{ "type": "Feature", "properties": { "class": "roof" }, "geometry": {{geometry}} }""";

    internal static string Collection(string crs, params string[] features) =>
        $$"""{ "type": "FeatureCollection",{{(crs.Length == 0 ? "" : $$""" "crs": { "type": "name", "properties": { "name": "{{crs}}" } },""")}} "features": [{{string.Join(",", features)}}] }""";

    private void MakeRasters()
    {
        byte[] whole = File.ReadAllBytes(Folder["scene.tif"]);
        File.WriteAllBytes(Folder["truncated.tif"], whole[..(whole.Length / 2)]);
        File.WriteAllBytes(Folder["empty.tif"], []);
        File.WriteAllText(Folder["text.tif"], "no raster");

        // Without its last tag, the one with the GeoKeys, and without scale and tie point for the second.
        byte[] bare = [.. whole];
        int count = BitConverter.ToUInt16(bare, 8);
        BitConverter.GetBytes((ushort)(count - 1)).CopyTo(bare, 8);
        File.WriteAllBytes(Folder["nocrs.tif"], bare);
        BitConverter.GetBytes((ushort)(count - 3)).CopyTo(bare, 8);
        File.WriteAllBytes(Folder["nogeo.tif"], bare);
    }

    private void MakeLabels()
    {
        const string utm = "urn:ogc:def:crs:EPSG::32618";
        string square = Feature("""{ "type": "Polygon", "coordinates": [[[500050,4499950],[500050,4499940],[500060,4499940],[500060,4499950],[500050,4499950]]] }""");
        string bow = Feature("""{ "type": "Polygon", "coordinates": [[[500050,4499950],[500070,4499930],[500070,4499950],[500050,4499930],[500050,4499950]]] }""");
        string nothing = Feature("null");
        string empty = Feature("""{ "type": "Polygon", "coordinates": [] }""");
        string flat = Feature("""{ "type": "Polygon", "coordinates": [[[500050,4499950],[500060,4499950],[500060,4499950],[500050,4499950]]] }""");
        foreach ((string name, string[] values) in new[] { ("below", new[] { "1", "-1" }), ("wide", ["4294967296"]), ("both", ["1", "\"roof\"", "null"]) })
        {
            IEnumerable<string> features = values.Select(value => square.Replace("\"class\": \"roof\"", $"\"classvalue\": {value}", StringComparison.Ordinal));
            File.WriteAllText(Folder[name + ".geojson"], Collection(utm, [.. features]));
        }

        File.WriteAllText(Folder["far.geojson"], Collection(utm, square.Replace("4499", "5499", StringComparison.Ordinal)));
        File.WriteAllText(Folder["strange.geojson"], Collection("urn:ogc:def:crs:EPSG::5514", square));
        File.WriteAllText(Folder["none.geojson"], Collection(utm));
        File.WriteAllText(Folder["hollow.geojson"], Collection(utm, nothing, empty, flat));
        File.WriteAllText(Folder["mixed.geojson"], Collection(utm, square, bow, nothing, empty, flat));
        File.WriteAllText(Folder["cut.geojson"], File.ReadAllText(Folder["labels.geojson"])[..300]);
        File.WriteAllText(Folder["kinds.geojson"], Collection(utm, square, Feature("""{ "type": "Point", "coordinates": [500050, 4499950] }""")));
        File.WriteAllText(Folder["bows.geojson"], Collection(utm, bow, bow));

        // A UTM zone has no coordinates for what lies a quarter of the way around the world.
        File.WriteAllText(Folder["beyond.geojson"], Collection("", Feature("""{ "type": "Polygon", "coordinates": [[[15, 0], [15.1, 0], [15, 0.1], [15, 0]]] }""")));
        foreach ((string name, string[] extensions) in new[] { ("tableless", new[] { ".shp", ".shx", ".prj" }), ("placeless", [".shp", ".shx", ".dbf"]) })
        {
            Array.ForEach(extensions, extension => File.Copy(VectorData.PathOf("labels-utm18" + extension), Folder[name + extension]));
        }

        // The name of one table spelt otherwise, in as many letters.
        byte[] package = File.ReadAllBytes(VectorData.PathOf("labels-utm18.gpkg"));
        File.WriteAllBytes(Folder["columnless.gpkg"], Encoding.Latin1.GetBytes(
            Encoding.Latin1.GetString(package).Replace("gpkg_geometry_columns", "gpkg_geometry_colonne", StringComparison.Ordinal)));
    }

    private void MakeChips()
    {
        foreach (string name in new[] { "some", "nobody", "nameless", "template", "outside", "broken" })
        {
            Copy(Folder["chips"], Folder[name]);
        }

        string[] Files(string folder, string part) => [.. Directory.EnumerateFiles(Path.Combine(Folder[folder], part)).Order(StringComparer.Ordinal)];
        Array.ForEach(Files("some", "images").Where(f => f.EndsWith(".tif", StringComparison.Ordinal)).Take(3).ToArray(), File.Delete);
        Array.ForEach(Files("nobody", "images"), File.Delete);
        Edit(Files("nameless", "labels")[0], text => text.Remove(text.IndexOf("<name>", StringComparison.Ordinal), text.IndexOf("</name>", StringComparison.Ordinal) + 7 - text.IndexOf("<name>", StringComparison.Ordinal)));
        Edit(Folder["template/esri_model_definition.emd"], text => Regex.Replace(text, "(?<=\"Image(Height|Width)\"\\s*:\\s*)64", "\"e.g. 256\""));
        Edit(Files("outside", "labels")[0], text => text.Replace("<xmax>", "<xmax>9", StringComparison.Ordinal));
        string chip = Files("broken", "images").First(f => f.EndsWith(".tif", StringComparison.Ordinal));
        File.WriteAllBytes(chip, File.ReadAllBytes(chip)[..200]);
    }

    private void MakeModels()
    {
        string emd = File.ReadAllText(Folder["models/squares/squares.emd"]);
        byte[] weights = File.ReadAllBytes(Folder["models/squares/squares.pth"]);

        // Pickled by hand: what a torch.save of an object with a __reduce__ holds. Protocol 2, os.system('touch …'), stop.
        byte[] call = [0x80, 2, .. "cposix\nsystem\nX"u8, 10, 0, 0, 0, .. "touch PWND"u8, 0x85, (byte)'R', (byte)'.'];
        File.WriteAllBytes(Folder["call.pth"], call);
        File.WriteAllBytes(Folder["cut.pth"], weights[..(weights.Length / 2)]);
        Model("classes", Regex.Replace(emd, "(?<=\"Classes\"\\s*:\\s*\\[)", "{ \"Value\": 9, \"Name\": \"nine\", \"Color\": [1, 2, 3] },"), weights);
        Model("backbone", emd.Replace("squeezenet1_1", "resnet18", StringComparison.Ordinal), weights);
        Model("call", emd, call);
        byte[] archive = Weights([0x80, 2, .. "cposix\nsystem\nX"u8, 10, 0, 0, 0, .. "touch PWND"u8, 0x85, (byte)'R', (byte)'.']);
        byte[] made = Weights([0x80, 2, .. "ccollections\nOrderedDict\n)"u8, 0x81, (byte)'.']);
        byte[] header = [99, 0, 0, 0, 0, 0, 0, 0, .. "{\"w\":{\"dtype\":1}"u8];
        byte[] flipped = [.. weights];
        flipped[^(weights.Length / 2)] ^= 1;
        File.WriteAllBytes(Folder["archive.pth"], archive);
        Model("archive", emd, archive);
        Model("made", emd, made);
        Model("header", emd, header);
        Model("flipped", emd, flipped);
        Pack("archive");
        Pack("header");
        Pack("flipped");
        Model("template", Regex.Replace(emd, "(?<=\"ImageWidth\"\\s*:\\s*)64", "\"e.g. 256\""), weights);
        Model("grids", Regex.Replace(emd, "(?<=\"Grids\"\\s*:\\s*\\[)", "0,"), weights);
        Zip("up.dlpk", ("squares.emd", emd), ("../../up.txt", "x"));
        Zip("two.dlpk", ("a.emd", emd), ("b.emd", emd));
        Zip("classes.dlpk", ("squares.emd", File.ReadAllText(Folder["bad-classes/squares.emd"])));
    }

    /// <summary>An archive as torch.save makes it, with that pickle.</summary>
    private static byte[] Weights(byte[] pickle)
    {
        using MemoryStream stream = new();
        using (ZipArchive archive = new(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            using Stream entry = archive.CreateEntry("model/data.pkl", CompressionLevel.NoCompression).Open();
            entry.Write(pickle);
        }

        return stream.ToArray();
    }

    private void Pack(string name) => ZipFile.CreateFromDirectory(Folder["bad-" + name], Folder[name + ".dlpk"]);

    private void Model(string name, string emd, byte[] weights)
    {
        Directory.CreateDirectory(Folder["bad-" + name]);
        File.WriteAllText(Folder[$"bad-{name}/squares.emd"], emd);
        File.WriteAllBytes(Folder[$"bad-{name}/squares.pth"], weights);
    }

    private void Zip(string name, params (string Entry, string Text)[] entries)
    {
        using ZipArchive archive = ZipFile.Open(Folder[name], ZipArchiveMode.Create);
        archive.CreateEntryFromFile(Folder["models/squares/squares.pth"], "squares.pth", CompressionLevel.NoCompression);
        foreach ((string entry, string text) in entries)
        {
            using StreamWriter writer = new(archive.CreateEntry(entry).Open());
            writer.Write(text);
        }
    }

    private static void Copy(string from, string to)
    {
        foreach (string file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            string target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }

    private static void Edit(string path, Func<string, string> change)
    {
        string text = File.ReadAllText(path);
        string changed = change(text);
        Assert.NotEqual(text, changed);
        File.WriteAllText(path, changed);
    }
}

/// <summary>Each bad input is one error with an id, a category and a message that helps; nothing is left behind, the session goes on.</summary>
public sealed class BadInputTests(BadInputFixture job) : IClassFixture<BadInputFixture>
{
    private const string Cut = "Export-TrainingData -OutputLocation new -TileSize 64 -MetadataFormat PASCAL_VOC_rectangles -InputRaster ";

    [Theory]
    [InlineData("PathNotFound", "ObjectNotFound", "missing.tif", Cut + "missing.tif labels.geojson")]
    [InlineData("InvalidFormat", "InvalidData", "truncated.tif", Cut + "truncated.tif labels.geojson")]
    [InlineData("InvalidFormat", "InvalidData", "is empty", Cut + "empty.tif labels.geojson")]
    [InlineData("InvalidFormat", "InvalidData", "gdal_translate", Cut + "text.tif labels.geojson")]
    [InlineData("InvalidFormat", "InvalidData", "is a folder", Cut + "chips labels.geojson")]
    [InlineData("InvalidFormat", "InvalidData", "is a folder", Cut + "scene.tif chips")]
    [InlineData("InvalidFormat", "InvalidData", "a classified raster has one", Cut + "scene.tif scene.tif")]
    [InlineData("ClassValueInvalid", "InvalidData", "'-1'", Cut + "scene.tif below.geojson")]
    [InlineData("ClassValueInvalid", "InvalidData", "'4294967296'", Cut + "scene.tif wide.geojson")]
    [InlineData("ClassValueInvalid", "InvalidData", "are numbers", Cut + "scene.tif both.geojson")]
    [InlineData("InvalidParameterMix", "InvalidArgument", "has no fields", Cut + "scene.tif grey.tif -ClassValueField class")]
    [InlineData("InvalidParameterMix", "InvalidArgument", "needs labels", Cut + "scene.tif")]
    [InlineData("InvalidParameterMix", "InvalidArgument", "other side", "Export-TrainingData scene.tif -OutputLocation new -MetadataFormat CycleGAN")]
    [InlineData("InvalidParameterMix", "InvalidArgument", "for chips that are made for one object", Cut + "scene.tif labels.geojson -BlackenAroundFeature")]
    [InlineData("MaskInvalid", "InvalidData", "made of polygons", Cut + "scene.tif labels.geojson -InputMaskPolygons kinds.geojson")]
    [InlineData("ParameterArgumentTransformationError", "InvalidData", "MRF chips are not written", Cut + "scene.tif labels.geojson -ChipFormat MRF")]
    [InlineData("ParameterArgumentTransformationError", "InvalidData", "StrideSize", Cut + "scene.tif labels.geojson -StrideSize 0")]
    [InlineData("OutputMismatch", "InvalidData", "another tile size", "Export-TrainingData scene.tif labels.geojson chips -TileSize 32 -MetadataFormat PASCAL_VOC_rectangles -ClassValueField class -Append")]
    [InlineData("OutputMismatch", "InvalidData", "another metadata format", "Export-TrainingData scene.tif labels.geojson chips -TileSize 64 -MetadataFormat KITTI_rectangles -ClassValueField class -Append")]
    [InlineData("InvalidFormat", "InvalidData", "cut.geojson", Cut + "scene.tif cut.geojson")]
    [InlineData("LabelCrsWithoutRasterCrs", "InvalidData", "EPSG:32618", Cut + "nocrs.tif labels.geojson")]
    [InlineData("LabelCrsWithoutRasterCrs", "InvalidData", "EPSG:32618", Cut + "nogeo.tif labels.geojson")]
    [InlineData("LabelsOutside", "InvalidData", "outside", Cut + "scene.tif far.geojson")]
    [InlineData("UnknownCrs", "InvalidData", "EPSG:5514", Cut + "scene.tif strange.geojson")]
    [InlineData("InvalidFormat", "InvalidData", "without geometry columns", Cut + "scene.tif columnless.gpkg")]
    [InlineData("InvalidFormat", "InvalidData", "without its tableless.dbf", Cut + "scene.tif tableless.shp")]
    [InlineData("LabelCrsMissing", "InvalidData", "ogr2ogr -a_srs EPSG:32618", Cut + "scene.tif placeless.shp")]
    [InlineData("BufferRadiusMissing", "InvalidData", "-BufferRadius", Cut + "scene.tif kinds.geojson -ClassValueField class")]
    [InlineData("NoLabels", "InvalidData", "1 × coordinates beyond the reach of EPSG:4326", Cut + "scene.tif beyond.geojson")]
    [InlineData("InvalidArgument", "InvalidArgument", "PGPASSWORD", Cut + "scene.tif 'postgresql://me:secret@127.0.0.1:1/x?table=t'")]
    [InlineData("InvalidArgument", "InvalidArgument", "names no table", Cut + "scene.tif 'postgresql://me@127.0.0.1:1/x'")]
    [InlineData("DatabaseUnavailable", "ConnectionError", "cannot be reached", Cut + "scene.tif 'postgresql://me@127.0.0.1:1/x?table=t'")]
    [InlineData("LayerMissing", "InvalidData", "has no layer 'roads'", Cut + "scene.tif labels.geojson -LayerName roads")]
    [InlineData("ClassFieldMissing", "InvalidData", "fields are: class", Cut + "scene.tif labels.geojson -ClassValueField kind")]
    [InlineData("NoLabels", "InvalidData", "none.geojson", Cut + "scene.tif none.geojson")]
    [InlineData("NoLabels", "InvalidData", "hollow.geojson", Cut + "scene.tif hollow.geojson")]
    [InlineData("InvalidArgument", "InvalidArgument", "is a file", "Export-TrainingData scene.tif labels.geojson text.tif -MetadataFormat PASCAL_VOC_rectangles")]
    [InlineData("PathNotFound", "ObjectNotFound", "text.tif is a file", "Export-TrainingData scene.tif labels.geojson text.tif/new -MetadataFormat PASCAL_VOC_rectangles")]
    [InlineData("OutputExists", "ResourceExists", "-Force", "Export-TrainingData scene.tif labels.geojson chips -MetadataFormat PASCAL_VOC_rectangles")]
    public void A_bad_export_is_told(string id, string category, string message, string script) => Expect(id, category, message, script);

    [Theory]
    [InlineData("NoImages", "InvalidData", "map.txt", "New-LearnDataBunch nobody")]
    [InlineData("InvalidFormat", "InvalidData", ".tif", "New-LearnDataBunch broken")]
    [InlineData("InvalidFormat", "InvalidData", "is a file", "New-LearnDataBunch scene.tif")]
    [InlineData("PathNotFound", "ObjectNotFound", "missing", "New-LearnDataBunch missing")]
    [InlineData("InvalidArgument", "InvalidArgument", "A batch of 4000", "New-LearnDataBunch chips -BatchSize 4000")]
    [InlineData("InvalidArgument", "InvalidArgument", "Chip sizes that work", "New-LearnDataBunch chips -ChipSize 16 -BatchSize 4 -WarningAction Ignore | New-SingleShotDetector -Backbone squeezenet1_1 -Grids 4")]
    [InlineData("InvalidArgument", "InvalidArgument", "grids 128", "$data | New-SingleShotDetector -Backbone resnet18 -Grids 128")]
    [InlineData("InvalidArgument", "InvalidArgument", "found 0", "$data | New-SingleShotDetector -Backbone resnet18 -Grids 2 -Zooms 0")]
    [InlineData("InvalidArgument", "InvalidArgument", "found NaN", "$data | New-SingleShotDetector -Backbone resnet18 -Grids 2 -Zooms ([double]::NaN)")]
    [InlineData("InvalidArgument", "InvalidArgument", "positive number", "$model | Start-ModelTraining -LearningRate ([double]::NaN)")]
    [InlineData("InvalidArgument", "InvalidArgument", "is a file", "$model | Start-ModelTraining -CheckpointPath text.tif")]
    [InlineData("PathNotFound", "ObjectNotFound", "is a file", "$model | Start-ModelTraining -CheckpointPath text.tif/new")]
    [InlineData("InvalidArgument", "InvalidArgument", "lies between 0 and 1", "$data | New-SingleShotDetector -Backbone squeezenet1_1 -Grids 2 -LocationLossFactor 0")]
    [InlineData("InvalidArgument", "InvalidArgument", "found 1", "$data | New-SingleShotDetector -Backbone squeezenet1_1 -Grids 2 -LocationLossFactor 1")]
    [InlineData("InvalidArgument", "InvalidArgument", "larger end", "$model | Find-LearningRate -StartRate 1 -EndRate 0.1")]
    [InlineData("InvalidArgument", "InvalidArgument", ".png", "$model | Find-LearningRate -Path curve.jpg")]
    [InlineData("DataMissing", "InvalidData", "-Data", "Import-LearnModel models/squares | Find-LearningRate")]
    public void Bad_data_and_options_are_told(string id, string category, string message, string script) => Expect(id, category, message, script);

    [Theory]
    [InlineData("WeightsMismatch", "InvalidData", "Of another shape", "Import-LearnModel bad-classes")]
    [InlineData("WeightsMismatch", "InvalidData", "Missing", "Import-LearnModel bad-backbone")]
    [InlineData("WeightsMismatch", "InvalidData", "classes.dlpk, entry 'squares.pth'", "Import-LearnModel classes.dlpk")]
    [InlineData("InvalidFormat", "InvalidData", "posix.system", "Import-LearnModel bad-call")]
    [InlineData("InvalidFormat", "InvalidData", "posix.system", "$data | New-SingleShotDetector -Backbone squeezenet1_1 -Grids 2 -BackboneWeights call.pth")]
    [InlineData("InvalidFormat", "InvalidData", "nothing of it was run", "$data | New-SingleShotDetector -Backbone squeezenet1_1 -Grids 2 -PretrainedPath archive.pth")]
    [InlineData("InvalidFormat", "InvalidData", "NEWOBJ (0x81)", "Import-LearnModel bad-made")]
    [InlineData("InvalidFormat", "InvalidData", "header.dlpk, entry 'squares.pth': claims a header", "Import-LearnModel header.dlpk")]
    [InlineData("InvalidFormat", "InvalidData", "checksum", "Import-LearnModel bad-flipped")]
    [InlineData("InvalidFormat", "InvalidData", "checksum", "$model | Restore-LearnModel -Path bad-flipped/squares.pth")]
    [InlineData("InvalidFormat", "InvalidData", "neither a PyTorch file nor safetensors", "$data | New-SingleShotDetector -Backbone squeezenet1_1 -Grids 2 -BackboneWeights labels.geojson")]
    [InlineData("InvalidFormat", "InvalidData", "cut.pth", "$data | New-SingleShotDetector -Backbone squeezenet1_1 -Grids 2 -PretrainedPath cut.pth")]
    [InlineData("ClassMismatch", "InvalidData", "the data's are pool, shed", "New-LearnDataBunch chips -ChipSize 64 -BatchSize 4 -ClassMapping @{ pool = 'pool'; roof = 'shed' } -WarningAction Ignore | New-SingleShotDetector -PretrainedPath models/squares")]
    [InlineData("ClassMismatch", "InvalidData", "-ClassMapping", "New-LearnDataBunch chips -ChipSize 64 -BatchSize 4 -ClassMapping @{ pool = 'pool' } -WarningAction Ignore | New-SingleShotDetector -PretrainedPath models/squares/squares.pth")]
    [InlineData("InvalidFormat", "InvalidData", "ImageWidth", "Import-LearnModel bad-template")]
    [InlineData("InvalidFormat", "InvalidData", "Grids", "Import-LearnModel bad-grids")]
    [InlineData("InvalidFormat", "InvalidData", "'../../up.txt'", "Import-LearnModel up.dlpk")]
    [InlineData("InvalidFormat", "InvalidData", "2 model definitions", "Import-LearnModel two.dlpk")]
    [InlineData("OutputExists", "ResourceExists", "-Force", "$model | Save-LearnModel -Path models/squares")]
    [InlineData("InvalidArgument", "InvalidArgument", "is a file", "$model | Save-LearnModel -Path text.tif")]
    [InlineData("PathNotFound", "ObjectNotFound", "is a file", "$model | Save-LearnModel -Path text.tif/new")]
    public void Bad_models_are_told(string id, string category, string message, string script) => Expect(id, category, message, script);

    [Theory]
    [InlineData("posix.system", "archive")]
    [InlineData("NEWOBJ", "bad-made")]
    [InlineData("claims a header", "header")]
    [InlineData("checksum", "flipped")]
    public void A_package_with_such_weights_is_not_installed(string message, string package)
    {
        string? store = Environment.GetEnvironmentVariable("ARCLEARN_MODEL_PATH");
        string empty = Directory.CreateDirectory(job.Folder["empty-store"]).FullName;
        File.WriteAllBytes(Path.Combine(empty, ".lock"), []);          // a store's own, which stays
        Environment.SetEnvironmentVariable("ARCLEARN_MODEL_PATH", empty);
        try
        {
            Expect("InvalidFormat", "InvalidData", message, $"Install-LearnModel {(Directory.Exists(job.Folder[package]) ? package : package + ".dlpk")}");
        }
        finally
        {
            Environment.SetEnvironmentVariable("ARCLEARN_MODEL_PATH", store);
        }
    }

    [Theory]
    [InlineData("BandMismatch", "InvalidData", "1 band", "Invoke-DetectObjects grey.tif $model new.gpkg")]
    [InlineData("InvalidFormat", "InvalidData", "truncated.tif", "Invoke-DetectObjects truncated.tif $model new.gpkg")]
    [InlineData("PathNotFound", "ObjectNotFound", "There is no folder", "Invoke-DetectObjects scene.tif $model nowhere/new.gpkg")]
    [InlineData("PathNotFound", "ObjectNotFound", "is a file", "Invoke-DetectObjects scene.tif $model text.tif/new.geojson")]
    [InlineData("InvalidArgument", "InvalidArgument", "batch_size", "Invoke-DetectObjects scene.tif $model new.gpkg -ModelArguments @{ batch_size = 1e9 }")]
    [InlineData("PathNotFound", "ObjectNotFound", "There is no folder", "$layer | Show-LearnOutput -Path nowhere/new.png")]
    [InlineData("InvalidArgument", "InvalidArgument", "is a folder", "$layer | Show-LearnOutput -Path folder.png -Force")]
    [InlineData("InvalidArgument", "InvalidArgument", ".png", "$layer | Show-LearnOutput -Path new.txt")]
    [InlineData("InvalidFormat", "InvalidData", "truncated.tif", "Show-LearnOutput -LayerPath layer.geojson -Raster truncated.tif -Path new.png")]
    public void Bad_detections_and_pictures_are_told(string id, string category, string message, string script)
    {
        Directory.CreateDirectory(job.Folder["folder.png"]);
        Expect(id, category, message, script);
    }

    [Theory]
    [InlineData("3 image(s)", "New-LearnDataBunch some -ChipSize 64 -BatchSize 4")]
    [InlineData("1 object(s) have no name", "New-LearnDataBunch nameless -ChipSize 64 -BatchSize 4")]
    [InlineData("beyond their chip", "New-LearnDataBunch outside -ChipSize 64 -BatchSize 4")]
    [InlineData("3 label(s) were left out", "Export-TrainingData scene.tif mixed.geojson mixed -TileSize 64 -MetadataFormat PASCAL_VOC_rectangles -ClassValueField class")]
    [InlineData("2 label(s) had an invalid outline", "Export-TrainingData scene.tif bows.geojson crossed -TileSize 64 -MetadataFormat PASCAL_VOC_rectangles -ClassValueField class")]
    [InlineData("1 label(s) had an invalid outline", "Export-TrainingData scene.tif mixed.geojson mended -TileSize 64 -MetadataFormat PASCAL_VOC_rectangles -ClassValueField class")]
    public void A_flaw_is_one_counted_warning_and_the_rest_is_used(string expected, string script)
    {
        RunResult result = job.Host.Run(script);
        result.ThrowIfFailed();
        Assert.Single(result.Warnings, warning => warning.Contains(expected, StringComparison.Ordinal));
        Assert.Single(result.Output);
    }

    [Fact]
    public void Placeholders_in_an_exports_definition_are_no_values()
    {
        RunResult result = job.Host.Run("(New-LearnDataBunch template -ChipSize 64 -BatchSize 4).ChipSize");
        result.ThrowIfFailed();
        Assert.Equal(64, result.SingleOutput);
    }

    [Fact]
    public void A_loss_that_explodes_ends_the_training_and_leaves_the_weights_as_they_were()
    {
        RunResult result = job.Host.Run("""
            $wild = Import-LearnModel models/squares -Data $data
            $wild | Start-ModelTraining -Epochs 3 -LearningRate 1e30 -NoCheckpoint
            """);
        Assert.Equal("LossNotFinite", result.ErrorId);
        Assert.Equal(ErrorCategory.InvalidResult, result.SingleError.CategoryInfo.Category);
        job.Host.Run("$null = $wild | Save-LearnModel -Path wild/squares; $wild.Dispose()").ThrowIfFailed();
        Assert.Equal(File.ReadAllBytes(job.Folder["models/squares/squares.pth"]), File.ReadAllBytes(job.Folder["wild/squares/squares.pth"]));
    }

    [Fact]
    public void A_checkpoint_folder_that_vanishes_is_told_and_the_model_keeps_what_it_learnt()
    {
        RunResult result = job.Host.Run("""
            $orphan = Import-LearnModel models/squares -Data $data
            $orphan | Start-ModelTraining -Epochs 500 -LearningRate 1e-3 -CheckpointPath vanishing | ForEach-Object { if ([IO.Directory]::Exists("$pwd/vanishing")) { [IO.Directory]::Delete("$pwd/vanishing", $true) }; $_ }
            """);
        Assert.Equal("CheckpointMissing", result.ErrorId);
        Assert.Contains("Save-LearnModel", result.SingleError.ToString(), StringComparison.Ordinal);
        Assert.NotEmpty(result.Output);
        job.Host.Run("$null = $orphan | Save-LearnModel -Path kept/squares; $orphan.Dispose()").ThrowIfFailed();
        Assert.NotEqual(File.ReadAllBytes(job.Folder["models/squares/squares.pth"]), File.ReadAllBytes(job.Folder["kept/squares/squares.pth"]));
    }

    [Fact]
    public void Data_without_validation_train_by_their_own_loss_with_one_warning()
    {
        RunResult result = job.Host.Run("""
            $blind = New-LearnDataBunch chips -ChipSize 64 -BatchSize 4 -ValidationFraction 0 | New-SingleShotDetector -Backbone squeezenet1_1 -Grids 2 -WarningAction Ignore
            $blind | Start-ModelTraining -Epochs 2 -CheckpointPath blind; $blind.Dispose()
            """);
        result.ThrowIfFailed();
        Assert.Contains("no validation chips", Assert.Single(result.Warnings), StringComparison.Ordinal);
        Assert.Equal(2, result.Output.Count);
        Assert.All(result.Output, epoch => Assert.True(double.IsNaN((double)epoch.Properties["ValidLoss"].Value)));
        Assert.True(File.Exists(job.Folder["blind/blind.pth"]));
    }

    [Fact]
    public void A_search_for_the_rate_leaves_the_model_as_it_was()
    {
        RunResult result = job.Host.Run("""
            $same = Import-LearnModel models/squares -Data $data
            $same | Find-LearningRate -Iterations 20 -Path rates.png; $null = $same | Save-LearnModel -Path same/squares; $same.Dispose()
            """);
        result.ThrowIfFailed();
        Assert.Equal(job.Folder["rates.png"], result.Output.Single().Properties["PicturePath"].Value);
        Assert.Equal(File.ReadAllBytes(job.Folder["models/squares/squares.pth"]), File.ReadAllBytes(job.Folder["same/squares/squares.pth"]));
    }

    [Theory]
    [InlineData("$gone | Measure-AveragePrecision")]
    [InlineData("$gone | Start-ModelTraining -Epochs 1")]
    [InlineData("$gone | Save-LearnModel -Path models/squares -Force")]
    [InlineData("Invoke-DetectObjects scene.tif $gone new.gpkg")]
    public void A_disposed_model_is_said_to_be_one(string script)
    {
        job.Host.Run("$gone = Import-LearnModel models/squares -Data $data; $gone.Dispose(); $gone.Dispose()").ThrowIfFailed();
        Expect("ModelDisposed", "InvalidOperation", "Import-LearnModel", script);
    }

    [Fact]
    public void A_model_that_is_disposed_between_two_epochs_ends_its_training()
    {
        RunResult result = job.Host.Run("""
            $brief = Import-LearnModel models/squares -Data $data
            $brief | Start-ModelTraining -Epochs 3 -NoCheckpoint | ForEach-Object { $brief.Dispose(); $_ }
            """);
        Assert.Equal("ModelDisposed", result.ErrorId);
        Assert.Single(result.Output);
    }

    [Fact]
    public async Task A_model_that_another_session_trains_is_busy_and_no_harm_is_done()
    {
        using CancellationTokenSource stop = new();
        using ModuleHost other = new();
        object shared = job.Host.Run("$shared = Import-LearnModel models/squares -Data $data; $shared").SingleOutput;
        Task<RunResult> training = Task.Run(() => job.Host.Run("$shared | Start-ModelTraining -Epochs 5000 -NoCheckpoint | ForEach-Object { [IO.File]::WriteAllText(\"$pwd/begun\", '') }", stop.Token));
        Assert.True(SpinWait.SpinUntil(() => File.Exists(job.Folder["begun"]), TimeSpan.FromMinutes(1)));
        RunResult second = other.Run("param($m) $m | Start-ModelTraining -Epochs 1 -NoCheckpoint", shared);
        Assert.Equal("ModelBusy", second.ErrorId);
        Assert.Equal(ErrorCategory.ResourceBusy, second.SingleError.CategoryInfo.Category);

        RunResult detected = other.Run("param($m, $raster, $output) Invoke-DetectObjects $raster $m $output", shared, job.Folder["scene.tif"], job.Folder["busy.geojson"]);
        Assert.True(detected.Output.Count == 1 || detected.ErrorId == "ModelBusy");
        await stop.CancelAsync();
        RunResult first = await training;
        Assert.IsType<PipelineStoppedException>(first.Failure);
        job.Host.Run("$shared | Measure-AveragePrecision; $shared.Dispose()").ThrowIfFailed();
    }

    [Fact]
    public void Paths_with_blanks_brackets_and_letters_beyond_ascii_work_from_another_location_than_the_process()
    {
        Directory.CreateDirectory(job.Folder["odd [x] ü"]);
        File.Copy(job.Folder["scene.tif"], job.Folder["odd [x] ü/scene [1].tif"]);
        job.Host.SetLocation(WildcardPattern.Escape(job.Folder["odd [x] ü"]));
        RunResult result = job.Host.Run("""
            $c = [IO.FileInfo] "$pwd/scene [1].tif" | Export-TrainingData -InputClassData ../labels.geojson -OutputLocation 'chips [2]' -TileSize 64 -MetadataFormat PASCAL_VOC_rectangles -ClassValueField class
            $d = $c | New-LearnDataBunch -ChipSize 64 -BatchSize 4 -WarningAction Ignore
            $s = $model | Save-LearnModel -Path 'mödel [3]'
            $l = [IO.FileInfo] "$pwd/scene [1].tif" | Invoke-DetectObjects -Model $s.Path -OutputName 'lay er [4].gpkg'
            $p = $l | Show-LearnOutput -Path 'pic [5].png'
            $c.Path; $d.Path; $s.Path; $l.Path; $p.Path
            """);
        job.Host.SetLocation(job.Folder.Path);
        result.ThrowIfFailed();
        Assert.Equal(5, result.Output.Count);
        Assert.All(result.Output, path => Assert.True(Path.Exists((string)path.BaseObject) && ((string)path.BaseObject).StartsWith(job.Folder["odd [x] ü"], StringComparison.Ordinal)));
    }

    /// <summary>What a network folder that goes away throws is an IOException too.</summary>
    [Theory]
    [InlineData("Get-LearnRaster held.tif")]
    [InlineData(Cut + "held.tif labels.geojson")]
    [InlineData("Invoke-DetectObjects held.tif $model new.gpkg")]
    public void A_raster_that_the_system_does_not_give_is_one_error_of_reading(string script)
    {
        File.Copy(job.Folder["scene.tif"], job.Folder["held.tif"], overwrite: true);
        using FileStream held = new(job.Folder["held.tif"], FileMode.Open, FileAccess.ReadWrite, FileShare.None);

        Expect("IOFailed", "ReadError", "held.tif", script);
    }

    [Fact]
    public void A_raster_that_is_gone_is_named_when_its_layer_is_drawn()
    {
        job.Host.Run("[IO.File]::Copy(\"$pwd/scene.tif\", \"$pwd/brief.tif\"); $brief = Invoke-DetectObjects brief.tif $model brief.geojson; [IO.File]::Delete(\"$pwd/brief.tif\")").ThrowIfFailed();
        Expect("PathNotFound", "ObjectNotFound", "brief.tif", "$brief | Show-LearnOutput -Path new.png");
    }

    [Theory]
    [InlineData("Export-TrainingData large.tif large.geojson new -TileSize 64 -StrideSize 4 -MetadataFormat PASCAL_VOC_rectangles -ClassValueField class")]
    [InlineData("while ($true) { $null = New-LearnDataBunch chips -WarningAction Ignore }")]
    [InlineData("$model | Start-ModelTraining -Epochs 5000 -CheckpointPath stopped")]
    [InlineData("while ($true) { $null = $model | Measure-AveragePrecision }")]
    [InlineData("while ($true) { $null = $model | Save-LearnModel -Path saved/squares -Force }")]
    [InlineData("Invoke-DetectObjects large.tif $model new.gpkg -ModelArguments @{ padding = 28 }")]
    [InlineData("while ($true) { $null = Show-LearnOutput -LayerPath layer.geojson -Raster large.tif -Path drawn.png -Force }")]
    public void A_stop_ends_it_and_leaves_nothing_half_written(string script)
    {
        string[] before = job.Folder.Content;
        using CancellationTokenSource stop = new();
        stop.CancelAfter(TimeSpan.FromSeconds(1));
        RunResult result = job.Host.Run(script, stop.Token);
        Assert.IsType<PipelineStoppedException>(result.Failure);
        Assert.Empty(result.Errors);

        // What a loop had finished may stay: whole models and pictures, a training's best checkpoint, and the journal by which a detection goes on.
        string journal = job.Folder["new.gpkg.journal"];
        File.Delete(journal);
        Assert.DoesNotContain(job.Folder.Content.Except(before), path => path.Contains(".partial", StringComparison.Ordinal) || path.StartsWith("new", StringComparison.Ordinal));
        Assert.Equal(2, job.Host.Run("1 + 1").SingleOutput);
        job.Host.Run("if ([IO.Directory]::Exists(\"$pwd/saved/squares\")) { (Import-LearnModel saved/squares).Dispose() }").ThrowIfFailed();
    }

    private void Expect(string id, string category, string message, string script)
    {
        string[] before = job.Folder.Content;
        RunResult result = job.Host.Run(script);
        ErrorRecord error = result.SingleError;
        Assert.Empty(result.Failure is null ? [] : result.Errors);
        Assert.Equal(id, result.ErrorId);
        Assert.Equal(category, error.CategoryInfo.Category.ToString());
        Assert.Contains(message, error.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(".partial", error.ToString(), StringComparison.Ordinal);
        Assert.Equal(before, job.Folder.Content);
        Assert.Equal(2, job.Host.Run("1 + 1").SingleOutput);
    }
}
