#pragma once

#include <array>
#include <fastxx/low/core/parts.hpp>
#include <fastxx/low/nn/forward.hpp>
#include <fastxx/low/nn/state.hpp>
#include <fastxx/low/optim/optimizer.hpp>
#include <fastxx/low/optim/recipes.hpp>
#include <fastxx/low/optim/schedule.hpp>
#include <fastxx/mid/data/attributes.hpp>
#include <fastxx/mid/inspect/lr_find.hpp>
#include <fastxx/mid/train/batch.hpp>
#include <fastxx/mid/train/callback.hpp>
#include <fastxx/mid/train/inference.hpp>
#include <fastxx/mid/train/interrupt.hpp>
#include <fastxx/mid/train/learner_parts.hpp>
#include <fastxx/mid/train/metric.hpp>
#include <fastxx/mid/train/param_scheduler.hpp>
#include <fastxx/mid/train/predictions.hpp>
#include <fastxx/mid/train/progress.hpp>
#include <fastxx/mid/train/recorder.hpp>
#include <fastxx/mid/train/stop_on_nan.hpp>
#include <fastxx/mid/train/train_eval.hpp>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace fastxx {

/// Settings of fit; what is left out is the learner's.
struct FitOptions {
  std::optional<double> lr = {};
  std::optional<double> wd = {};
  bool reset_opt = false;
};

/// Settings of fit_one_cycle.
struct OneCycleOptions {
  std::optional<double> lr_max = {};  ///< the learner's lr when left out
  double div = 25;
  double div_final = 1e5;
  double pct_start = .25;
  std::optional<double> wd = {};
  std::optional<std::array<double, 3>> moms = {};
  bool reset_opt = false;
};

/// Data, a model, a loss, an optimizer, metrics and callbacks, and the loop that trains them.
///
/// `Learner(dls, model, loss_func(...), opt_func(...), metrics(...), callbacks(...), splitter(...))`, parts in any
/// order; without loss_func the loss the targets' pipeline carries, without opt_func Adam. Callbacks get the learner by
/// reference and may read and write every public member at every event.
/// Errors:  see StopOnNaN, DataLoader; `interrupted` after Ctrl-C
/// Source:  fastai 2.7.18 learner.py Learner
/// Example: examples/doc/learner.cpp
template <class Data, class Model, class... Parts>
class Learner {
  using P = LearnerParts<Data, Parts...>;
  using Table = detail::CallbackTable<Learner>;

 public:
  using data_type = Data;
  using model_type = Model;
  using loader_type = typename Data::loader_type;
  using loss_type = typename P::Loss;
  using optimizer_type = decltype(std::declval<typename P::OptFunc const&>().make(Optimizer::Groups{}));
  using BatchSplit = detail::BatchSplit<typename loader_type::batch_type, Data::n_inp>;
  using RecorderType = Recorder<typename P::Metrics>;

  explicit Learner(Data data, Model module, Parts... parts)
      : dls(std::move(data)),
        model(std::move(module)),
        parts_(dls, std::move(parts)...),
        recorder_(std::make_shared<RecorderType>(parts_.metrics)),
        progress_(std::make_shared<ProgressCallback>()) {
    loss_func = [this](auto const&... arguments) { return parts_.loss(arguments...); };
    logger = [this](std::vector<std::string> const& row) { progress_->write_row(row); };
    table_.add(std::make_shared<TrainEvalCallback>());
    table_.add(recorder_);
    table_.add(progress_);
    table_.add(std::make_shared<StopOnNaN>());
    hana::for_each(parts_.callbacks, [this](auto& callback) { add_cb(std::move(callback)); });
    call(Event::after_create);
  }
  Learner(Learner const&) = delete;
  Learner& operator=(Learner const&) = delete;

  // What callbacks read and write.
  Data dls;
  Model model;
  std::optional<optimizer_type> opt{};  ///< made at the first fit
  typename BatchSplit::template LossFunction<Tensor> loss_func{};
  typename BatchSplit::Xb xb{};  ///< inputs of the batch, a tuple
  typename BatchSplit::Yb yb{};  ///< targets of the batch, a tuple
  Tensor pred{};
  Tensor loss{};              ///< for reading; not part of the graph
  Tensor loss_grad{};         ///< what is back-propagated; a callback may scale it
  loader_type* dl = nullptr;  ///< the loader of the running phase
  std::int64_t epoch = 0, n_epoch = 1, iter = 0, n_iter = 0, train_iter = 0;
  double pct_train = 0;  ///< share of training done, 0 to 1
  bool training = false;
  double lr = 1e-3;
  std::optional<double> wd{};
  std::array<double, 3> moms{.95, .85, .95};
  std::function<void(std::vector<std::string> const&)> logger{};  ///< gets the rows of the table

