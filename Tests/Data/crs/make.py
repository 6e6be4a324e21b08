"""Makes points.csv: positions over the area of use of each system, converted by gdaltransform (GDAL 3.6.2, PROJ 9.1.1 were used).

python3 make.py > points.csv; needs gdal-bin and the PROJ database.
"""
import sqlite3
import subprocess

connection = sqlite3.connect("/usr/share/proj/proj.db")


def area(code):
    rows = connection.execute("""select south_lat, north_lat, west_lon, east_lon from usage u join extent e
        on e.auth_name = u.extent_auth_name and e.code = u.extent_code
        where u.object_auth_name = 'EPSG' and u.object_code = ?
        and u.object_table_name in ('projected_crs', 'geodetic_crs')""", (code,)).fetchall()
    return rows[0]


def grid(code, count):
    south, north, west, east = area(code)
    east += 360 if east < west else 0
    steps = [0.5] if count == 1 else [0.02 + 0.96 * i / (count - 1) for i in range(count)]
    for v in steps:
        for u in steps:
            x = west + (east - west) * u
            yield (x - 360 if x > 180 else x, south + (north - south) * v)


def convert(source, target, points):
    """Coordinates as text. GDAL takes and gives degrees as longitude, latitude through OGC:CRS84-like order on the command line."""
    text = "\n".join(f"{x!r} {y!r}" for x, y in points)
    out = subprocess.run(["gdaltransform", "-s_srs", f"EPSG:{source}", "-t_srs", f"EPSG:{target}", "-output_xy"],
                         input=text, capture_output=True, text=True, check=True).stdout
    return [tuple(float(v) for v in line.split()) for line in out.splitlines()]


def rows(source, target, points):
    for (x, y), (X, Y) in zip(points, convert(source, target, points)):
        print(f"{source},{target},{x!r},{y!r},{X!r},{Y!r}")


BASE = {row[0]: row[1] for row in connection.execute("select code, geodetic_crs_code from projected_crs where auth_name = 'EPSG'")}
# Systems between which PROJ shifts nothing may be converted from WGS 84; the others from their own degrees.
SINGLE = [32601, 32618, 32633, 32660, 32701, 32722, 32760, 26910, 26918, 25829, 25832, 3857, 3395, 2154, 3942, 3949, 3035, 3575, 5070, 6350, 3338,
          3005, 2193, 2180, 3067, 3006, 7855, 28355, 28350, 3031, 3413, 3995, 3976, 5041, 5042, 32661, 6933, 6931, 6932, 3577,
          3033, 27700, 2100, 31256, 26717, 32048, 3034, 3832, 3994, 5938, 3174, 3978, 3979, 9473]
STATE_PLANE = [row[0] for row in connection.execute("""select p.code from projected_crs p
    join conversion c on c.auth_name = p.conversion_auth_name and c.code = p.conversion_code
    where p.auth_name = 'EPSG' and p.deprecated = 0 and p.geodetic_crs_code = 4269 and c.name like 'SPCS83%'
    and c.method_code in (9807, 9802) order by p.code""")]
BETWEEN = [(32618, 3857), (26918, 2263), (2154, 25831), (25832, 3035), (2193, 32760), (2227, 2226), (5070, 26915), (3413, 3995), (3031, 3976),
           (28355, 32755), (3857, 2154), (3035, 3857), (2222, 26912)]

print("# made by make.py with GDAL 3.6.2 and PROJ 9.1.1; longitude before latitude")
print("from,to,x,y,expectedX,expectedY")
for code in sorted(set(SINGLE)):
    points = list(grid(code, 5))
    rows(BASE[code], code, points)
    rows(code, BASE[code], convert(BASE[code], code, points))
for code in STATE_PLANE:
    points = list(grid(code, 2))
    rows(BASE[code], code, points)
    rows(code, BASE[code], convert(BASE[code], code, points))
for source, target in BETWEEN:
    smaller = source if source not in (3857, 3035, 5070) else target
    points = list(grid(smaller, 3))
    rows(source, target, convert(BASE[smaller], source, points) if BASE[smaller] == BASE[source] else convert(4326, source, points))
