#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/optim/element.hpp>
#include <fastxx/low/optim/steppers.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

// A formula, however long and whoever wrote it, must become part of the loop at plain -O2: that is where the speed
// comes from. g++ needs [[gnu::flatten]] on the loop alone (always_inline on the way makes it give up on functions for
// AVX2); clang's flatten reaches one call deep, so there every function on the way has it.
#if defined(__clang__)
#define FASTXX_INTO_LOOP [[gnu::always_inline, gnu::flatten]]
#else
#define FASTXX_INTO_LOOP
#endif

namespace fastxx {

namespace detail {

inline constexpr std::size_t max_states = 8;

// One float32 parameter as flat memory; states that there are not are null.
struct FlatJob {
  float* p = nullptr;
  float const* grad = nullptr;
  std::array<float*, max_states> state{};
  double const* hypers = nullptr;
  std::int64_t step = 1;
};

// One parameter of any kind; the results are written into these tensors.
struct TensorJob {
  Tensor p, grad;
  std::vector<Tensor> state;
  double const* hypers = nullptr;
  std::int64_t step = 1;
};

// What Fused<Steppers...> is to an optimizer, which does not know the steppers' types.
class FusedPass {
 public:
  virtual ~FusedPass() = default;

  // Update the floats begin ... end; `wide` says which of the two variants does it, of the same results.
  void on_floats(FlatJob const& job, std::int64_t begin, std::int64_t end, bool wide = has_avx2()) const;
  virtual void on_tensors(TensorJob const& job) const = 0;

 private:
  static constexpr std::int64_t block = 8;

  // The same for a whole number of blocks. What is left over is no business of a formula's loop: it would be compiled
  // into it a second time.
  virtual void on_blocks(FlatJob const& job, std::int64_t begin, std::int64_t end, bool wide) const = 0;
};

}  // namespace detail

/// Steppers fused into one pass over a parameter: what an Optimizer is made from; steppers() makes it.
///
/// Source:  own design
/// Example: examples/doc/optimizer.cpp
struct StepPlan {
  std::vector<Hyper> hypers;
  std::vector<std::string_view> state;
  std::shared_ptr<detail::FusedPass const> pass;
};

namespace detail {

template <class Stepper>
constexpr auto hypers_of() {
  if constexpr (requires { Stepper::hypers; })
    return Stepper::hypers;
  else
    return std::array<Hyper, 0>{};
}

template <class Stepper>
constexpr auto states_of() {
  if constexpr (requires { Stepper::state; })
    return Stepper::state;
  else
    return std::array<std::string_view, 0>{};
}

constexpr std::string_view name_of(Hyper const& hyper) { return hyper.name; }
constexpr std::string_view name_of(std::string_view name) { return name; }

// A list with room for N entries in which every name stands once; of two entries the later one wins, as in fastai.
template <class Entry, std::size_t N>
struct Merged {
  std::array<Entry, N> entries{};
  std::size_t size = 0;

  constexpr std::size_t find(std::string_view name) const {
    std::size_t i = 0;
    while (i < size && name_of(entries[i]) != name) ++i;
    return i;
  }
  template <std::size_t M>
  constexpr std::array<std::size_t, M> find_all(std::array<Entry, M> const& names) const {
    std::array<std::size_t, M> places{};
    for (std::size_t i = 0; i < M; ++i) places[i] = find(name_of(names[i]));
    return places;
  }
  template <std::size_t M>
  constexpr void add(std::array<Entry, M> const& more) {
    for (std::size_t i = 0; i < M; ++i) {
      auto const at = find(name_of(more[i]));
      entries[at] = more[i];
      if (at == size) ++size;
    }
  }
};

template <class Entry, std::size_t... Ns>
constexpr auto merge(std::array<Entry, Ns> const&... lists) {
  Merged<Entry, (Ns + ... + 0) + 1> all;
  (all.add(lists), ...);
  return all;
}

// The formulas of all steppers, one after the other, for some floats at a time or for whole tensors.
template <class... Steppers>
class Fused final : public FusedPass {
 public:
  static constexpr auto hypers = merge<Hyper>(hypers_of<Steppers>()...);
  static constexpr auto states = merge<std::string_view>(states_of<Steppers>()...);
  static_assert(states.size <= max_states, "fastxx::steppers(s...): 's' must have at most 8 different states together");

  explicit Fused(Steppers... steppers) : steppers_{std::move(steppers)...} {}

  void on_tensors(TensorJob const& job) const override {
    Values<Tensor> values{{job.p.detach()}, {job.grad.detach()}, {}};
    for (std::size_t i = 0; i < states.size; ++i) values.state[i].raw = job.state[i];
    apply(values, all_scalars(job), std::index_sequence_for<Steppers...>{});
    job.p.detach().copy_(values.p.raw);
    for (std::size_t i = 0; i < states.size; ++i) job.state[i].detach().copy_(values.state[i].raw);
  }