  /// The first target of the batch.
  auto const& y() const { return std::get<0>(yb); }
  bool has_loss() const { return loss.defined(); }
  /// The batch's loss as a number.
  double loss_value() const { return loss.item<double>(); }
  bool in_fit() const { return in_fit_; }
  RecorderType& recorder() { return *recorder_; }
  RecorderType const& recorder() const { return *recorder_; }
  loss_type const& loss_object() const { return parts_.loss; }

  template <class Callback>
  Learner& add_cb(Callback callback) {
    table_.add(std::make_shared<Callback>(std::move(callback)));
    return *this;
  }
  template <class Callback>
  void remove_cb() {
    table_.template remove<Callback>();
  }
  /// The callback of a type, or nullptr.
  template <class Callback>
  Callback* get_cb() const {
    return table_.template find<Callback>();
  }

  /// Train for some epochs with constant hyper-parameters; callbacks given here serve this call only.
  template <class... Extra>
  void fit(std::int64_t epochs, FitOptions const& options = {}, Part<CallbacksPart, hana::tuple<Extra...>> extra = {}) {
    Added<Extra...> const added(table_, std::move(extra.value));
    if (options.reset_opt || !opt) create_opt();
    if (auto const decay = options.wd ? options.wd : wd) opt->set_hyper("wd", *decay);
    opt->set_hyper("lr", options.lr.value_or(lr));
    n_epoch = epochs;
    run_fit();
  }

  /// Train with the one-cycle policy: the learning rate rises to lr_max and falls to almost nothing, momentum opposite.
  ///
  /// Source:  fastai 2.7.18 callback/schedule.py fit_one_cycle (H-28, H-29)
  template <class... Extra>
  void fit_one_cycle(std::int64_t epochs, OneCycleOptions const& options = {},
                     Part<CallbacksPart, hana::tuple<Extra...>> extra = {}) {
    double const lr_max = options.lr_max.value_or(lr);
    OneCycle const cycle{lr_max, options.div, options.div_final, options.pct_start, options.moms.value_or(moms)};
    ParamScheduler scheduler({{"lr", [cycle](double pos) { return cycle.lr(pos); }},
                              {"mom", [cycle](double pos) { return cycle.mom(pos); }}});
    hana::unpack(std::move(extra.value), [&](auto... more) {
      fit(epochs, {.lr = lr_max, .wd = options.wd, .reset_opt = options.reset_opt},
          callbacks(std::move(scheduler), std::move(more)...));
    });
  }

  /// Loss and metrics on the validation loader, or on another one of the same type.
  RecorderRow validate() { return validate(dls.valid()); }
  RecorderRow validate(loader_type& loader) {
    if (!opt) create_opt();
    table_.call(Event::before_epoch, *this);
    run_validate(loader);
    table_.call(Event::after_epoch, *this);
    return recorder_->final_record;
  }

  /// Predictions (after the loss's activation), targets and losses for every item of a loader, in its order.
  Predictions get_preds() { return get_preds(dls.valid()); }
  Predictions get_preds(loader_type& loader) { return detail::gather_predictions(*this, loader); }

  /// What predicts and is exported: copies of the transforms and the loss, with this learner's model.
  auto inference() const { return detail::inference_of(*this); }
  /// (decoded target, prediction as the loss decodes it, activated prediction) for one raw item.
  template <class Item>
  auto predict(Item const& item) const {
    return inference().predict(item);
  }
  /// Write model and transforms, but neither items nor optimizer state, for load_learner.
  void export_to(std::filesystem::path const& path) const { inference().save(path); }

  /// A mock run with growing learning rates; the model and the optimizer come back unchanged.
  LRFindResult lr_find(LRFindOptions const& options = {}) { return detail::find_lr(*this, options); }

  /// Make the optimizer anew from the model's parameters.
  void create_opt() {
    opt.emplace(parts_.opt_func.make(parts_.splitter(model)));
    opt->no_weight_decay(norm_bias_params(*model));
  }

