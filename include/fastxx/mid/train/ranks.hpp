#pragma once

#include <functional>

namespace fastxx {

/// The processes (or threads) that train one model together: which of them this is, and how they talk. One rank, which
/// talks to nobody, is the default; give a Learner others with `learn.ranks = {.rank = r, .size = n, .sum = ..., .any =
/// ...}`. Both functions are called by every rank in the same order, and give every rank the same answer.
///
/// With several ranks metrics and the validation loss are those of all ranks together, ranks may have different numbers
/// of batches, and what ends training on one rank (NaN, Ctrl-C, a cancel, an error) ends it on all at the same batch.
/// Source:  own design; fastai leaves this to torch.distributed (features TR-58)
/// Example: examples/doc/ranks.cpp
struct Ranks {
  int rank = 0;
  int size = 1;
  std::function<double(double)> sum = {};  ///< the sum of the ranks' numbers
  std::function<bool(bool)> any = {};      ///< whether any rank says so

  double sum_of(double mine) const { return size > 1 ? sum(mine) : mine; }
  bool any_of(bool mine) const { return size > 1 ? any(mine) : mine; }
};

}  // namespace fastxx
