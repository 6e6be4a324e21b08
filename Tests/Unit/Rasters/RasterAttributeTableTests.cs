using ArcLearn.Core.IO;
using ArcLearn.Core.Rasters;
using ArcLearn.Core.Rasters.Writing;
using ArcLearn.Tests.Unit.TestSupport;

namespace ArcLearn.Tests.Unit.Rasters;

public sealed class RasterAttributeTableTests
{
    /// <summary>The table as ArcGIS lays it beside a raster; colours as whole numbers and as shares of one.</summary>
    [GdalTheory]
    [InlineData("Class_Name", true, "")]
    [InlineData("CLASS", false, "")]
    [InlineData("Name", true, "UTF-8")]
    [InlineData("Label", true, "no names")]
    public void A_table_of_values_beside_a_raster_names_its_classes(string title, bool isWhole, string note)
    {
        using TemporaryFolder folder = new();
        Gdal.Run(
            """
            import sys, os, numpy as np
            from osgeo import gdal, ogr
            gdal.UseExceptions(); ogr.UseExceptions()
            folder, title, whole, encoding = sys.argv[1], sys.argv[2], sys.argv[3] == "True", sys.argv[4]
            gdal.GetDriverByName("GTiff").Create(f"{folder}/a.tif", 4, 4, 1, gdal.GDT_Byte)
            ds = ogr.GetDriverByName("ESRI Shapefile").CreateDataSource(folder)
            layer = ds.CreateLayer("t", geom_type=ogr.wkbNone, options=["ENCODING=" + (encoding if encoding == "UTF-8" else "LDID/87")])
            layer.CreateField(ogr.FieldDefn("Value", ogr.OFTInteger))
            layer.CreateField(ogr.FieldDefn("Count", ogr.OFTReal))
            layer.CreateField(ogr.FieldDefn(title, ogr.OFTString))
            for name in ("Red", "Green", "Blue"):
                layer.CreateField(ogr.FieldDefn(name, ogr.OFTInteger if whole else ogr.OFTReal))
            for value, name, color in ((3, "forêt", (0, 255, 51)), (1, "water", (0, 0, 255)), (7, None, (9, 9, 9))):
                feature = ogr.Feature(layer.GetLayerDefn())
                feature.SetField("Value", value); feature.SetField("Count", 5)
                if name: feature.SetField(title, name)
                for key, part in zip(("Red", "Green", "Blue"), color):
                    feature.SetField(key, part if whole else part / 255)
                layer.CreateFeature(feature)
            layer, ds = None, None
            os.rename(f"{folder}/t.dbf", f"{folder}/a.tif.vat.dbf")
            if os.path.exists(f"{folder}/t.cpg"): os.rename(f"{folder}/t.cpg", f"{folder}/a.tif.vat.cpg")
            """,
            folder.Root, title, isWhole.ToString(), note);
        using IRaster raster = RasterFile.Open(folder.PathOf("a.tif"));

        if (note == "no names")
        {
            Assert.Empty(raster.Classes);
            return;
        }

        Assert.Equal([(3, "forêt"), (1, "water")], raster.Classes.Select(c => (c.Value, c.Name)));
        Assert.Equal([0, 255, 51], raster.Classes[0].Color);
        Assert.Equal([0, 0, 255], raster.Classes[1].Color);
    }

    [Theory]
    [InlineData("", "a.tif.vat.dbf")]
    [InlineData("no table, but long enough that a header of thirty-two bytes would fit into it", "a.tif.vat.dbf")]
    public void A_table_of_values_that_is_none_is_told_by_its_name(string text, string name)
    {
        using TemporaryFolder folder = new();
        File.Copy(RasterFixture.PathOf("u8_none_strips.tif"), folder.PathOf("a.tif"));
        string path = folder.Write("a.tif.vat.dbf", text);

        LearnFormatException error = Assert.Throws<LearnFormatException>(() => RasterFile.Open(folder.PathOf("a.tif")));

        Assert.Equal(path, error.Path);
        Assert.Contains(name, error.Message, StringComparison.Ordinal);
    }

    private static readonly ClassDefinition[] s_classes = [new(1, "water & <ice>", [0, 92, 230]), new(3, "Wald, dicht", [56, 168, 0]), new(7, "bare", [-1, -1, -1])];

