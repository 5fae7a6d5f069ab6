// expect-error: a metric is a function of \(prediction, target\)
#include <fastxx/mid/train/metric.hpp>

struct Half {
  void reset() {}
#ifdef COMPILES
  fastxx::MetricValue value() const { return {}; }
#endif
};

auto list = fastxx::metrics(Half{});