  /// Loss on one batch without touching anything else: for get_preds and tests.
  template <class Batch>
  void split(Batch&& batch) {
    BatchSplit::split(std::forward<Batch>(batch), xb, yb);
  }
  Tensor predict_batch() {
    return std::apply([this](auto const&... x) { return forward(model, detail::as_model_input(x)...); }, xb);
  }

 private:
  // Adds callbacks for the time of one call of fit.
  template <class... Extra>
  class Added {
   public:
    Added(Table& table, hana::tuple<Extra...> list) : table_(table) {
      hana::for_each(list, [this](auto& callback) {
        auto object = std::make_shared<std::decay_t<decltype(callback)>>(std::move(callback));
        table_.add(object);
        objects_.push_back(object);
      });
    }
    ~Added() {
      for (auto const& object : objects_) table_.remove(object.get());
    }
    Added(Added const&) = delete;
    Added& operator=(Added const&) = delete;

   private:
    Table& table_;
    std::vector<std::shared_ptr<void>> objects_;
  };

  void call(Event event) { table_.call(event, *this); }

  // before and body may be cancelled; the after event follows a normal end and its own cancel, no other exception
  // (TR-51).
  template <class Cancel, class Body>
  void with_events(Event before, Event after_cancel, Event after, Body const& body) {
    try {
      call(before);
      body();
    } catch (Cancel const&) {
      call(after_cancel);
    }
    call(after);
  }

  void run_fit() {
    detail::InterruptGuard const guard;
    in_fit_ = true;
    struct Leave {
      bool& flag;
      ~Leave() { flag = false; }
    } const leave{in_fit_};
    with_events<CancelFitException>(Event::before_fit, Event::after_cancel_fit, Event::after_fit, [this] {
      for (epoch = 0; epoch < n_epoch; ++epoch)
        with_events<CancelEpochException>(Event::before_epoch, Event::after_cancel_epoch, Event::after_epoch, [this] {
          run_train();
          run_validate(dls.valid());
        });
    });
    release_batch();
    if (detail::InterruptGuard::asked())
      throw interrupted("train.interrupted", {.call = "Learner::fit",
                                              .got = "Ctrl-C",
                                              .where = "epoch " + std::to_string(epoch),
                                              .fix = "the model keeps what it has learnt so far"});
  }

  void run_train() {
    dl = &dls.train();
    with_events<CancelTrainException>(Event::before_train, Event::after_cancel_train, Event::after_train,
                                      [this] { all_batches(); });
  }

  void run_validate(loader_type& loader) {
    dl = &loader;
    at::NoGradGuard const no_grad;
    with_events<CancelValidException>(Event::before_validate, Event::after_cancel_validate, Event::after_validate,
                                      [this] { all_batches(); });
  }

  void all_batches() {
    n_iter = static_cast<std::int64_t>(dl->size());
    iter = 0;
    for (auto&& batch : *dl) {
      split(std::move(batch));
      one_batch();
      ++iter;
      if (in_fit_ && detail::InterruptGuard::asked()) throw CancelFitException();
    }
  }

  void one_batch() {
    with_events<CancelBatchException>(Event::before_batch, Event::after_cancel_batch, Event::after_batch, [this] {
      pred = predict_batch();
      call(Event::after_pred);
      if constexpr (std::tuple_size_v < typename BatchSplit::Yb >> 0) {
        loss_grad = std::apply([this](auto const&... y) { return loss_func(pred, y...); }, yb);
        loss = loss_grad.detach().clone();
      }
      call(Event::after_loss);
      if (!training || !has_loss()) return;
      with_events<CancelBackwardException>(Event::before_backward, Event::after_cancel_backward, Event::after_backward,
                                           [this] { loss_grad.backward(); });
      with_events<CancelStepException>(Event::before_step, Event::after_cancel_step, Event::after_step,
                                       [this] { opt->step(); });
      opt->zero_grad();
    });
  }

  // Between fits the learner holds no batch and no graph.
  void release_batch() {
    xb = {}, yb = {};
    pred.reset(), loss.reset(), loss_grad.reset();
  }

  P parts_;
  std::shared_ptr<RecorderType> recorder_;
  std::shared_ptr<ProgressCallback> progress_;
  Table table_{};
  bool in_fit_ = false;
};

template <class Data, class Model, class... Parts>
Learner(Data, Model, Parts...) -> Learner<Data, Model, Parts...>;

}  // namespace fastxx
