"""Lines over sizes, both axes logarithmic, as an SVG that needs nothing else."""

import math
from xml.sax.saxutils import escape

import samples

COLOURS = ("#1a7f37", "#0969da", "#8250df", "#cf222e", "#9a6700", "#57606a", "#bf3989")
STYLE = """text { font: 13px sans-serif; fill: #24292f } .name { font-weight: 600 }
.page { fill: #ffffff; stroke: #d0d7de } .grid { stroke: #eaeef2 } polyline { fill: none; stroke-width: 2 }"""
WIDTH, HEIGHT = 860, 440
LEFT, RIGHT, TOP, BOTTOM = 76, 270, 52, 56


def duration(seconds):
    return f"{seconds:g} s" if seconds >= 1 else f"{seconds * 1e3:g} ms"


def svg(title, description, lines):
    """`lines`: name to [(bytes, seconds), …]."""
    points = [point for line in lines.values() for point in line]
    low, high = (bound(math.log10(seconds) for _, seconds in points)
                 for bound in (lambda all_: math.floor(min(all_)), lambda all_: math.ceil(max(all_))))
    high = max(high, low + 1)
    sizes = sorted({size for size, _ in points})
    first, last = math.log(sizes[0]), math.log(max(sizes[-1], sizes[0] * 2))

    def x(size):
        return LEFT + (math.log(size) - first) / (last - first) * (WIDTH - LEFT - RIGHT)

    def y(seconds):
        return HEIGHT - BOTTOM - ((math.log10(seconds) - low) / (high - low)
                                  * (HEIGHT - TOP - BOTTOM))

    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}"'
             f' height="{HEIGHT}" role="img" aria-labelledby="title description">',
             f'<title id="title">{escape(title)}</title>',
             f'<desc id="description">{escape(description)}</desc>', f"<style>{STYLE}</style>",
             f'<rect x="0.5" y="0.5" width="{WIDTH - 1}" height="{HEIGHT - 1}" rx="8" class="page"/>',
             f'<text x="{LEFT}" y="28" class="name">{escape(title)}</text>']
    for power in range(low, high + 1):
        at = y(10.0 ** power)
        parts += [f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{at:.1f}" y2="{at:.1f}" class="grid"/>',
                  f'<text x="{LEFT - 8}" y="{at + 4:.1f}" text-anchor="end">'
                  f"{duration(10.0 ** power)}</text>"]
    for size in sizes:
        parts.append(f'<text x="{x(size):.1f}" y="{HEIGHT - BOTTOM + 22}" text-anchor="middle">'
                     f"{samples.shown(size)}</text>")
    parts.append(f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 12}" text-anchor="middle">'
                 "size of the old database</text>")
    # The names stand at the ends of their lines, and none on another.
    free = 0.0
    for index, (name, line) in enumerate(sorted(lines.items(), key=lambda item: y(item[1][-1][1]))):
        colour = COLOURS[index % len(COLOURS)]
        where = " ".join(f"{x(size):.1f},{y(seconds):.1f}" for size, seconds in line)
        parts.append(f'<polyline points="{where}" stroke="{colour}"/>')
        parts += [f'<circle cx="{x(size):.1f}" cy="{y(seconds):.1f}" r="3.5" fill="{colour}"/>'
                  for size, seconds in line]
        free = max(free + 16, y(line[-1][1]) + 4)
        parts.append(f'<text x="{WIDTH - RIGHT + 12}" y="{free:.1f}" style="fill: {colour}">'
                     f"{escape(name)}</text>")
    return "\n".join([*parts, "</svg>"]) + "\n"
