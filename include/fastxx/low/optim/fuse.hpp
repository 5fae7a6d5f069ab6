#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/optim/element.hpp>
#include <fastxx/low/optim/steppers.hpp>

#include <algorithm>
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

inline constexpr std::size_t max_states = 8, max_sums = 4;
using ParameterSums = std::array<double, max_sums>;

// One float32 parameter as flat memory; states that there are not are null.
struct FlatJob {
  float* p = nullptr;
  float const* grad = nullptr;
  std::array<float*, max_states> state{};
  double const* hypers = nullptr;
  std::int64_t step = 1;
  std::int64_t size = 0;  // floats of the whole parameter
  ParameterSums sums{};   // what measure() found, over the whole parameter
};

// Parameters of any kind, alike in device and dtype, that take their step together. The parameters are written to where
// they are, the states are others afterwards.
struct TensorJob {
  TensorList p, grad;
  std::vector<TensorList> state;  // one list for each state
  double const* hypers = nullptr;
  std::int64_t step = 1;
};

// What Fused<Steppers...> is to an optimizer, which does not know the steppers' types.
class FusedPass {
 public:
  virtual ~FusedPass() = default;

  // Update the floats begin ... end; `wide` says which of the two variants does it, of the same results.
  void on_floats(FlatJob const& job, std::int64_t begin, std::int64_t end, bool wide = has_avx2()) const;
  virtual void on_tensors(TensorJob& job) const = 0;

  // Whether a stepper must know sums over the whole parameter before it can step.
  virtual bool measures() const = 0;
  // Those sums over the floats begin ... end.
  ParameterSums measure(FlatJob const& job, std::int64_t begin, std::int64_t end, bool wide = has_avx2()) const;

 protected:
  static constexpr std::int64_t block = 8;
  using BlockSums = std::array<LaneSums, max_sums>;

 private:
  // What is left over behind the last block, in memory of its own, as a block.
  struct Rest {
    std::array<std::array<float, block>, 2 + max_states> copy{};
    FlatJob job;

    Rest(FlatJob const& whole, std::int64_t from, std::int64_t count);
  };

