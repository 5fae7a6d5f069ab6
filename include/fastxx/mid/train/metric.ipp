#pragma once

#include <fastxx/low/tensor/shape_text.hpp>
#include <fastxx/mid/train/metric.hpp>

#include <algorithm>
#include <cctype>
#include <string>
#include <utility>

namespace fastxx {

FASTXX_INLINE std::string snake_case(std::string const& name) {
  std::string text;
  for (std::size_t i = 0; i < name.size(); ++i) {
    auto const c = static_cast<unsigned char>(name[i]);
    bool const starts_word = std::isupper(c) && i > 0 && !std::isupper(static_cast<unsigned char>(name[i - 1]));
    if (starts_word) text += '_';
    text += static_cast<char>(std::tolower(c));
  }
  return text;
}

}  // namespace fastxx

namespace fastxx::detail {

FASTXX_INLINE std::string own_name(std::string const& type_name) {
  auto const end = type_name.find('<');
  auto const colon = type_name.rfind("::", end);
  return colon == std::string::npos ? type_name : type_name.substr(colon + 2);
}

FASTXX_INLINE std::string function_name(std::string type) {
  if (type.ends_with("_t")) type.resize(type.size() - 2);  // function objects are named after their type
  return type.find_first_of("<({)*& ") == std::string::npos ? snake_case(type) : "metric";
}

FASTXX_INLINE std::string BatchAverage::name() const { return name_.empty() ? function_name(function_()) : name_; }

FASTXX_INLINE Tensor const& BatchAverage::target_for(Tensor const& prediction, std::vector<Tensor> const& targets,
                                                     bool flattens) const {
  require(targets.size() > target_, targets.size());
  Tensor const& target = targets[target_];
  if (!flattens && would_enlarge(prediction, target)) refuse_shapes("metric " + name(), prediction, target);
  return target;
}

FASTXX_INLINE void BatchAverage::require(bool good, std::size_t n_targets) const {
  if (good) return;
  throw state_error("metric.targets", {.call = "metric " + name(),
                                       .expected = "target " + std::to_string(target_) + " of the batch as a tensor",
                                       .got = std::to_string(n_targets) + " tensors among the targets",
                                       .fix = "choose with on_target(n, metric), or write a metric with "
                                              "accumulate(learn)"});
}

FASTXX_INLINE void BatchAverage::refuse(c10::Error const& error, Tensor const& prediction,
                                        std::vector<Tensor> const& targets) const {
  auto const described = [](Tensor const& x) {
    return x.defined() ? std::string(at::toString(x.scalar_type())) + " " + shape_text(x.sizes()) : "none";
  };
  std::string given = "predictions " + described(prediction);
  for (auto const& target : targets) given += ", target " + described(target);
  throw tensor_error("metric.failed", {.call = "metric " + name(),
                                       .expected = "a number for a batch of " + given,
                                       .got = error.what_without_backtrace()});
}

FASTXX_INLINE bool would_enlarge(Tensor const& prediction, Tensor const& target) {
  if (!prediction.defined() || !target.defined()) return false;
  if (!prediction.is_floating_point() || !target.is_floating_point()) return false;
  auto const a = prediction.sizes(), b = target.sizes();
  if (a == b || a.empty() || b.empty()) return false;
  for (std::size_t back = 1; back <= std::min(a.size(), b.size()); ++back) {
    auto const m = a[a.size() - back], n = b[b.size() - back];
    if (m != n && m != 1 && n != 1) return false;  // cannot be broadcast: libtorch says so
  }
  return true;
}

FASTXX_INLINE void refuse_shapes(std::string call, Tensor const& prediction, Tensor const& target) {
  throw tensor_error("learner.shapes", {.call = std::move(call),
                                        .expected = "predictions and targets of one shape",
                                        .got = shape_text(prediction.sizes()) + " and " + shape_text(target.sizes()),
                                        .fix = "make them alike where the data are made, or use what flattens both: "
                                               "MSELossFlat as loss; mse, mae, rmse as metrics"});
}

}  // namespace fastxx::detail

namespace fastxx {

FASTXX_INLINE void AvgLoss::add(double value, std::int64_t batch_size) {
  total_ += value * static_cast<double>(batch_size);
  count_ += static_cast<double>(batch_size);
}

FASTXX_INLINE void AvgSmoothLoss::add(double loss) {
  ++count_;
  value_ = loss + (value_ - loss) * beta_;
}

FASTXX_INLINE Tensor accuracy_t::operator()(Tensor const& prediction, Tensor const& target) const {
  auto const [guess, truth] = flatten_check(prediction.argmax(axis), target);
  return guess.eq(truth).to(at::kFloat).mean();
}

FASTXX_INLINE Tensor error_rate_t::operator()(Tensor const& prediction, Tensor const& target) const {
  return accuracy_t{axis}(prediction, target).neg().add(1);
}

}  // namespace fastxx

namespace fastxx::detail {

FASTXX_INLINE MetricHandle::MetricHandle(MetricHandle const& other) : held_(other.held_->clone()) {
  if (!held_) held_ = other.held_;
}

FASTXX_INLINE MetricHandle& MetricHandle::operator=(MetricHandle other) {
  held_ = std::move(other.held_);
  return *this;
}

}  // namespace fastxx::detail
