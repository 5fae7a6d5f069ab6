// Eight includes in this tree must be refused; those marked "fine" must not.
#include "file.hpp"                      // not the full path
#include <fastxx/fwd.hpp>                // fine
#include <fastxx/low/core/error.hpp>     // fine
#include <fastxx/low/nn/module.hpp>      // a folder above
#include <fastxx/mid/train/learner.hpp>  // up

#include <ATen/ATen.h>           // libtorch not through its door
#include <boost/hana/tuple.hpp>  // Hana not through its door
#include <torch/torch.h>         // all of libtorch
#include <vector>                // fine

namespace at {
int get_num_threads();  // declared outside the doors
}