  // The same for a whole number of blocks. What is left over is no business of a formula's loop: it would be compiled
  // into it a second time.
  virtual void on_blocks(FlatJob const& job, std::int64_t begin, std::int64_t end, bool wide) const = 0;
  virtual void measure_blocks(FlatJob const& job, std::int64_t begin, std::int64_t end, bool wide,
                              BlockSums& sums) const = 0;
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

// A stepper that knows sums over its parameter.
template <class Stepper>
concept Measuring = requires {
  Stepper::sums;
};

template <class Stepper>
consteval std::size_t sums_of() {
  if constexpr (Measuring<Stepper>)
    return Stepper::sums;
  else
    return 0;
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

  static_assert((std::size_t{Measuring<Steppers>} + ... + 0) <= 1 && (sums_of<Steppers>() + ... + 0) <= max_sums,
                "fastxx::steppers(s...): one of 's' at most may have 'sums', and 4 of them at most");

  explicit Fused(Steppers... steppers) : steppers_{std::move(steppers)...} {}

  bool measures() const override { return (Measuring<Steppers> || ...); }

  void on_tensors(TensorJob& job) const override {
    auto const scalars = all_scalars(job);
    if constexpr ((Measuring<Steppers> || ...)) {
      // Each parameter has scalars of its own.
      auto const sums = measure_tensors(job, scalars);
      for (std::size_t i = 0; i < job.p.size(); ++i)
        step_tensors(job, i, i + 1, knowing(scalars, sums[i], job.p[i].numel()));
    } else {
      step_tensors(job, 0, job.p.size(), scalars);
    }
  }

 private:
  template <class Raw>
  struct Values {
    Element<Raw> p, grad;
    std::array<Element<Raw>, states.size> state;
  };

  // The parameters begin ... end.
  static Values<TensorList> values_of(TensorJob const& job, std::size_t begin, std::size_t end) {
    auto const part = [&](TensorList const& all) {
      auto const at = [&](std::size_t i) { return all.begin() + static_cast<std::ptrdiff_t>(i); };
      return TensorList(at(begin), at(end));
    };
    Values<TensorList> values{{part(job.p)}, {part(job.grad)}, {}};
    for (std::size_t s = 0; s < states.size; ++s) values.state[s].raw = part(job.state[s]);
    return values;
  }

  template <class Scalars>
  void step_tensors(TensorJob& job, std::size_t begin, std::size_t end, Scalars const& scalars) const {
    auto values = values_of(job, begin, end);
    TensorList const parameters = values.p.raw, gradients = values.grad.raw;
    apply(values, scalars, std::index_sequence_for<Steppers...>{});
    for (auto& state : values.state) raw_part(state.raw, parameters), raw_part(state.raw, gradients);
    raw_copy(parameters, values.p.raw);
    for (std::size_t s = 0; s < states.size; ++s)
      std::copy(values.state[s].raw.begin(), values.state[s].raw.end(),
                job.state[s].begin() + static_cast<std::ptrdiff_t>(begin));
  }

  template <class Scalars>
  std::vector<ParameterSums> measure_tensors(TensorJob const& job, Scalars const& scalars) const {
    auto values = values_of(job, 0, job.p.size());
    std::vector<ParameterSums> sums(job.p.size());
    auto const take = [&sums](std::size_t s, Element<TensorList> const& term) {
      auto const totals = raw_totals(term.raw);
      for (std::size_t i = 0; i < totals.size(); ++i) sums[i][s] = totals[i];
    };
    measure_terms(values, scalars, take, std::index_sequence_for<Steppers...>{});
    return sums;
  }

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

  // The terms of the stepper that measures, after those before it have had their turn.
  template <class Stepper, class Raw, class Scalars, class Take, std::size_t... I>
  FASTXX_INTO_LOOP static void take_terms(Stepper const& stepper, Values<Raw>& v, Scalars const& scalars,
                                          Take const& take, std::index_sequence<I...>) {
    [[maybe_unused]] constexpr auto own = states.find_all(states_of<Stepper>());
    auto const terms = stepper.terms(v.p, v.grad, v.state[own[I]]..., scalars);
    static_assert(std::tuple_size_v<std::remove_const_t<decltype(terms)>> == sums_of<Stepper>(),
                  "fastxx::steppers(s...): terms(p, grad, one argument per state, scalars) must give as many elements "
                  "as its stepper has 'sums'");
    for (std::size_t i = 0; i < terms.size(); ++i) take(i, terms[i]);
  }
  template <class Raw, class Scalars, class Take, std::size_t... I>
  FASTXX_INTO_LOOP void measure_terms(Values<Raw>& v, Scalars const& scalars, Take const& take,
                                      std::index_sequence<I...>) const {
    constexpr std::array<bool, sizeof...(Steppers)> measuring{Measuring<Steppers>...};
    constexpr auto last =
        static_cast<std::size_t>(std::find(measuring.begin(), measuring.end(), true) - measuring.begin());
    auto const one = [&]<std::size_t N>(std::integral_constant<std::size_t, N>) {
      using Own = std::make_index_sequence<states_of<std::tuple_element_t<N, std::tuple<Steppers...>>>().size()>;
      if constexpr (N < last) apply_one(std::get<N>(steppers_), v, std::get<N>(scalars), Own{});
      if constexpr (N == last) take_terms(std::get<N>(steppers_), v, std::get<N>(scalars), take, Own{});
    };
    (one(std::integral_constant<std::size_t, I>{}), ...);
  }

  // The scalars once the sums are known.
  template <class Scalars>
  auto knowing(Scalars const& scalars, ParameterSums const& sums, std::int64_t size) const {
    auto const one = [&]<class Stepper, class Own>(Stepper const& stepper, Own const& own) {
      if constexpr (Measuring<Stepper>)
        return stepper.knowing(own, sums, size);
      else
        return own;
    };
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
      return std::make_tuple(one(std::get<I>(steppers_), std::get<I>(scalars))...);
    }
    (std::index_sequence_for<Steppers...>{});
  }

