#!/usr/bin/python3
"""Writes resize_item.hpp beside it: what fastai's Resize makes of a small image and its mask, for shares of what is left
over that stand in the file. Pixel (y, x, c) is (7*y*y + 13*x + 31*c + 5*x*y) % 256; the mask is channel 1, modulo 5.
fastai 2.7.18 (github Zezo-Ai/fastai at 08952612) with fastcore, fastprogress and fastdownload on PYTHONPATH;
/usr/bin/python3 tests/parity/resize_item.py; clang-format -i tests/parity/resize_item.hpp"""
import pathlib

import numpy as np
from fastai.vision.augment import PadMode, Resize, ResizeMethod
from fastai.vision.core import PILImage, PILMask

METHODS = {"crop": ResizeMethod.Crop, "pad": ResizeMethod.Pad, "squish": ResizeMethod.Squish}
PADS = {"zeros": PadMode.Zeros, "border": PadMode.Border, "reflection": PadMode.Reflection}
CASES = [  # height, width -> height, width, method, pad_mode, share on the left, at the top
    (9, 13, 4, 4, "crop", "reflection", .5, .5), (9, 13, 4, 4, "crop", "reflection", .9, .2),
    (13, 9, 5, 3, "crop", "reflection", .3, .7), (7, 20, 6, 9, "crop", "zeros", .99, .5), (20, 7, 9, 6, "crop", "zeros", .5, .9),
    (9, 13, 6, 6, "squish", "reflection", .1, .9), (5, 4, 8, 7, "squish", "zeros", .5, .5),
    (9, 13, 6, 6, "pad", "zeros", .5, .5), (9, 13, 6, 6, "pad", "border", .5, .25), (9, 13, 6, 6, "pad", "reflection", .5, .8),
    (13, 6, 5, 7, "pad", "zeros", .2, .5), (13, 6, 5, 7, "pad", "border", .6, .5), (13, 3, 5, 7, "pad", "reflection", .4, .5)]

lines = []
for height, width, to_height, to_width, method, pad, x, y in CASES:
    rows, columns, c = np.ogrid[:height, :width, :3]
    image = ((7 * rows * rows + 13 * columns + 31 * c + 5 * columns * rows) % 256).astype(np.uint8)
    resize = Resize((to_height, to_width), method=METHODS[method], pad_mode=PADS[pad])
    resize.pcts = (x, y)
    results = [np.array(resize.encodes(kind.create(pixels))).reshape(-1)
               for kind, pixels in ((PILImage, image), (PILMask, image[..., 1] % 5))]
    texts = ["{" + ", ".join(str(int(v)) for v in r) + "}" for r in results]
    lines.append("{%d, %d, {%d, %d}, ResizeMethod::%s, PadMode::%s, {%r, %r}, %s, %s}" % (
        height, width, to_height, to_width, method, pad, x, y, *texts))

pathlib.Path(__file__).with_suffix(".hpp").write_text(f"""#pragma once
// Written by resize_item.py with fastai 2.7.18: do not edit.

#include <fastxx/app/vision/item_transforms.hpp>

#include <cstdint>
#include <vector>

namespace parity {{

using fastxx::vision::PadMode;
using fastxx::vision::ResizeMethod;

struct ResizedItem {{
  std::int64_t height, width;
  fastxx::vision::HeightWidth size;
  ResizeMethod method;
  PadMode pad_mode;
  fastxx::vision::Resize::Place place;
  std::vector<std::uint8_t> image, mask;
}};

inline std::vector<ResizedItem> const resized_items{{{", ".join(lines)}}};

}}  // namespace parity
""")
