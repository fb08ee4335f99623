#!/usr/bin/env python3
"""Draws the icons of the installed application from the mark in icons.svg, in plain Python: the same bytes every time.

    python3 templates/static/icons.py
"""
import pathlib
import re
import struct
import zlib

FOLDER = pathlib.Path(__file__).parent
PAPER = (0xFA, 0xF5, 0xEA)
SAMPLES = 4  # a side, for each pixel
# Of each icon: its side in pixels, and how much of it the mark takes. What is maskable may be cut to a circle.
ICONS = {"icon-192.png": (192, 0.76), "icon-512.png": (512, 0.76), "icon-maskable.png": (512, 0.54)}


def strokes():
    """The mark: of each stroke its colour and its lines, on a field of 24 by 24; and how wide they are."""
    group = re.search(r'<g stroke-width="(\d+)">(.*?)</g>', (FOLDER / "icons.svg").read_text())
    found = []
    for colour, path in re.findall(r'<path stroke="#(\w{6})" d="([^"]+)"/>', group[2]):
        points = [(0.0, 0.0)]
        for command, numbers in re.findall(r"([MhHl])([^a-zA-Z]+)", path):
            x, y = points[-1]
            n = [float(it) for it in re.findall(r"-?[\d.]+", numbers)]
            points.append({"M": lambda: (n[0], n[1]), "h": lambda: (x + n[0], y), "H": lambda: (n[0], y),
                           "l": lambda: (x + n[0], y + n[1])}[command]())
        points = points[1:]
        found.append((tuple(bytes.fromhex(colour)), list(zip(points, points[1:]))))
    return found, float(group[1])


def is_near(x, y, line, reach):
    (ax, ay), (bx, by) = line
    dx, dy = bx - ax, by - ay
    along = max(0.0, min(1.0, ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy)))
    return (x - ax - along * dx) ** 2 + (y - ay - along * dy) ** 2 <= reach * reach


def draw(side, share):
    drawn, width = strokes()
    scale = 24 / (side * share)
    rows = []
    for row in range(side):
        line = bytearray([0])
        for column in range(side):
            total = [0, 0, 0]
            for sample in range(SAMPLES * SAMPLES):
                x = 12 + (column + (sample % SAMPLES + 0.5) / SAMPLES - side / 2) * scale
                y = 12 + (row + (sample // SAMPLES + 0.5) / SAMPLES - side / 2) * scale
                colour = PAPER
                for of_stroke, lines in drawn:
                    if any(is_near(x, y, it, width / 2) for it in lines):
                        colour = of_stroke
                total = [a + b for a, b in zip(total, colour)]
            line += bytes(it // (SAMPLES * SAMPLES) for it in total)
        rows.append(bytes(line))
    return b"".join(rows)


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


for name, (side, share) in ICONS.items():
    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    body = zlib.compress(draw(side, share), 9)
    png = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")
    (FOLDER / name).write_bytes(png)
    print(name, len(png))