  template <class Raw>
  FASTXX_INTO_LOOP static void load_at(Values<Raw>& v, FlatJob const& job, std::int64_t at) {
    Raw const* const kind = nullptr;
    v.p.raw = raw_load(kind, job.p + at);
    v.grad.raw = raw_load(kind, job.grad + at);
    for (std::size_t s = 0; s < states.size; ++s) v.state[s].raw = raw_load(kind, job.state[s] + at);
  }

  // Read the floats at `at` of everything, apply the formulas, write parameter and state back.
  template <class Raw, class Scalars>
  FASTXX_INTO_LOOP void run_at(FlatJob const& job, Scalars const& scalars, std::int64_t at) const {
    Values<Raw> v;
    load_at(v, job, at);
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

  void measure_blocks([[maybe_unused]] FlatJob const& job, [[maybe_unused]] std::int64_t begin,
                      [[maybe_unused]] std::int64_t end, [[maybe_unused]] bool wide,
                      [[maybe_unused]] BlockSums& sums) const override {
    if constexpr ((Measuring<Steppers> || ...)) {
#if defined(__x86_64__)
      if (wide) return measure_avx2(job, begin, end, sums);
#endif
      measure_baseline(job, begin, end, sums);
    }
  }

  template <class Raw, class Scalars>
  FASTXX_INTO_LOOP void measure_at(FlatJob const& job, Scalars const& scalars, std::int64_t at, int part,
                                   BlockSums& sums) const {
    Values<Raw> v;
    load_at(v, job, at);
    measure_terms(
        v, scalars, [&](std::size_t i, Element<Raw> const& term) { raw_add_to(sums[i], term.raw, part); },
        std::index_sequence_for<Steppers...>{});
  }

  [[gnu::flatten]] void measure_baseline(FlatJob job, std::int64_t begin, std::int64_t end, BlockSums& sums) const {
    auto const scalars = all_scalars(job);
    for (; begin < end; begin += 8) {
      measure_at<Float4>(job, scalars, begin, 0, sums);
      measure_at<Float4>(job, scalars, begin + 4, 1, sums);
    }
  }
#if defined(__x86_64__)
  [[gnu::flatten, gnu::target("avx2")]] void measure_avx2(FlatJob job, std::int64_t begin, std::int64_t end,
                                                          BlockSums& sums) const {
    auto const scalars = all_scalars(job);
    auto own = sums;  // stays in registers
    for (; begin < end; begin += 8) measure_at<Float8>(job, scalars, begin, 0, own);
    sums = own;
  }
#endif

  // Both take a copy of the job: to g++ a copy's pointers cannot change under the loop's own writes.
  [[gnu::flatten]] void run_baseline(FlatJob job, std::int64_t begin, std::int64_t end) const {
    auto const scalars = knowing(all_scalars(job), job.sums, job.size);
    for (; begin < end; begin += 4) run_at<Float4>(job, scalars, begin);
  }
#if defined(__x86_64__)
  [[gnu::flatten, gnu::target("avx2")]] void run_avx2(FlatJob job, std::int64_t begin, std::int64_t end) const {
    auto const scalars = knowing(all_scalars(job), job.sums, job.size);
    for (; begin < end; begin += 8) run_at<Float8>(job, scalars, begin);
  }
#endif

  std::tuple<Steppers...> steppers_;
};

}  // namespace detail

/// Fuse stats and steppers, in this order, into one pass over memory; a stepper of your own gets the same.
///
/// Dtypes:  float32 on the CPU runs fused, four floats at a time; everything else by whole tensors, same formulas
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
