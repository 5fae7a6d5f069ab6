// Seven includes in this tree must be refused; those marked "fine" must not.
#include <ATen/ATen.h>                  // libtorch not through its door
#include <boost/hana/tuple.hpp>         // Hana not through its door
#include <fastxx/fwd.hpp>               // fine
#include <fastxx/mid/train/learner.hpp> // up
#include <torch/torch.h>                // all of libtorch
#include "file.hpp"                     // not the full path
#include <vector>                       // fine
