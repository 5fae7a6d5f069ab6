#!/usr/bin/python3
"""Writes the files of tests/app/vision/images, and in expected.safetensors beside them what Pillow reads there:
NAME as viewers show it in RGB, NAME/grey, NAME/background over (10, 200, 30), NAME/mask the numbers of a mask.
apt-get install python3-pil python3-numpy; /usr/bin/python3 tests/parity/images.py"""
import io
import json
import pathlib
import struct
import zlib

import numpy as np
from PIL import Image, ImageOps

FOLDER = pathlib.Path(__file__).parent.parent / "app/vision/images"
expected = {}


def scene(height, width):
    """Smooth, as photographs are, and no two corners alike."""
    y, x = np.mgrid[:height, :width] / max(height, width)
    bands = [60 + 150 * x, 200 - 140 * y + 20 * np.sin(9 * x), 70 + 60 * x + 90 * y]
    return np.clip(np.stack(bands, axis=-1).round(), 0, 255).astype(np.uint8)


def exif(orientation, order="<"):
    entry = struct.pack(order + "HHIHH", 274, 3, 1, orientation, 0)
    return b"Exif\0\0" + (b"II" if order == "<" else b"MM") + struct.pack(order + "HIH", 42, 8, 1) + entry + bytes(4)


def saved(image, kind, **options):
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def store(name, data, numbers=None, **also):
    (FOLDER / name).write_bytes(data)
    if numbers is None:
        image = Image.open(io.BytesIO(data))
        if image.format != "TIFF":  # which Pillow turns as it reads it, and then would turn again
            image = ImageOps.exif_transpose(image)
        numbers = np.array(image.convert("RGB"))
        if name in ("rgb.jpg", "grey.jpg", "cmyk.jpg", "rgb.png", "rgba.png", "rgb.bmp"):
            also["grey"] = np.array(image.convert("L"))
        if "transparency" in image.info or image.mode in ("RGBA", "LA"):
            behind = Image.new("RGB", image.size, (10, 200, 30))
            behind.paste(image.convert("RGB"), mask=image.convert("RGBA").getchannel("A"))
            also["background"] = np.array(behind)
    expected[name] = numbers
    for what, values in also.items():
        expected[f"{name}/{what}"] = values


