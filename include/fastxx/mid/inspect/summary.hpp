#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/core/error.hpp>
#include <fastxx/low/core/type_name.hpp>
#include <fastxx/low/tensor/shape_text.hpp>
#include <fastxx/low/transform/display.hpp>
#include <fastxx/low/transform/pipeline.hpp>
#include <fastxx/mid/data/batch_of.hpp>
#include <fastxx/mid/data/block.hpp>
#include <fastxx/mid/data/collate.hpp>
#include <fastxx/mid/inspect/text_table.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace fastxx {

namespace detail {

// A type, and a shape where there is one, or a text: "TensorImageBW (1,28,28) uint8", "Category", "'cat'".
std::string tensor_kind(Tensor const& tensor, std::string const& type);
std::string quoted_text(std::string const& text);

template <class X>
std::string kind_text(X const& x) {
  if constexpr (std::is_base_of_v<Tensor, X>) {
    return tensor_kind(x, std::is_same_v<X, Tensor> ? "Tensor" : type_name<X>());
  } else if constexpr (is_tuple_v<X>) {
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
      std::string text;
      ((text += (I ? ", " : "") + kind_text(std::get<I>(x))), ...);
      return "(" + text + ")";
    }
    (std::make_index_sequence<std::tuple_size_v<std_tuple_of<X>>>{});
  } else if constexpr (std::is_convertible_v<X const&, std::string>) {
    return quoted_text(x);
  } else if constexpr (std::is_arithmetic_v<X>) {
    return type_name<X>() + " " + item_text(x);
  } else {
    return type_name<X>();
  }
}

// The shapes of the tensors in an item; what has none has no say in whether items fit together.
template <class X>
std::string shapes_of(X const& x) {
  if constexpr (std::is_base_of_v<Tensor, X>) {
    return shape_text(x.sizes());
  } else if constexpr (is_tuple_v<X>) {
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
      return (std::string() + ... + shapes_of(std::get<I>(x)));
    }
    (std::make_index_sequence<std::tuple_size_v<std_tuple_of<X>>>{});
  } else {
    return "";
  }
}

// What each stage made of each of some items.
class StageLog {
 public:
  /// Begin the next item.
  void item() { next_ = 0, ++items_; }
  /// Which item it is, in words: " at training item 3"; nothing where there are none.
  std::string last_item() const { return items_ ? " at training item " + std::to_string(items_ - 1) : ""; }
  /// What a stage made of it.
  void add(std::string stage, std::string kind, std::string shapes = {});

  /// How many stages there were for the last item.
  std::size_t stages() const { return next_; }

  /// The stages with what they made of the first item, each a line.
  std::string first_item() const;
  /// The first stage behind which the items are of several shapes, with these; empty when they are of one everywhere.
  std::string where_they_differ() const;

 private:
  struct Line {
    std::string stage;
    std::string kind;  // of the first item
    std::vector<std::string> shapes;
  };
  std::vector<Line> lines_;
  std::size_t next_ = 0, items_ = 0;
};

// A value on its way through the stages of a pipeline, each of which is logged.
template <class X>
struct LoggedCarry {
  X value;
  StageLog& log;
};
template <class X, class Stage>
auto logged_step(LoggedCarry<X> carry, EncodeStep<Stage> step) {
  auto next = [&] {
    try {
      return encode(step.stage, std::move(carry.value), step.context);
    } catch (std::exception const& e) {
      carry.log.add(stage_text(step.stage), "it refuses this: " + first_line(e.what()));
      throw;
    }
  }();
  carry.log.add(stage_text(step.stage), kind_text(next), shapes_of(next));
  return LoggedCarry<decltype(next)>{std::move(next), carry.log};
}
// What a stage leaves alone is no news.
template <class X, class Stage>
auto operator>>(LoggedCarry<X> carry, EncodeStep<Stage> step) {
  if constexpr (!touches_item<Stage, X>())
    return carry;
  else
    return logged_step(std::move(carry), step);
}
template <class X, class... Stages>
auto logged(StageLog& log, X x, Pipeline<Stages...> const& pipeline, CallContext const& context) {
  return hana::unpack(pipeline.stages(),
                      [&](Stages const&... stage) {
                        return (LoggedCarry<X>{std::move(x), log} >> ... >> EncodeStep<Stages>{stage, context});
                      })
      .value;
}

// The text of a summary while it is made.
class SummaryText {
 public:
  std::string text = {};
  bool failed = false;

  void line(std::string const& words) { text += words + "\n"; }