    [Fact]
    public void Classes_come_back_with_their_names_colours_and_counts()
    {
        MemoryFileSystem files = new();
        Write(files, "a.tif", s_classes, [1, 1, 3, 7, 7, 7, 0, 2]);
        using IRaster raster = RasterFile.Open("a.tif", files);

        Assert.Equal(["1 water & <ice> 0,92,230", "3 Wald, dicht 56,168,0", "7 bare 0,0,0"], raster.Classes.Select(Text));
        Assert.Equal([new(0, 0, 0), new(0, 92, 230), new(0, 0, 0), new(56, 168, 0)], raster.ColorTable.Take(4));
        Assert.Equal(["a.tif", "a.tif.aux.xml"], files.Files.Keys.Order());
    }

    [Fact]
    public void A_raster_without_classes_takes_the_place_of_one_with_them_whole()
    {
        MemoryFileSystem files = new();
        Write(files, "a.tif", s_classes, new byte[8]);
        Write(files, "a.tif", [], new byte[8]);

        Assert.Equal(["a.tif"], files.Files.Keys);
        Assert.Throws<ArgumentException>(() => new CogWriter(
            files, "b.tif", new RasterWriteOptions(4, 2, [RasterBand.Plain, RasterBand.Plain], SampleType.UInt8) { Classes = s_classes }));
    }

    [Theory]
    [InlineData(
        """
        <CategoryNames><Category>NA</Category><Category> Water </Category><Category></Category><Category>Forest</Category></CategoryNames>
        """, "0 NA -1,-1,-1|1 Water -1,-1,-1|3 Forest -1,-1,-1")]
    [InlineData(
        """
        <GDALRasterAttributeTable><FieldDefn index="0"><Name>OID</Name><Type>0</Type><Usage>0</Usage></FieldDefn><FieldDefn index="1"><Name>VALUE</Name><Type>1</Type><Usage>0</Usage></FieldDefn>
        <FieldDefn index="2"><Name>Class_name</Name><Type>2</Type><Usage>0</Usage></FieldDefn><FieldDefn index="3"><Name>red</Name></FieldDefn><FieldDefn index="4"><Name>green</Name></FieldDefn><FieldDefn index="5"><Name>blue</Name></FieldDefn>
        <Row index="0"><F>0</F><F>41.0</F><F>Deciduous</F><F>1</F><F>2</F><F>3</F></Row><Row index="1"><F>1</F><F>42.5</F><F>no class</F></Row><Row index="2"><F>2</F><F>-9</F><F>Odd</F><F>256</F><F>0</F><F>0</F></Row><Row index="3"/></GDALRasterAttributeTable>
        """, "41 Deciduous 1,2,3|-9 Odd -1,-1,-1")]
    [InlineData(
        """
        <GDALRasterAttributeTable Row0Min="10" BinSize="5"><FieldDefn index="0"><Name>what</Name><Type>2</Type><Usage>2</Usage></FieldDefn><Row index="0"><F>low</F></Row><Row index="1"><F>high</F></Row></GDALRasterAttributeTable>
        """, "10 low -1,-1,-1|15 high -1,-1,-1")]
    [InlineData("<GDALRasterAttributeTable><FieldDefn index=\"0\"><Name>Value</Name><Type>0</Type><Usage>5</Usage></FieldDefn><Row index=\"0\"><F>1</F></Row></GDALRasterAttributeTable>", "")]
    public void Tables_of_other_programs_are_read(string band, string expected)
    {
        MemoryFileSystem files = new();
        Write(files, "a.tif", [], new byte[8]);
        files.Files["a.tif.aux.xml"] = System.Text.Encoding.UTF8.GetBytes($"<PAMDataset><PAMRasterBand band=\"1\">{band}</PAMRasterBand></PAMDataset>");
        using IRaster raster = RasterFile.Open("a.tif", files);

        Assert.Equal(expected, string.Join('|', raster.Classes.Select(Text)));
    }

