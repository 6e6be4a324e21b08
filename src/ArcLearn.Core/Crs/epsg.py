"""Makes epsg.txt out of the PROJ database: python3 epsg.py > epsg.txt (needs python3-gdal; PROJ 9.1 and EPSG 10.076 were used).

Only systems of the methods that are computed here, with easting and northing as axes. Angles are in degrees, lengths in metres.
"""
import sqlite3
import sys

from osgeo import osr

osr.UseExceptions()
DATABASE = sys.argv[1] if len(sys.argv) > 1 else "/usr/share/proj/proj.db"
connection = sqlite3.connect(DATABASE)
connection.row_factory = sqlite3.Row

METHODS = (9807, 9801, 9802, 9804, 9805, 9810, 9829, 9820, 9822, 9835, 1024)
PARALLEL, LATITUDE, LONGITUDE, SCALE, EASTING, NORTHING = (8823, 8832), (8801, 8821), (8802, 8822, 8833), (8805,), (8806, 8826), (8807, 8827)
# Frames with an epoch, between which PROJ shifts by centimetres to metres though each passes to WGS 84 unchanged.
REALISATIONS = ("International Terrestrial", "European Terrestrial Reference Frame", "World Geodetic System 1984 (", "Australian Terrestrial", "Kosovo")
COLUMNS = (LATITUDE, LONGITUDE, PARALLEL, (8824,), SCALE, EASTING, NORTHING)


def query(sql, *values):
    return connection.execute(sql, values).fetchall()


UNITS = {row["code"]: (row["name"], row["type"], row["conv_factor"]) for row in query("select * from unit_of_measure where auth_name = 'EPSG'")}


def shortest(value):
    text = repr(float(value))
    return text[:-2] if text.endswith(".0") else text


def degrees(value, unit):
    if unit == 9102 or unit == 9122:
        return value
    if unit == 9110:  # sexagesimal: degrees, then two digits of minutes, then seconds
        whole, digits = f"{abs(value):.10f}".split(".")
        seconds = float(digits[2:4] + "." + digits[4:])
        result = int(whole) + int(digits[:2]) / 60 + seconds / 3600
        return -result if value < 0 else result
    if unit == 9105:  # grads, exactly 0.9 degrees
        return round(value * 0.9, 12)
    return value * UNITS[unit][2] * 180 / 3.141592653589793


def parameters(row):
    found = {}
    for i in range(1, 8):
        code, value, unit = row[f"param{i}_code"], row[f"param{i}_value"], row[f"param{i}_uom_code"]
        if code is None:
            continue
        kind = UNITS[unit][1]
        found[code] = degrees(value, unit) if kind == "angle" else value * UNITS[unit][2]
    used = [next((found.pop(c) for c in codes if c in found), None) for codes in COLUMNS]
    assert not found, (row["name"], found)
    return ["" if value is None else shortest(value) for value in used]


def is_plain(row):
    """Easting and northing in either order; polar systems name their axes after meridians."""
    axes = query("select orientation from axis where coordinate_system_auth_name = ? and coordinate_system_code = ?",
                 row["coordinate_system_auth_name"], row["coordinate_system_code"])
    names = {axis["orientation"].lower() for axis in axes}
    return names == {"east", "north"} or (row["method_code"] in (9810, 9829, 9820) and not names & {"west"})


def unit_of(row):
    return query("select uom_code from axis where coordinate_system_auth_name = ? and coordinate_system_code = ?",
                 row["coordinate_system_auth_name"], row["coordinate_system_code"])[0]["uom_code"]


def reference(code):
    result = osr.SpatialReference()
    result.ImportFromEPSG(code)
    result.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    return result


def is_null_shift(code):
    """Whether PROJ knows an operation to WGS 84, not one that it falls back to, and that leaves every position where it is."""
    extent = query("""select south_lat, north_lat, west_lon, east_lon from usage u join extent e
        on e.auth_name = u.extent_auth_name and e.code = u.extent_code
        where u.object_table_name = 'geodetic_crs' and u.object_auth_name = 'EPSG' and u.object_code = ?""", code)
    if not extent or extent[0][2] is None:
        return False
    south, north, west, east = extent[0]
    east += 360 if east < west else 0
    options = osr.CoordinateTransformationOptions()
    options.SetBallparkAllowed(False)
    try:
        for pair in ((code, 4326), (4326, code)):
            operation = osr.CoordinateTransformation(reference(pair[0]), reference(pair[1]), options)
            for i in (0.1, 0.5, 0.9):
                for j in (0.1, 0.5, 0.9):
                    x, y = west + (east - west) * i, south + (north - south) * j
                    x -= 360 if x > 180 else 0
                    found = operation.TransformPoint(x, y)
                    if not (abs(found[0] - x) < 1e-9 and abs(found[1] - y) < 1e-9):
                        return False
    except RuntimeError:
        return False
    return True


