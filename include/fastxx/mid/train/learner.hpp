#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/core/hana.hpp>
#include <fastxx/low/nn/forward.hpp>
#include <fastxx/low/nn/state.hpp>
#include <fastxx/low/optim/recipes.hpp>
#include <fastxx/mid/train/batch.hpp>
#include <fastxx/mid/train/detail/learner_fits.hpp>
#include <fastxx/mid/train/learner_parts.hpp>
#include <fastxx/mid/train/loop.hpp>
#include <fastxx/mid/train/loss.hpp>
#include <fastxx/mid/train/options.hpp>
#include <fastxx/mid/train/param_scheduler.hpp>
#include <fastxx/mid/train/precision_switches.hpp>
#include <fastxx/mid/train/predictions.hpp>
#include <fastxx/mid/train/progress.hpp>
#include <fastxx/mid/train/scheduled_fits.hpp>
#include <fastxx/mid/train/stop_on_nan.hpp>
#include <fastxx/mid/train/train_eval.hpp>

#include <concepts>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace fastxx {

namespace detail {

template <class Model, class Xb>
struct ModelOutput;
template <class Model, class... X>
struct ModelOutput<Model, std::tuple<X...>> {
  using type = std::decay_t<decltype(forward(std::declval<Model&>(), as_model_input(std::declval<X const&>())...))>;
};
template <class Output, class Yb>
struct LossFunctionOf;
template <class Output, class... Y>
struct LossFunctionOf<Output, std::tuple<Y...>> {
  using type = LossFunction<Output, model_input_t<Y>...>;
};

// The batch that runs: what an evaluation inside an event sets aside.
template <class Xb, class Yb, class Output>
struct CurrentBatch {
  Xb xb{};          ///< inputs of the batch, a tuple
  Yb yb{};          ///< targets of the batch, a tuple
  Output output{};  ///< all that the model gave; `pred` is its first tensor
};

template <class Data, class Model>
struct LearnerTypes {
  using Split = BatchSplit<typename Data::batch_type, Data::n_inp>;
  using Xb = typename Split::Xb;
  using Yb = typename Split::Yb;
  using Output = typename ModelOutput<Model, Xb>::type;
  using Reader = BatchReader<Xb, Yb>;
  using Loss = typename LossFunctionOf<Output, Yb>::type;
  using Batch = CurrentBatch<Xb, Yb, Output>;
};

// Groups without the parameters that came before: a layer registered twice trains once per step.
Optimizer::Groups each_once(Optimizer::Groups groups);

}  // namespace detail

