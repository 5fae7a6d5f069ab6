#!/usr/bin/python3
"""Writes resize.hpp beside it: what Pillow makes of small images in other sizes. Pixel (y, x, c) of an image is
(7*y*y + 13*x + 31*c + 5*x*y) % 256, so that only the results are stored.
apt-get install python3-pil python3-numpy; /usr/bin/python3 tests/parity/resize.py; clang-format -i tests/parity/resize.hpp"""
import pathlib

import numpy as np
import PIL
from PIL import Image

CASES = [  # height, width, channels -> height, width
    (13, 9, 1, 5, 7), (5, 7, 1, 13, 9), (40, 30, 1, 7, 6), (8, 9, 3, 3, 5), (3, 4, 3, 8, 5), (1, 1, 3, 4, 3),
    (17, 2, 1, 1, 9), (20, 31, 4, 6, 4), (6, 6, 3, 6, 6), (6, 50, 3, 6, 3), (9, 5, 3, 2, 5), (64, 48, 3, 5, 5)]


def pixels(height, width, channels):
    y, x, c = np.ogrid[:height, :width, :channels]
    return ((7 * y * y + 13 * x + 31 * c + 5 * x * y) % 256).astype(np.uint8)


def resized(image, height, width, how):
    # Pillow weighs colours by alpha; bands one by one are plain numbers.
    bands = [Image.fromarray(image[..., c]).resize((width, height), how) for c in range(image.shape[2])]
    return np.stack([np.array(band) for band in bands], axis=-1)


lines = []
for case in CASES:
    image = pixels(*case[:3])
    results = [resized(image, *case[3:], how).reshape(-1) for how in (Image.BILINEAR, Image.NEAREST)]
    texts = ["{" + ", ".join(str(int(v)) for v in r) + "}" for r in results]
    lines.append("{%d, %d, %d, %d, %d, %s, %s}" % (*case, *texts))

pathlib.Path(__file__).with_suffix(".hpp").write_text(f"""#pragma once
// Written by resize.py with Pillow {PIL.__version__}: do not edit.

#include <cstdint>
#include <vector>

namespace parity {{

struct Resized {{
  std::int64_t height, width, channels, to_height, to_width;
  std::vector<std::uint8_t> bilinear, nearest;
}};

inline std::vector<Resized> const resized{{{", ".join(lines)}}};

}}  // namespace parity
""")
