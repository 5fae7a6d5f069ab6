#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/core/error.hpp>
#include <fastxx/low/plot/figure.hpp>
#include <fastxx/low/torch/tensor.hpp>

#include <string>
#include <vector>

namespace fastxx {

/// One image of a grid with the words above it.
///
/// Shapes:  image (H,W) or (1,H,W) grey, (3,H,W) colour
/// Dtypes:  uint8; bool; floating point in [0,1], which is cut to that range
/// Source:  own design
struct TitledImage {
  Tensor image;
  std::string title = {};  ///< lines are separated by '\n'
  Colour title_colour = colours::ink;
};

/// How plot_images arranges its images.
///
/// Units:   pixels
/// Source:  own design
struct ImageGridOptions {
  int columns = 0;     ///< 0: as square as possible
  int image_px = 168;  ///< the longer side of an image; small images are enlarged by whole numbers, so they stay crisp
  std::string title = {};
};

/// Images in rows and columns, each with its title above it.
///
/// Titles never run into each other: they become smaller together, and what is still too long ends in an ellipsis.
/// Shapes:  (H,W), (1,H,W) or (3,H,W), also mixed
/// Dtypes:  uint8, bool, floating point in [0,1]
/// Runs:    the images are copied; draws when the figure is saved
/// Errors:  tensor_error [plot.image] with the image's number; data_error [plot.empty], [plot.options], [plot.size]
/// Source:  fastai 2.7.18 show_images; differs: returns a figure instead of drawing on a screen
Figure plot_images(std::vector<TitledImage> const& images, ImageGridOptions const& options = {});

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/low/plot/images.ipp>
#endif