def shift_of(datum):
    """none: positions pass unchanged to WGS 84 and to each other; one: a realisation, unchanged to WGS 84 alone; some: all others."""
    if not any(is_null_shift(g["code"]) for g in geographic if g["datum_code"] == datum["code"]):
        return "some"
    return "one" if datum["name"].startswith(REALISATIONS) else "none"


def write(*fields):
    print("\t".join(str(field) for field in fields))


projected = [row for row in query("""select p.code as crs, p.name as crs_name, p.deprecated as old, p.coordinate_system_auth_name,
    p.coordinate_system_code, p.geodetic_crs_code as geographic, c.* from projected_crs p
    join conversion c on c.auth_name = p.conversion_auth_name and c.code = p.conversion_code
    where p.auth_name = 'EPSG' and p.geodetic_crs_auth_name = 'EPSG' order by p.code""")
    if row["method_code"] in METHODS and is_plain(row)]
geographic = query("""select g.*, d.prime_meridian_code, m.longitude, m.uom_code as meridian_unit, m.name as meridian from geodetic_crs g
    join geodetic_datum d on d.auth_name = g.datum_auth_name and d.code = g.datum_code
    join prime_meridian m on m.auth_name = d.prime_meridian_auth_name and m.code = d.prime_meridian_code
    where g.auth_name = 'EPSG' and g.datum_auth_name = 'EPSG' and g.type = 'geographic 2D' order by g.code""")

print("# Facts out of the EPSG Geodetic Parameter Dataset 10.076 (IOGP, epsg.org), by way of PROJ; made by epsg.py, rearranged and cut.")
print("# U: code, name, metres | E: code, name, semi-major axis, 1/f | D: code, name, ellipsoid, shift to WGS 84, Esri's name, other names")
print("# G: code, name, datum, meridian, its degrees, degrees per unit")
print("# P: code, name, geographic, method, unit, latitude, longitude, parallel 1, parallel 2, scale, easting, northing, deprecated")
units = sorted({unit_of(row) for row in projected})
for code in units:
    write("U", code, UNITS[code][0], shortest(UNITS[code][2]))

datums = query("select * from geodetic_datum where auth_name = 'EPSG' order by code")
datums = [d for d in datums if d["code"] in {g["datum_code"] for g in geographic}]
for row in query("select * from ellipsoid where auth_name = 'EPSG' order by code"):
    if row["code"] in {d["ellipsoid_code"] for d in datums}:
        factor = UNITS[row["uom_code"]][2]
        a = row["semi_major_axis"]
        inverse = row["inv_flattening"]
        if inverse is None:
            inverse = 0 if a == row["semi_minor_axis"] else a / (a - row["semi_minor_axis"])
        write("E", row["code"], row["name"], shortest(a * factor), shortest(inverse))
for row in datums:
    names = query("select alt_name, source from alias_name where table_name = 'geodetic_datum' and auth_name = 'EPSG' and code = ?", row["code"])
    esri = next((n["alt_name"] for n in names if n["source"] == "ESRI"), "")
    write("D", row["code"], row["name"], row["ellipsoid_code"], shift_of(row), esri, *sorted({n["alt_name"] for n in names} - {esri, row["name"]}))
for row in geographic:
    unit = query("select uom_code from axis where coordinate_system_auth_name = ? and coordinate_system_code = ?",
                 row["coordinate_system_auth_name"], row["coordinate_system_code"])[0]["uom_code"]
    assert unit in (9102, 9122, 9105, 9108), (row["code"], unit)
    write("G", row["code"], row["name"], row["datum_code"], row["meridian"], shortest(degrees(row["longitude"], row["meridian_unit"])),
          "0.9" if unit == 9105 else "1")
for row in projected:
    write("P", row["crs"], row["crs_name"], row["geographic"], row["method_code"], unit_of(row), *parameters(row), row["old"])