/// Data, a model, a loss, an optimizer, metrics and callbacks, and the loop that trains them.
///
/// `Learner(dls, model, loss_func(...), opt_func(...), metrics(...), callbacks(...), splitter(...))`, parts in any
/// order; without loss_func the loss the targets' pipeline carries, without opt_func Adam. Its type depends on data and
/// model alone: the parts are checked where they are given and erased behind it. It moves, into vectors and out of
/// functions, but not while it trains. Callbacks get the learner by reference and may read and write every public
/// member at every event.
/// Errors:  see StopOnNaN, DataLoader; tensor_error [learner.model], [learner.loss], [learner.loss_shape],
///          [learner.shapes]; state_error [learner.in_fit], [learner.no_gradient], [callback.failed],
///          [callback.cancel], [rates.count]; `interrupted` after Ctrl-C
/// Source:  fastai 2.7.18 learner.py Learner
/// Example: examples/doc/learner.cpp
template <class Data, class Model>
class Learner : public TrainLoop,
                public detail::LearnerTypes<Data, Model>::Batch,
                public ScheduledFits<Learner<Data, Model>>,
                public PrecisionSwitches<Learner<Data, Model>> {
  using Types = detail::LearnerTypes<Data, Model>;
  using Reader = typename Types::Reader;
  using Groups = Optimizer::Groups;
  using loss_type = typename Types::Loss;
  using output_type = typename Types::Output;

 public:
  using model_type = Model;

  template <class... Parts>
  explicit Learner(Data data, Model module, Parts... parts) : dls(std::move(data)), model(std::move(module)) {
    static_assert(detail::are_learner_parts<Parts...>(),
                  "fastxx::Learner(dls, model, parts...): a part must be loss_func(...), opt_func(...), metrics(...), "
                  "callbacks(...) or splitter(...)");
    static_assert(
        detail::parts_are_unique<Parts...>(),
        "fastxx::Learner(dls, model, parts...): a part is given twice; write callbacks(a, b, callbacks_from(path))");
    constexpr bool loss_given = detail::count_parts<LossFuncPart, Parts...>() > 0;
    static_assert(!detail::are_learner_parts<Parts...>() || loss_given || detail::carries_loss<Data>(),
                  "fastxx::Learner: no transform of these data carries a loss function; give loss_func(...)");
    device_ = place_of_model(detail::device_of(dls.train()));
    add_own_callbacks();
    if constexpr (!loss_given && detail::carries_loss<Data>()) loss_func = detail::loss_of_data(dls);
    if constexpr (detail::count_parts<OptFuncPart, Parts...>() == 0) take(opt_func(Adam{}));
    if constexpr (detail::are_learner_parts<Parts...>()) (take(std::move(parts)), ...);
    call(Event::after_create);
  }
  Learner(Learner&&) = default;
  Learner& operator=(Learner&&) = default;

  // What callbacks read and write, beside what TrainState has.
  Data dls;
  Model model;
  loss_type loss_func{};

  /// The first target of the batch.
  auto const& y() const { return std::get<0>(this->yb); }

  template <class Callback>
  Learner& add_cb(Callback callback) {
    callbacks_.add(entry(std::move(callback)));
    return *this;
  }

  /// Train for some epochs with constant hyper-parameters; callbacks given here serve this call only.
  template <class... Extra>
  void fit(std::int64_t epochs, FitOptions const& options = {}, Part<CallbacksPart, hana::tuple<Extra...>> extra = {}) {
    fit_with(epochs, options, entries(std::move(extra)), {});
  }
  /// The same with the learning rate alone, `fit(5, 1e-3)` or `fit(5, slice(1e-5, 1e-3))`, or with callbacks alone.
  template <std::convertible_to<Rates> Rate, class... Extra>
  void fit(std::int64_t epochs, Rate const& rate, Part<CallbacksPart, hana::tuple<Extra...>> extra = {}) {
    fit(epochs, FitOptions{.lr = rate}, std::move(extra));
  }
  template <class... Extra>
  void fit(std::int64_t epochs, Part<CallbacksPart, hana::tuple<Extra...>> extra) {
    fit(epochs, FitOptions{}, std::move(extra));
  }
  template <class... Args>
  requires detail::WithBareCallback<Args...>
  void fit(Args const&...) { detail::refuse_bare_callback<Args...>(); }
  template <class... Args>
  requires detail::WithBareCallback<Args...>
  void fit(std::int64_t, FitOptions const&, Args const&...) { detail::refuse_bare_callback<Args...>(); }

  /// Loss and metrics on the validation loader, or on another one; everything else stays as it was, inside an event
  /// too. Without targets there are neither.
  RecorderRow validate() { return validate(dls.valid()); }
  template <class Loader>
  RecorderRow validate(Loader&& loader) {
    return evaluate(loader, {});
  }

  /// Predictions (after the loss's activation), targets and losses for every item of a loader, in the order of its
  /// dataset: a shuffled loader is read without shuffling, with the transforms of validation.
  ///
  /// Errors:  data_error [predictions.none] where there is no validation and no loader is given
  Predictions get_preds(PredictionOptions const& options = {}) { return get_preds(dls.valid(), options); }
  template <class Loader>
  requires(!std::is_same_v<std::decay_t<Loader>, PredictionOptions>) Predictions
      get_preds(Loader&& loader, PredictionOptions const& options = {}) {
    detail::GatherPredictions gather(options);
    auto&& ordered = detail::in_dataset_order(loader);
    evaluate(ordered, {entry(detail::Gather<Learner>{&gather})});
    return gather.joined();
  }

  /// Predictions with test-time augmentation, for the validation loader or another one; see tta_of. Needs
  /// <fastxx/mid/train/tta.hpp>.
  Predictions tta(TtaOptions const& options = {}) { return tta(dls.valid(), options); }
  template <class Loader>
  Predictions tta(Loader const& loader, TtaOptions const& options = {}) {
    constexpr bool included = requires(Learner & self) { tta_of(self, loader, options); };
    static_assert(included, "fastxx::Learner::tta: #include <fastxx/mid/train/tta.hpp>");
    if constexpr (included) return tta_of(*this, loader, options);
    return {};
  }

  /// Train the last group only, and normalisation layers everywhere; an optimizer with one group freezes nothing.
  ///
  /// Source:  fastai 2.7.18 learner.py Learner.freeze (M-07...M-10)
  void freeze() {
    if (!opt) create_opt();
    if (opt->n_groups() > 1) freeze_to(-1);
  }
  void unfreeze() { freeze_to(0); }
  /// Train groups n, n+1, ... only; n < 0 counts from the end.
  void freeze_to(int n) {
    if (!opt) create_opt();
    opt->freeze_to(n);
    opt->clear_state();
  }

  /// What predicts and is exported: copies of the transforms and the loss, with this learner's model. This and the next
  /// two need <fastxx/mid/train/inference.hpp>.
  auto inference() const {
    constexpr bool included = requires(Learner const& self) { inference_of(self); };
    static_assert(included, "fastxx::Learner: for predict and export_to #include <fastxx/mid/train/inference.hpp>");
    if constexpr (included) return inference_of(*this);
  }
  /// (decoded target, prediction as the loss decodes it, activated prediction) for one raw item: as the source gives it,
  /// or one argument for each input. It copies the transforms: for many items keep inference().
  template <class... Raw>
  auto predict(Raw const&... raw) const {
    if constexpr (!std::is_void_v<decltype(inference())>) return inference().predict(raw...);
  }
  /// Write model and transforms, but neither items nor optimizer state, for load_learner.
  template <class Path>
  void export_to(Path const& path) const {
    if constexpr (!std::is_void_v<decltype(inference())>) inference().save(path);
  }

  /// Write weights and, unless `{.with_opt = false}`, the optimizer's state: whole or not at all. A name that ends in .pth
  /// or .pt makes a file of weights for `torch.load`. This and load() need <fastxx/mid/train/checkpoint.hpp>.
  template <class Path>
  void save(Path const& path, SaveOptions const& options = {}) const {
    constexpr bool included = requires(Learner const& self) { save_state_of(self, path, options); };
    static_assert(included, "fastxx::Learner::save: #include <fastxx/mid/train/checkpoint.hpp>");
    if constexpr (included) save_state_of(*this, path, options);
  }
  /// Take what save() or a Checkpoint wrote, a bare safetensors file of weights, or one of Python's torch.save (fastai's
  /// learn.save too); a file of weights alone with `{.with_opt = false}`, unless it is PyTorch's. The model stays on its
  /// device.
  template <class Path>
  void load(Path const& path, LoadOptions const& options = {}) {
    constexpr bool included = requires(Learner & self) { load_state_of(self, path, options); };
    static_assert(included, "fastxx::Learner::load: #include <fastxx/mid/train/checkpoint.hpp>");
    if (options.with_opt.value_or(true) && !opt) create_opt();
    if constexpr (included) load_state_of(*this, path, options);
  }

  /// The model's layers with shapes and parameters, optimizer, loss and callbacks, as text to print. Needs
  /// <fastxx/mid/inspect/model_summary.hpp>.
  std::string summary() {
    refuse_inside_fit("summary");
    constexpr bool included = requires(Learner & self) { learner_summary(self); };
    static_assert(included, "fastxx::Learner::summary: #include <fastxx/mid/inspect/model_summary.hpp>");
    if constexpr (included) return learner_summary(*this);
    return {};
  }
  /// The name of the recipe that opt_func was given.
  std::string const& opt_name() const { return opt_name_; }

  /// A mock run with growing learning rates; everything comes back unchanged. Needs <fastxx/mid/inspect/lr_find.hpp>.
  auto lr_find(LRFindOptions const& options = {}) {
    refuse_inside_fit("lr_find");
    constexpr bool included = requires(Learner & self) { find_lr(self, options); };
    static_assert(included, "fastxx::Learner::lr_find: #include <fastxx/mid/inspect/lr_find.hpp>");
    if constexpr (included) return find_lr(*this, options);
  }

  /// Make the optimizer anew from the model's parameters.
  void create_opt() {
    opt = make_opt_(detail::each_once(splitter_ ? splitter_(model) : Groups{module().parameters()}));
    if (!wd_bn_bias) opt->no_weight_decay(norm_bias_params(module()));
    if (train_bn) opt->force_train(norm_bias_params(module(), /*with_bias=*/false));
    opt->set_hyper("lr", lr.for_groups(opt->n_groups()));
  }

  torch::nn::Module& module() const override { return detail::module_of(model); }
  std::vector<Tensor> inputs() const override { return detail::tensors_of(this->xb); }
  std::vector<Tensor> targets() const override { return detail::tensors_of(this->yb); }
  std::int64_t batch_size() const override { return detail::items_in(this->xb); }
  EpochReader* reader(bool train) const override { return train ? train_ : valid_; }

  /// The number of training batches in an epoch.
  std::int64_t data_size() { return detail::LoaderReaderOf<Types, decltype(dls.train())>(dls.train()).size(); }
  /// The number of the epoch that the training loader begins next, where it counts them.
  std::int64_t data_epoch() { return detail::LoaderReaderOf<Types, decltype(dls.train())>(dls.train()).epoch(); }
  void set_data_epoch(std::int64_t number) {
    detail::LoaderReaderOf<Types, decltype(dls.train())>(dls.train()).set_epoch(number);
  }

 private:
  friend class ScheduledFits<Learner>;
  friend class PrecisionSwitches<Learner>;

  void add_own_callbacks() {
    recorder_ = std::make_shared<Recorder>();
    auto progress = std::make_shared<ProgressCallback>();
    logger = [progress](std::vector<std::string> const& row) { progress->write_row(row); };
    callbacks_.add(entry(TrainEvalCallback()));
    callbacks_.add(detail::make_callback_entry<Recorder, Learner>(recorder_));
    callbacks_.add(detail::make_callback_entry<ProgressCallback, Learner>(std::move(progress)));
    callbacks_.add(entry(StopOnNaN()));
  }

  template <class Callback>
  static detail::CallbackEntry entry(Callback callback) {
    return detail::make_callback_entry<Callback, Learner>(std::make_shared<Callback>(std::move(callback)));
  }
  template <class... List>
  static std::vector<detail::CallbackEntry> entries(Part<CallbacksPart, hana::tuple<List...>> part) {
    return hana::unpack(std::move(part.value), [](List... callback) {
      std::vector<detail::CallbackEntry> all;
      (append(all, std::move(callback)), ...);
      return all;
    });
  }
  template <class Callback>
  static void append(std::vector<detail::CallbackEntry>& all, Callback callback) {
    if constexpr (requires { callback.template entries_for<Learner>(); })  // AnyCallbacks
      for (auto& one : callback.template entries_for<Learner>()) all.push_back(std::move(one));
    else
      all.push_back(entry(std::move(callback)));
  }
  template <class... List>
  static void append(std::vector<detail::CallbackEntry>& all, Part<CallbacksPart, hana::tuple<List...>> part) {
    for (auto& one : entries(std::move(part))) all.push_back(std::move(one));
  }

  template <class Loss>
  void take(Part<LossFuncPart, Loss> part) {
    loss_func = loss_type(std::move(part.value));
  }
  template <class Recipe>
  void take(Part<OptFuncPart, Recipe> part) {
    constexpr bool is_recipe = detail::OptimizerRecipe<Recipe>;
    static_assert(is_recipe,
                  "fastxx::Learner: opt_func(recipe): 'recipe' must say how to make an optimizer, as Adam{.wd = .1}, "
                  "SGD{} or TorchOptimizer<torch::optim::SGD>{...} do; the learning rate is given to fit");
    if constexpr (requires { part.value.options.lr(); }) lr = part.value.options.lr();
    opt_name_ = detail::own_name<Recipe>();
    if constexpr (is_recipe)
      make_opt_ = [recipe = std::move(part.value)](Groups const& groups) { return AnyOptimizer(recipe.make(groups)); };
  }
  template <class Function>
  void take(Part<SplitterPart, Function> part) {
    constexpr bool groups = std::is_invocable_r_v<Groups, Function&, Model const&>;
    static_assert(groups,
                  "fastxx::Learner: splitter(f): f(model) must return the groups of parameters, a "
                  "std::vector<std::vector<Tensor>>; what splits items is given to Datasets or dataloaders");
    if constexpr (groups) splitter_ = std::move(part.value);
  }
  template <class... List>
  void take(Part<MetricsPart, hana::tuple<List...>> part) {
    hana::unpack(std::move(part.value), [this](List... metric) {
      (recorder_->add_metric(detail::erase_metric<Learner>(std::move(metric))), ...);
    });
  }
  template <class... List>
  void take(Part<CallbacksPart, hana::tuple<List...>> part) {
    for (auto& one : entries(std::move(part))) callbacks_.add(std::move(one));
  }

  // Callbacks for the time of one call.
  class Added {
   public:
    Added(detail::CallbackTable& table, std::vector<detail::CallbackEntry> list)
        : table_(table), list_(std::move(list)) {
      for (auto const& one : list_) table_.add(one);
    }
    ~Added() {
      for (auto const& one : list_) table_.remove(one.object.get());
    }
    Added(Added const&) = delete;
    Added& operator=(Added const&) = delete;

   private:
    detail::CallbackTable& table_;
    std::vector<detail::CallbackEntry> list_;
  };

  // Schedules are made when the optimizer is there.
  void fit_scheduled(char const* call, std::int64_t epochs, FitOptions options,
                     std::vector<detail::CallbackEntry> extra, std::vector<std::string> const& scheduled,
                     std::function<ParamScheduler()> const& schedules) {
    refuse_inside_fit(call);
    if (std::exchange(options.reset_opt, false) || !opt) create_opt();
    extra.push_back(entry(schedules()));
    fit_with(epochs, options, std::move(extra), scheduled);
  }

  void fit_with(std::int64_t epochs, FitOptions const& options, std::vector<detail::CallbackEntry> extra,
                std::vector<std::string> const& scheduled) {
    refuse_inside_fit("fit");
    if (options.reset_opt || !opt) create_opt();
    detail::HyperScope const hypers(opt, scheduled, options.wd ? options.wd : wd);
    opt->set_hyper("lr", options.lr.value_or(lr).for_groups(opt->n_groups()));
    n_epoch = epochs;
    Added const added(callbacks_, std::move(extra));
    detail::LoaderReaderOf<Types, decltype(dls.train())> train(dls.train());
    detail::LoaderReaderOf<Types, decltype(dls.valid())> valid(dls.valid());
    device_ = place_of_model(train.device());
    Streams const streams(*this, &train, &valid);
    run_fit(options.start_epoch);
  }

  // Validation of a loader, with callbacks for this call.
  template <class Loader>
  RecorderRow evaluate(Loader& loader, std::vector<detail::CallbackEntry> extra) {
    constexpr bool readable = detail::ReadableLoader<Loader>;
    static_assert(
        readable,
        "fastxx::Learner: validate(dl) and get_preds(dl) read a loader, as dls.valid() or dls.test_dl(items), "
        "or a range of batches; predict(item) takes a single item");
    if constexpr (readable) return evaluate_readable(loader, std::move(extra));
    return {};
  }
  template <class Loader>
  RecorderRow evaluate_readable(Loader& loader, std::vector<detail::CallbackEntry> extra) {
    using Batch = typename Types::Batch;
    Batch kept = std::exchange(static_cast<Batch&>(*this), Batch{});
    struct PutBack {
      Learner& learn;
      Batch& batch;
      ~PutBack() { static_cast<Batch&>(learn) = std::move(batch); }
    } const put_back{*this, kept};
    Added const added(callbacks_, std::move(extra));
    detail::LoaderReaderOf<Types, Loader&> reader(loader);
    if (!in_fit() && evaluating == 0) device_ = place_of_model(reader.device());
    Streams const streams(*this, train_, &reader);
    return run_evaluation();
  }

  // What the loop reads, for the time of one call.
  class Streams {
   public:
    Streams(Learner& learn, Reader* train, Reader* valid)
        : learn_(learn), former_{learn.train_, learn.valid_, learn.now_} {
      learn.train_ = train, learn.valid_ = valid;
    }
    ~Streams() { std::tie(learn_.train_, learn_.valid_, learn_.now_) = former_; }
    Streams(Streams const&) = delete;
    Streams& operator=(Streams const&) = delete;

   private:
    Learner& learn_;
    std::tuple<Reader*, Reader*, Reader*> former_;
  };

  EpochReader& choose_batches(bool train) override { return *(now_ = train ? train_ : valid_); }
  bool next_batch() override {
    this->output = output_type();  // the graph of the last batch goes before the next batch comes
    return now_->next(this->xb, this->yb, has_targets_);
  }
  void run_model() override {
    this->output =
        std::apply([this](auto const&... x) { return forward(model, detail::as_model_input(x)...); }, this->xb);
    pred = prediction_of<output_type>::get(this->output);
  }
  void run_loss() override {
    if constexpr (std::tuple_size_v < typename Types::Yb >> 0)
      loss_grad = std::apply(
          [this](auto const&... y) { return loss_func(pred, this->output, detail::as_model_input(y)...); }, this->yb);
  }
  void release_batch() override { static_cast<typename Types::Batch&>(*this) = {}; }

  std::string opt_name_;
  std::function<AnyOptimizer(Groups const&)> make_opt_;
  std::function<Groups(Model const&)> splitter_;
  Reader *train_ = nullptr, *valid_ = nullptr, *now_ = nullptr;
};

template <class Data, class Model, class... Parts>
Learner(Data, Model, Parts...) -> Learner<Data, Model>;

// Data and a model that do not fit: one sentence says why, and a Learner of others keeps more errors away.
template <class Data, class Model>
requires(!detail::fits_learner<Data, Model>()) class Learner<Data, Model>
    : public Learner<detail::refused_learner_data_t<Data>, std::shared_ptr<detail::AnyNetwork>> {
  using Base = Learner<detail::refused_learner_data_t<Data>, std::shared_ptr<detail::AnyNetwork>>;

 public:
  template <class... Parts>
  explicit Learner(Data const&, Model const&, Parts const&...)
      : Base(detail::never<detail::refused_learner_data_t<Data>>(), nullptr, loss_func(detail::AnyLoss{})) {
    detail::say_why_refused<Data, Model>();
  }
};

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/mid/train/learner.ipp>
#endif