 private:
  template <class Raw>
  struct Values {
    Element<Raw> p, grad;
    std::array<Element<Raw>, states.size> state;
  };

  template <class Stepper>
  static auto scalars_of(Stepper const& stepper, double const* all, std::int64_t step) {
    constexpr auto own = hypers_of<Stepper>();
    HyperValues<own.size()> values{};
    constexpr auto places = hypers.find_all(own);
    for (std::size_t i = 0; i < own.size(); ++i) values[i] = all[places[i]];
    if constexpr (requires { stepper.scalars(values, step); })
      return stepper.scalars(values, step);
    else
      return values;
  }

  template <class Job>
  auto all_scalars(Job const& job) const {
    return std::apply([&](auto const&... s) { return std::make_tuple(scalars_of(s, job.hypers, job.step)...); },
                      steppers_);
  }

  template <class Stepper, class Raw, class Scalars, std::size_t... I>
  FASTXX_INTO_LOOP static void apply_one(Stepper const& stepper, Values<Raw>& v, Scalars const& scalars,
                                         std::index_sequence<I...>) {
    constexpr auto own = states.find_all(states_of<Stepper>());
    static_assert(
        requires { stepper.apply(v.p, v.grad, v.state[own[I]]..., scalars); },
        "fastxx::steppers(s...): each stepper must have apply(p, grad, one argument per state, scalars)");
    stepper.apply(v.p, v.grad, v.state[own[I]]..., scalars);
  }

  template <class Raw, class Scalars, std::size_t... I>
  FASTXX_INTO_LOOP void apply(Values<Raw>& v, Scalars const& scalars, std::index_sequence<I...>) const {
    (apply_one(std::get<I>(steppers_), v, std::get<I>(scalars),
               std::make_index_sequence<states_of<Steppers>().size()>{}),
     ...);
  }

  // Read the floats at `at` of everything, apply the formulas, write parameter and state back.
  template <class Raw, class Scalars>
  FASTXX_INTO_LOOP void run_at(FlatJob const& job, Scalars const& scalars, std::int64_t at) const {
    Raw const* const kind = nullptr;
    Values<Raw> v;
    v.p.raw = raw_load(kind, job.p + at);
    v.grad.raw = raw_load(kind, job.grad + at);
    for (std::size_t s = 0; s < states.size; ++s) v.state[s].raw = raw_load(kind, job.state[s] + at);
    apply(v, scalars, std::index_sequence_for<Steppers...>{});
    raw_store(job.p + at, v.p.raw);
    for (std::size_t s = 0; s < states.size; ++s) raw_store(job.state[s] + at, v.state[s].raw);
  }

  void on_blocks(FlatJob const& job, std::int64_t begin, std::int64_t end, bool wide) const override {
#if defined(__x86_64__)
    if (wide) return run_avx2(job, begin, end);
#endif
    run_baseline(job, begin, end);
  }

  // Both take a copy of the job: to g++ a copy's pointers cannot change under the loop's own writes.
  [[gnu::flatten]] void run_baseline(FlatJob job, std::int64_t begin, std::int64_t end) const {
    auto const scalars = all_scalars(job);
    for (; begin < end; begin += 4) run_at<Float4>(job, scalars, begin);
  }
#if defined(__x86_64__)
  [[gnu::flatten, gnu::target("avx2")]] void run_avx2(FlatJob job, std::int64_t begin, std::int64_t end) const {
    auto const scalars = all_scalars(job);
    for (; begin < end; begin += 8) run_at<Float8>(job, scalars, begin);
  }
#endif

  std::tuple<Steppers...> steppers_;
};

}  // namespace detail

/// Fuse stats and steppers, in this order, into one pass over memory; a stepper of your own gets the same.
///
/// Dtypes:  float32 on the CPU runs fused, four floats at a time; everything else tensor by tensor, same formulas
/// Source:  own design; the order and the sharing of names are fastai's
/// Example: examples/doc/optimizer.cpp
template <class... Steppers>
StepPlan steppers(Steppers... all) {
  using Fused = detail::Fused<Steppers...>;
  std::unique_ptr<detail::FusedPass const> pass(new Fused(std::move(all)...));
  auto const& hypers = Fused::hypers.entries;
  auto const& states = Fused::states.entries;
  return {{hypers.begin(), hypers.begin() + Fused::hypers.size},
          {states.begin(), states.begin() + Fused::states.size},
          std::move(pass)};
}

}  // namespace fastxx

#undef FASTXX_INTO_LOOP

#if FASTXX_BODIES
#include <fastxx/low/optim/fuse.ipp>
#endif