  // Does a part and shows what was logged, if there is anything. What the part throws is the last line of the summary.
  template <class Part>
  void part(std::string const& title, StageLog const& log, Part const& body, bool always = false) {
    if (failed) return;
    std::string refused;
    try {
      body();
    } catch (std::exception const& e) {
      refused = first_line(e.what());
    }
    std::string const stages = log.first_item();
    if (!stages.empty() || !refused.empty() || always) line(title);
    text += stages;
    if (!refused.empty()) {
      failed = true;
      line("This failed" + log.last_item() + ": " + refused);
    }
  }
};

// One pipeline of the datasets, on the first n items.
template <std::size_t Element, std::size_t NInputs, class Subset>
void summarize_element(SummaryText& shown, StageLog& log, Subset const& train, std::size_t n) {
  constexpr bool input = Element < NInputs;
  std::string const number = std::to_string(input ? Element : Element - NInputs);
  shown.part((input ? "Input " : "Target ") + number + ":", log, [&] {
    for (std::size_t i = 0; i < n; ++i) {
      log.item();
      auto const made =
          logged(log, train.raw_item(i), std::get<Element>(train.pipelines()), CallContext{.split_idx = Split::train});
      if (log.stages() == 0) log.add("the item", kind_text(made), shapes_of(made));
    }
  });
}

// What the loader does to the first n items.
template <class Subset, class Batching>
void summarize_batch(SummaryText& shown, std::vector<StageLog> logs, Subset const& train, std::size_t n,
                     Batching batching) {
  CallContext const context{.split_idx = Split::train};
  StageLog& log = logs.emplace_back();
  std::vector<std::decay_t<decltype(batching.after_item(train[0], context))>> items;
  shown.part("Item transforms:", log, [&] {
    batching.after_item.setup(TrainItems<Subset>{train}, true);
    for (std::size_t i = 0; i < n; ++i) {
      log.item();
      items.push_back(logged(log, train[i], batching.after_item, context));
    }
  });
  if (shown.failed) return;
  std::vector<decltype(collate_with(batching.before_batch, items))> batch;
  shown.part(
      "A batch of " + std::to_string(n) + ":", StageLog(),
      [&] { batch.push_back(collate_with(batching.before_batch, items)); }, /*always=*/true);
  if (shown.failed) {
    for (StageLog const& one : logs) shown.text += one.where_they_differ();
    return;
  }
  shown.line("  " + kind_text(batch[0]));
  StageLog batch_log;
  shown.part("Batch transforms:", batch_log, [&] {
    batching.after_batch.setup(batch, true);
    batch_log.item();
    (void)logged(batch_log, std::move(batch[0]), batching.after_batch, context);
  });
}

template <class Described, class Datasets>
std::string summary_of(DataBlock<Described> const& block, Datasets const& dsets, std::string const& source,
                       std::size_t batch_size) {
  SummaryText shown;
  auto const train = dsets.train();
  std::string sizes = std::to_string(train.size()) + " for training";
  for (std::size_t s = 1; s < dsets.n_subsets(); ++s)
    sizes += ", " + std::to_string(dsets.subset(static_cast<int>(s)).size()) +
             (s == 1 ? " for validation" : " in subset " + std::to_string(s));
  shown.line("Items of " + source + ": " + sizes);
  shown.line("An item: " + kind_text(train.raw_item(0)));

  std::size_t const n = std::min(std::max<std::size_t>(batch_size, 1), train.size());
  constexpr std::size_t n_elements = std::tuple_size_v<std::decay_t<decltype(train[0])>>;
  std::vector<StageLog> logs(n_elements);
  [&]<std::size_t... I>(std::index_sequence<I...>) {
    (summarize_element<I, Described::n_inp>(shown, logs[I], train, n), ...);
  }
  (std::make_index_sequence<n_elements>{});
  if (!shown.failed) summarize_batch(shown, std::move(logs), train, n, block.batching);
  return shown.text;
}

}  // namespace detail

/// What summary shows.
struct SummaryOptions {
  std::size_t batch_size = 4;
};

/// What a DataBlock makes of its source, step by step: the items and how they are split, one item through each getter and
/// transform, a small batch through the batch transforms. Where a step fails, its error is the last line, and for items
/// that fit into no batch the stage from which on their shapes differ. `std::cout << summary(pets(), path)`
///
/// Errors:  those of the source, the splitter and what learns from the targets (a vocabulary sees all of them first); what
///          happens to the inputs and to batches is in the text
/// Source:  fastai 2.7.18 data/block.py DataBlock.summary
/// Example: examples/doc/data_block.cpp
template <class Described, class Source>
std::string summary(DataBlock<Described> const& block, Source const& source, SummaryOptions const& options = {}) {
  auto const dsets = block.datasets(source);
  if constexpr (requires { dsets.train(); })
    return detail::summary_of(block, dsets, detail::source_text(source), options.batch_size);
  else
    return {};  // behind the sentence that says why
}

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/mid/inspect/summary.ipp>
#endif
