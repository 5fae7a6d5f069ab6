#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/mid/metrics/counts.hpp>

#include <cstdint>
#include <functional>
#include <vector>

namespace fastxx {

/// How one number comes from one for each class: of the class pos_label alone; of all items together; the mean over
/// classes; the mean weighted by how often a class is among the targets; the mean over items, for several labels.
///
/// Source:  scikit-learn's `average`
enum class Average { binary, micro, macro, weighted, samples };

}  // namespace fastxx

namespace fastxx::detail {

using OfOneClass = std::function<double(OneClass const&)>;

// 0 where nothing is divided by nothing, as scikit-learn's zero_division has it.
inline double share(double part, double whole) { return whole > 0 ? part / whole : 0; }
inline double precision_of(OneClass const& one) { return share(one.hits, one.predicted()); }
inline double recall_of(OneClass const& one) { return share(one.hits, one.actual()); }
inline double jaccard_of(OneClass const& one) { return share(one.hits, one.predicted() + one.misses); }
double fbeta_of(OneClass const& one, double beta);
double matthews_of(OneClass const& one);

// The average over `labels`; without any over the labels of the data, or the classes that are among targets or
// predictions.
MetricValue averaged(Counts const& counts, OfOneClass const& score, Average average, std::int64_t pos_label,
                     std::vector<std::int64_t> const& labels);

}  // namespace fastxx::detail

#if FASTXX_BODIES
#include <fastxx/mid/metrics/averages.ipp>
#endif
