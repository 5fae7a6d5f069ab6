#pragma once

#include <optional>

namespace fastxx {

/// What a metric gives at the end of a phase; nothing when it is not defined (no items, an empty union).
///
/// Source:  own design
using MetricValue = std::optional<double>;

}  // namespace fastxx