def png(numbers, bits, colour_type, interlaced=False, chunks=()):
    """What Pillow does not write: numbers (H, W, C) with these bits, and Adam7."""
    def packed(part):
        rows = b""
        for row in part.reshape(part.shape[0], -1):
            line = "".join(f"{int(v):0{bits}b}" for v in row)
            line += "0" * (-len(line) % 8)
            rows += b"\0" + int(line, 2).to_bytes(len(line) // 8, "big")
        return rows

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    adam7 = [(0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1)]
    parts = [numbers[y::dy, x::dx] for y, x, dy, dx in adam7] if interlaced else [numbers]
    data = b"".join(packed(p) for p in parts if p.size)
    height, width = numbers.shape[:2]
    header = struct.pack(">IIBBBBB", width, height, bits, colour_type, 0, 0, interlaced)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + b"".join(chunk(*c) for c in chunks) + \
        chunk(b"IDAT", zlib.compress(data, 9)) + chunk(b"IEND", b"")


FOLDER.mkdir(exist_ok=True)
for old in FOLDER.iterdir():
    old.unlink()
HEIGHT, WIDTH = 9, 13
numbers = scene(HEIGHT, WIDTH)
rgb = Image.fromarray(numbers)
grey = rgb.convert("L")

# ---- JPEG
store("rgb.jpg", saved(rgb, "JPEG", quality=90))
store("rgb444.jpg", saved(rgb, "JPEG", quality=95, subsampling=0))
store("progressive.jpg", saved(rgb, "JPEG", quality=90, progressive=True))
store("grey.jpg", saved(grey, "JPEG", quality=90))
cmyk = saved(rgb.convert("CMYK"), "JPEG", quality=95)
store("cmyk.jpg", cmyk)
# The same numbers, said to be YCCK: the last byte of the Adobe marker.
adobe = cmyk.index(b"Adobe") + 11
store("ycck.jpg", cmyk[:adobe] + b"\2" + cmyk[adobe + 1:])
store("dot.jpg", saved(rgb.crop((3, 3, 4, 4)), "JPEG"))
for i in range(1, 9):
    store(f"orientation{i}.jpg", saved(rgb, "JPEG", quality=85, exif=exif(i, "<>"[i % 2])))
(FOLDER / "large.jpg").write_bytes(saved(Image.fromarray(scene(120, 160)), "JPEG", quality=92))

# ---- PNG
alpha = np.add.outer(np.arange(HEIGHT) * 18, np.arange(WIDTH) * 8).astype(np.uint8)
store("rgb.png", saved(rgb, "PNG"))
store("rgba.png", saved(Image.fromarray(np.dstack([numbers, alpha])), "PNG"))
store("la.png", saved(Image.merge("LA", [grey, Image.fromarray(alpha)]), "PNG"))
store("grey.png", saved(grey, "PNG"), mask=np.array(grey))
store("orientation6.png", saved(rgb, "PNG", exif=exif(6)))
palette = rgb.quantize(12)
store("palette.png", saved(palette, "PNG", bits=4), mask=np.array(palette))
store("transparent.png", saved(palette, "PNG", transparency=bytes([0, 90, 200])), mask=np.array(palette))
bits = np.array(grey) > 120
store("bit.png", saved(Image.fromarray(bits), "PNG"), mask=bits.astype(np.uint8))
store("interlaced.png", png(numbers, 8, 2, interlaced=True))
four = (np.array(grey) // 16)[..., None]
store("grey4.png", png(four, 4, 0), np.repeat(four * 17, 3, axis=-1), mask=four[..., 0])
wide = (np.array(grey).astype(np.int64) * 250 + alpha)[..., None]
store("grey16.png", png(wide, 16, 0), np.repeat((wide >> 8).astype(np.uint8), 3, axis=-1), mask=wide[..., 0])
wide = numbers.astype(np.int64) * 250 + alpha[..., None]
store("rgb16.png", png(wide, 16, 2), (wide >> 8).astype(np.uint8))
keyed = numbers.copy()
keyed[2:5, 3:9] = numbers[0, 0]
key = struct.pack(">HHH", *map(int, numbers[0, 0]))
store("keyed.png", png(keyed, 8, 2, chunks=[(b"tRNS", key)]))

# ---- the others
store("rgb.bmp", saved(rgb, "BMP"))
store("grey.bmp", saved(grey, "BMP"), mask=np.array(grey))
store("palette.bmp", saved(palette, "BMP"))
store("lossless.webp", saved(rgb, "WEBP", lossless=True))
store("lossy.webp", saved(rgb, "WEBP", quality=80))
store("alpha.webp", saved(Image.fromarray(np.dstack([numbers, alpha])), "WEBP", lossless=True, exact=True))
store("orientation8.webp", saved(rgb, "WEBP", lossless=True, exif=exif(8, ">")))
store("rgb.tiff", saved(rgb, "TIFF"))
store("lzw.tiff", saved(rgb, "TIFF", compression="tiff_lzw"))
store("alpha.tiff", saved(Image.fromarray(np.dstack([numbers, alpha])), "TIFF", compression="tiff_lzw"))
for i in (1, 2, 5, 6):
    store(f"orientation{i}.tiff", saved(rgb, "TIFF", compression="tiff_lzw", tiffinfo={274: i}))
wide = np.array(grey).astype(np.uint16) * 250 + alpha
store("grey16.tiff", saved(Image.fromarray(wide), "TIFF"), np.repeat((wide >> 8).astype(np.uint8)[..., None], 3, -1),
      mask=wide)
store("bit.tiff", saved(Image.fromarray(bits), "TIFF"))
(FOLDER / "float.tiff").write_bytes(saved(Image.fromarray(numbers[..., 0].astype(np.float32)), "TIFF"))
(FOLDER / "rgb.gif").write_bytes(saved(rgb, "GIF"))

# ---- expected.safetensors
header, data = {}, b""
for name, values in sorted(expected.items(), key=lambda item: item[1].max() < 256):  # the larger numbers come first
    values = np.ascontiguousarray(values.astype(np.uint8 if values.max() < 256 else np.int32))
    header[name] = {"dtype": "U8" if values.dtype == np.uint8 else "I32", "shape": values.shape,
                    "data_offsets": [len(data), len(data) + values.nbytes]}
    data += values.tobytes()
words = json.dumps(header, separators=(",", ":")).encode()
words += b" " * (-len(words) % 8)
(FOLDER / "expected.safetensors").write_bytes(struct.pack("<Q", len(words)) + words + data)
