#pragma once

#include <fastxx/mid/inspect/image_cell.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace fastxx {

FASTXX_INLINE void ImageCell::image(Tensor const& image) {
  Tensor const next = image.detach().cpu();
  cell.image = layers++ == 0 ? next : beside(in_colour(cell.image), in_colour(next));
}

FASTXX_INLINE void ImageCell::mask(Tensor const& mask) {
  Tensor classes = mask.detach().cpu().to(at::kLong);
  for (std::int64_t d = 0; d < classes.dim() && classes.dim() > 2;)  // height and width may be 1
    if (classes.size(d) == 1)
      classes = classes.select(d, 0);
    else
      ++d;
  Tensor palette = at::empty({static_cast<std::int64_t>(detail::line_colours.size()), 3}, at::kFloat);
  for (std::size_t i = 0; i < detail::line_colours.size(); ++i) {
    Colour const colour = detail::line_colours[i];
    float* const row = palette.data_ptr<float>() + 3 * i;
    row[0] = static_cast<float>(colour.red) / 255, row[1] = static_cast<float>(colour.green) / 255,
    row[2] = static_cast<float>(colour.blue) / 255;
  }
  Tensor const colours = at::index_select(palette, 0, classes.remainder(palette.size(0)).flatten())
                             .view({classes.size(0), classes.size(1), 3})
                             .permute({2, 0, 1});
  bool const fits = layers > 0 && cell.image.size(-2) == classes.size(0) && cell.image.size(-1) >= classes.size(1);
  if (fits) {
    cell.image = in_colour(cell.image).clone();
    Tensor place = cell.image.narrow(2, cell.image.size(2) - classes.size(1), classes.size(1));
    place.copy_(place.add(colours).mul(.5));
  } else {
    Tensor const alone = colours.add(1).mul(.5);
    cell.image = layers == 0 ? alone : beside(in_colour(cell.image), alone);
  }
  ++layers;
}

FASTXX_INLINE Tensor ImageCell::in_colour(Tensor const& image) {
  Tensor values = image.is_floating_point()          ? image.to(at::kFloat).clamp(0, 1)
                  : image.scalar_type() == at::kBool ? image.to(at::kFloat)
                                                     : image.to(at::kFloat).div(255);
  if (values.dim() == 2) values = values.unsqueeze(0);
  return values.expand({3, values.size(1), values.size(2)});
}

FASTXX_INLINE Tensor ImageCell::beside(Tensor const& left, Tensor const& right) {
  std::int64_t const height = std::max(left.size(1), right.size(1)), gap = 2;
  Tensor both = at::ones({3, height, left.size(2) + gap + right.size(2)}, at::kFloat);
  both.narrow(2, 0, left.size(2)).narrow(1, 0, left.size(1)).copy_(left);
  both.narrow(2, left.size(2) + gap, right.size(2)).narrow(1, 0, right.size(1)).copy_(right);
  return both;
}

}  // namespace fastxx