    [Fact]
    public void A_table_whose_numbers_are_none_is_told()
    {
        MemoryFileSystem files = new();
        Write(files, "a.tif", s_classes, new byte[8]);
        files.Files["a.tif.aux.xml"] = System.Text.Encoding.UTF8.GetBytes(
            System.Text.Encoding.UTF8.GetString(files.Files["a.tif.aux.xml"]).Replace("<F>3</F>", "<F>three</F>", StringComparison.Ordinal));

        Assert.Contains("a.tif.aux.xml", Assert.Throws<LearnFormatException>(() => RasterFile.Open("a.tif", files)).Message, StringComparison.Ordinal);
    }

    [GdalFact]
    public void GDAL_reads_the_table_the_categories_and_the_colours()
    {
        using TemporaryFolder folder = new();
        string path = folder.PathOf("a.tif");
        Write(LocalFileSystem.Instance, path, s_classes, [1, 1, 3, 7, 7, 7, 0, 2]);
        string output = Gdal.Run(
            """
            import sys
            from osgeo import gdal
            gdal.UseExceptions()
            ds = gdal.Open(sys.argv[1])
            band = ds.GetRasterBand(1)
            table = band.GetDefaultRAT()
            print([(table.GetNameOfCol(c), table.GetTypeOfCol(c), table.GetUsageOfCol(c)) for c in range(table.GetColumnCount())])
            print([[table.GetValueAsString(r, c) for c in range(table.GetColumnCount())] for r in range(table.GetRowCount())])
            print(table.GetTableType() == gdal.GRTT_THEMATIC, table.GetRowOfValue(7))
            print(band.GetCategoryNames(), band.GetColorTable().GetColorEntry(3), band.GetColorInterpretation() == gdal.GCI_PaletteIndex)
            """,
            path);

        Assert.Equal(
            """
            [('Value', 0, 5), ('Count', 0, 1), ('Class', 2, 2), ('Red', 0, 6), ('Green', 0, 7), ('Blue', 0, 8)]
            [['1', '2', 'water & <ice>', '0', '92', '230'], ['3', '1', 'Wald, dicht', '56', '168', '0'], ['7', '3', 'bare', '0', '0', '0']]
            True 2
            ['', 'water & <ice>', '', 'Wald, dicht', '', '', '', 'bare'] (56, 168, 0, 255) True

            """,
            output.ReplaceLineEndings("\n"));
    }

    [GdalFact]
    public void A_table_that_GDAL_writes_is_read()
    {
        using TemporaryFolder folder = new();
        string path = folder.PathOf("a.tif");
        Gdal.Run(
            """
            import sys
            from osgeo import gdal
            ds = gdal.GetDriverByName("GTiff").Create(sys.argv[1], 4, 2, 1, gdal.GDT_Byte)
            table = gdal.RasterAttributeTable()
            for name, kind, usage in (("Count", gdal.GFT_Real, gdal.GFU_PixelCount), ("Value", gdal.GFT_Integer, gdal.GFU_MinMax), ("Name", gdal.GFT_String, gdal.GFU_Name),
                                      ("R", gdal.GFT_Integer, gdal.GFU_Red), ("G", gdal.GFT_Integer, gdal.GFU_Green), ("B", gdal.GFT_Integer, gdal.GFU_Blue)):
                table.CreateColumn(name, kind, usage)
            for row, cells in enumerate(((5, 11, "Open Water", 70, 107, 159), (9, 41, "Deciduous Forest", 104, 171, 95))):
                for column, cell in enumerate(cells):
                    (table.SetValueAsString if column == 2 else table.SetValueAsInt)(row, column, cell)
            ds.GetRasterBand(1).SetDefaultRAT(table)
            """,
            path);
        using IRaster raster = RasterFile.Open(path);

        Assert.Equal(["11 Open Water 70,107,159", "41 Deciduous Forest 104,171,95"], raster.Classes.Select(Text));
    }

    private static string Text(ClassDefinition c) => $"{c.Value} {c.Name} {string.Join(',', c.Color)}";

    private static void Write(IFileSystem files, string path, ClassDefinition[] classes, byte[] samples)
    {
        using CogWriter writer = new(files, path, new RasterWriteOptions(4, 2, [RasterBand.Plain], SampleType.UInt8) { Classes = classes, TileSize = 16 });
        writer.WriteRows(2, samples);
        writer.Complete();
    }
}
