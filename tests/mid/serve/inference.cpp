#include "../train/toy.hpp"
#include <fastxx/low/collection/functional.hpp>
#include <fastxx/low/transform/item_getter.hpp>
#include <fastxx/mid/data/category.hpp>
#include <fastxx/mid/data/datasets.hpp>
#include <fastxx/mid/train/inference.hpp>

#include <filesystem>
#include <fstream>

// doctest comes last: libtorch brings glog, whose CHECK ends the process.
#include <doctest/doctest.h>

using namespace fastxx;

namespace {

struct Signs {
  std::size_t size() const { return 40; }
  std::tuple<at::Tensor, std::string> operator[](std::size_t i) const {
    float const x = static_cast<float>(i) - 19.5F;
    return {at::full({1}, x), x < 0 ? "minus" : "plus"};
  }
};

// Learns its scale from the data: state that has to travel with the model.
struct Scale {
  double largest = 0;
  template <class Items>
  void setups(Items const& items) {
    for (std::size_t i = 0; i < items.size(); ++i) largest = std::max(largest, items[i].abs().template item<double>());
  }
  at::Tensor encodes(at::Tensor const& x) const { return x / largest; }
  void serialize(auto& archive) { archive("largest", largest); }
};

struct Folder {
  std::filesystem::path path = std::filesystem::temp_directory_path() / "fastxx-inference-test";
  Folder() { std::filesystem::create_directories(path); }
  ~Folder() { std::filesystem::remove_all(path); }
};

// What both programs say.
auto signs() {
  return data_transforms(type_tfms(pipeline(ItemGetter<0>{}, Scale{}), pipeline(ItemGetter<1>{}, Categorize{})));
}
Sequential small(std::int64_t classes = 2) { return Sequential(torch::nn::Linear(1, classes)); }

auto trained() {
  auto const dls =
      dataloaders(Signs{}, RandomSplitter{.valid_pct = .25, .seed = 1}, signs(), {.batch_size = 5, .seed = 3});
  set_seed(1);
  Learner learn(dls, small());
  toy::quiet(learn).fit(5, {.lr = .1});
  return learn;
}

struct Refusal {
  std::string key = "no error", text = {};
};
Refusal refusal_of(auto const& body) {
  try {
    body();
  } catch (error const& e) {
    return {e.key(), e.what()};
  }
  return {};
}
bool has(std::string const& text, std::string const& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("predict: a literal is a text or a path, whichever the pipeline takes") {
  auto const predicted = [](auto read, auto const&... raw) {
    auto transforms = data_transforms(type_tfms(pipeline(ItemGetter<0>{}, read), pipeline(ItemGetter<1>{})));
    InferenceLearner<decltype(transforms), torch::nn::Identity, Tensor> learn{
        transforms, LossDecoding::of(MSELossFlat{}), {}};
    return std::get<1>(learn.predict(raw...)).template item<double>();
  };
  CHECK(predicted([](std::string const& text) { return at::full({1}, double(text.size())); }, "four") == 4);
  char const* const text_file = "a/bc.txt";
  CHECK(predicted([](std::filesystem::path const& file) { return at::full({1}, double(file.stem().string().size())); },
                  text_file) == 2);
}

TEST_CASE("H-43 predict: (decoded target, index, probabilities) for a raw item and for what a later stage takes") {
  auto learn = trained();
  auto inference = learn.inference();
  learn.model->train();
  auto const [label, index, probabilities] = learn.predict(Signs{}[3]);
  CHECK(label == "minus");
  CHECK(index.item<std::int64_t>() == 0);
  CHECK(probabilities.sizes() == at::IntArrayRef({2}));
  CHECK(probabilities.sum().item<float>() == doctest::Approx(1));
  CHECK(std::get<0>(inference.predict(at::full({1}, 12.F))) == "plus");
  CHECK(learn.model->is_training());  // as it was
}

TEST_CASE("predict_batch: many items at once, each as predict gives it; none at all") {
  auto inference = trained().inference();
  std::vector const items{Signs{}[3], Signs{}[30], Signs{}[12]};
  auto const all = inference.predict_batch(items);
  REQUIRE(all.size() == 3);
  for (std::size_t i = 0; i < 3; ++i) {
    auto const one = inference.predict(items[i]);
    CHECK(std::get<0>(all[i]) == std::get<0>(one));
    CHECK(at::allclose(std::get<2>(all[i]), std::get<2>(one)));
  }
  CHECK(inference.predict_batch(std::vector<std::tuple<at::Tensor, std::string>>{}).empty());
}

TEST_CASE("H-41 H-42 L-17 export: model, vocabulary and learnt state come back into empty pipelines") {
  Folder const folder;
  auto learn = trained();
  auto const expected = std::get<2>(learn.predict(Signs{}[30]));
  learn.export_to(folder.path / "export.safetensors");

  auto loaded = load_learner(folder.path / "export.safetensors", signs(), small);  // the file knows that there are two
  CHECK(std::get<0>(loaded.transforms.pipelines()).get<Scale>().largest == 19.5);
  CHECK(loaded.transforms.c() == 2);
  auto const [label, index, probabilities] = loaded.predict(Signs{}[30]);
  CHECK(label == "plus");
  CHECK(at::equal(probabilities, expected));
  auto again = load_learner(folder.path / "export.safetensors", signs(), small(2));  // a module serves as well
  CHECK(at::equal(std::get<2>(again.predict(Signs{}[30])), expected));
}

TEST_CASE("export: a file of other stages, of another model, a truncated one and one without transforms are refused") {
  Folder const folder;
  auto learn = trained();
  auto const file = folder.path / "export.safetensors";
  learn.export_to(file);

  auto const labels = pipeline(ItemGetter<1>{}, Categorize{});
  auto const other =
      refusal_of([&] { load_learner(file, data_transforms(type_tfms(pipeline(ItemGetter<0>{}), labels)), small); });
  CHECK(other.key == "load_learner.stages");
  CHECK(has(other.text, "input pipeline 0 of this program: ItemGetter<0>"));
  CHECK(has(other.text, "ItemGetter<0> -> Scale"));
  auto const shape = refusal_of([&] { load_learner(file, signs(), small(3)); });
  CHECK(shape.key == "state_dict.mismatch");
  CHECK(has(shape.text, "0.weight is (2, 1), in this model (3, 1)"));
  CHECK(!has(shape.text, "; ;"));

  auto load = [&] { load_learner(file, signs(), small); };
  auto const size = std::filesystem::file_size(file);
  std::filesystem::resize_file(file, size - 3);
  CHECK(refusal_of(load).key.starts_with("safetensors."));
  std::filesystem::resize_file(file, 5);
  CHECK(refusal_of(load).key.starts_with("safetensors."));
  CHECK(refusal_of([&] { load_learner(folder.path / "none", signs(), small); }).key != "no error");

  SafeTensors plain;
  plain.tensors["model.0.weight"] = at::zeros({2, 1});
  save_safetensors(file, plain);
  CHECK(refusal_of(load).key == "load_learner.format");
}

TEST_CASE(
    "export: a class that a file names twice, and words for the terminal in it, are refused and shown as escapes") {
  Folder const folder;
  auto const file = folder.path / "export.safetensors";
  trained().export_to(file);
  SafeTensors const good = load_safetensors(file);
  auto refused = [&](std::string const& ending, std::string const& value) {
    SafeTensors changed = good;
    int found = 0;
    for (auto& [name, words] : changed.metadata)
      if (name.ends_with(ending)) words = value, ++found;
    CHECK(found == 1);
    save_safetensors(file, changed);
    return refusal_of([&] { load_learner(file, signs(), small); });
  };
  auto const twice = refused(".vocab", R"(["minus","minus","plus"])");  // plus would be a minus without a word
  CHECK(twice.key == "categorize.repeated");
  CHECK(has(twice.text, "'minus' twice"));
  auto const stages = refused("stages.type_tfms.0", "\x1b[2J\n" + std::string(10'000, 'x'));
  CHECK(stages.key == "load_learner.stages");
  CHECK(has(stages.text, "got \\x1b[2J\\x0axxx"));
  CHECK(stages.text.size() < 1000);
  CHECK(has(refused("fastxx.format", "\x1b[2J").text, "got format \\x1b[2J"));
}

TEST_CASE("export: a folder that cannot be written to is one error") {
  auto learn = trained();
  CHECK(refusal_of([&] { learn.export_to("/proc/fastxx/export.safetensors"); }).key != "no error");
}

TEST_CASE("TR-81 export: the file holds neither items nor optimizer state") {
  Folder const folder;
  trained().export_to(folder.path / "export.safetensors");
  auto const file = load_safetensors(folder.path / "export.safetensors");
  for (auto const& entry : file.tensors) CHECK(entry.first.starts_with("model."));
  CHECK(file.tensors.size() == 2);
}

namespace {

// The same lambda stands in two functions, as in two programs; another one in the place of the first.
auto halved() {
  return data_transforms(type_tfms(pipeline(ItemGetter<0>{}, named("halve", [](at::Tensor const& x) { return x / 2; })),
                                   pipeline(ItemGetter<1>{}, Categorize{})));
}
auto halved_elsewhere() {
  return data_transforms(type_tfms(pipeline(ItemGetter<0>{}, named("halve", [](at::Tensor const& x) { return x / 2; })),
                                   pipeline(ItemGetter<1>{}, Categorize{})));
}
auto doubled() {
  return data_transforms(type_tfms(pipeline(ItemGetter<0>{}, named("twice", [](at::Tensor const& x) { return x * 2; })),
                                   pipeline(ItemGetter<1>{}, Categorize{})));
}
auto nameless() {
  return data_transforms(type_tfms(pipeline(ItemGetter<0>{}, [](at::Tensor const& x) { return x / 2; }),
                                   pipeline(ItemGetter<1>{}, Categorize{})));
}
auto untrained(auto const& transforms) {
  return Learner(dataloaders(Signs{}, RandomSplitter{.valid_pct = .25, .seed = 1}, transforms, {.batch_size = 5}),
                 small());
}

}  // namespace

TEST_CASE("export: a lambda has the name its author gives, in whatever function it stands; without one it is refused") {
  Folder const folder;
  auto const file = folder.path / "lambda.safetensors";
  auto learn = untrained(halved());
  learn.export_to(file);
  auto loaded = load_learner(file, halved_elsewhere(), small);
  CHECK(at::equal(std::get<2>(loaded.predict(Signs{}[30])), std::get<2>(learn.predict(Signs{}[30]))));
  auto const other = refusal_of([&] { load_learner(file, doubled(), small); });
  CHECK(other.key == "load_learner.stages");
  CHECK(has(other.text, "halve"));
  CHECK(has(other.text, "twice"));

  auto plain = untrained(nameless());
  CHECK(std::get<0>(plain.predict(Signs{}[30])).size() > 3);  // it predicts
  auto const refused = refusal_of([&] { plain.export_to(file); });
  CHECK(refused.key == "export.unnamed");
  CHECK(has(refused.text, "input pipeline 0, stage 1"));
  CHECK(has(refused.text, "named("));
}

namespace {

// A temperature in hundreds of degrees, which decodes itself.
struct TensorTemp : Semantic<TensorTemp, TensorBase> {
  using Semantic::Semantic;
};
struct ToTemp {
  TensorTemp encodes(double degrees) const { return TensorTemp(at::full({1}, degrees / 100, at::kFloat)); }
  TitledStr decodes(TensorTemp const& x) const {
    return TitledStr(std::to_string(std::lround(x.item<double>() * 100)));
  }
};
struct Readings {
  std::size_t size() const { return 20; }
  std::tuple<at::Tensor, double> operator[](std::size_t i) const {
    return {at::full({1}, static_cast<float>(i)), 10. * static_cast<double>(i)};
  }
};
auto readings() { return data_transforms(type_tfms(pipeline(ItemGetter<0>{}), pipeline(ItemGetter<1>{}, ToTemp{}))); }
Sequential times(float factor) {
  Sequential model(torch::nn::Linear(torch::nn::LinearOptions(1, 1).bias(false)));
  at::NoGradGuard const no_grad;
  model->parameters()[0].fill_(factor);
  return model;
}

}  // namespace

TEST_CASE("load_learner: what a target is comes from its pipeline, and decodes as the learner's own") {
  Folder const folder;
  auto const file = folder.path / "temp.safetensors";
  auto const dls = dataloaders(Readings{}, RandomSplitter{.valid_pct = .5, .seed = 1}, readings(), {.batch_size = 5});
  Learner learn(dls, times(.1F), loss_func(MSELossFlat{}));
  CHECK(std::get<0>(learn.predict(Readings{}[7])) == "70");
  learn.export_to(file);
  auto loaded = load_learner(file, readings(), times(0), loss_func(MSELossFlat{}));
  CHECK(std::get<0>(loaded.predict(Readings{}[7])) == "70");
  CHECK(std::get<1>(loaded.predict(Readings{}[7])).item<float>() == doctest::Approx(.7));
  // Without classes, a function that makes the model takes nothing.
  auto made = load_learner(
      file, readings(), [] { return times(0); }, loss_func(MSELossFlat{}));
  CHECK(std::get<0>(made.predict(Readings{}[7])) == "70");
}

namespace {

// Two sequences of different lengths and the label whether the first has the larger sum: two inputs, padded by before_batch.
struct TensorSeries : Semantic<TensorSeries, TensorBase> {
  using Semantic::Semantic;
};
struct Pairs {
  std::size_t size() const { return 24; }
  std::tuple<TensorSeries, TensorSeries, std::string> operator[](std::size_t i) const {
    auto const n = static_cast<std::int64_t>(i);
    auto const left = at::full({1 + n % 3}, 1.F), right = at::full({1 + n % 4}, n % 2 ? 2.F : .1F);
    return {TensorSeries(left), TensorSeries(right),
            left.sum().item<float>() > right.sum().item<float>() ? "left" : "right"};
  }
};
struct PadAll {
  template <class Item>
  std::vector<Item> operator()(std::vector<Item> items) const {
    auto pad = [](TensorSeries& x) { x = TensorSeries(at::constant_pad_nd(x.tensor(), {0, 4 - x.size(0)})); };
    for (auto& item : items) pad(std::get<0>(item)), pad(std::get<1>(item));
    return items;
  }
};
struct CompareImpl : torch::nn::Module {
  torch::nn::Linear linear = register_module("linear", torch::nn::Linear(8, 2));
  std::tuple<at::Tensor, at::Tensor> forward(at::Tensor const& left, at::Tensor const& right) {
    auto const both = at::cat({left, right}, 1);
    return {linear(both), both};
  }
};
TORCH_MODULE(Compare);
auto pairs() {
  return data_transforms(
      type_tfms(pipeline(ItemGetter<0>{}), pipeline(ItemGetter<1>{}), pipeline(ItemGetter<2>{}, Categorize{})),
      batch_tfms(named("shift", only<TensorSeries>([](at::Tensor const& x) { return x - .5; }))),
      before_batch(PadAll{}));
}

}  // namespace

TEST_CASE("inference: two inputs, items padded by before_batch, a model with two outputs; by item or by inputs") {
  Folder const folder;
  auto const file = folder.path / "pairs.safetensors";
  auto const dls = dataloaders(Pairs{}, RandomSplitter{.valid_pct = .25, .seed = 1}, pairs(), {.batch_size = 6});
  static_assert(std::decay_t<decltype(dls)>::n_inp == 2);
  set_seed(2);
  Learner learn(dls, Compare());
  toy::quiet(learn).fit(80, {.lr = .05});
  auto const [a, b, label] = Pairs{}[5];
  auto const whole = learn.predict(Pairs{}[5]);
  CHECK(std::get<0>(whole) == label);
  learn.export_to(file);
  CHECK(load_safetensors(file).metadata.at("fastxx.stages.before_batch") == "PadAll");
  auto loaded = load_learner(file, pairs(), Compare());
  CHECK(at::equal(std::get<2>(loaded.predict(a, b)), std::get<2>(whole)));
  auto const preds = learn.get_preds(learn.dls.valid()).preds;
  std::vector<std::tuple<TensorSeries, TensorSeries, std::string>> items;
  auto const& valid = learn.dls.valid().dataset();
  for (std::size_t i = 0; i < valid.size(); ++i) items.push_back(valid.raw_item(i));
  auto const all = loaded.predict_batch(items);
  for (std::size_t i = 0; i < all.size(); ++i)
    CHECK(at::allclose(std::get<2>(all[i]), preds[static_cast<std::int64_t>(i)]));
}

namespace {
namespace inner {
struct Stage {};
template <class T>
struct Of {};
}  // namespace inner
template <class T>
auto local_stage(int) {
  struct Local {};
  return inner::Of<Local>{};
}
auto local_of_function(std::vector<int> const&) {
  struct Local {};
  return inner::Of<Local>{};
}
template <class T>
struct Maker {
  auto make() const {
    struct Local {};
    return Local{};
  }
};
struct Row {
  int first, second;
  std::string text;
  Row const* next;
  int sum() const { return first + second; }
};
at::Tensor same(at::Tensor x) { return x; }
}  // namespace

TEST_CASE("export_name: what every compiler calls a stage, and none for what has no name") {
  struct Here {};
  CHECK(export_name(inner::Stage{}) == "inner::Stage");
  CHECK(export_name(Here{}) == "Here");
  CHECK(export_name(local_of_function({})) == "inner::Of<Local>");
  CHECK(export_name(local_stage<int>(1)).empty());  // local_stage<float> has another one
  CHECK(export_name(Maker<int>().make()).empty());
  CHECK(export_name(named("mine", local_stage<int>(1))) == "mine");
  CHECK(export_name(inner::Of<std::vector<unsigned long>>{}) == export_name(inner::Of<std::vector<std::size_t>>{}));
  CHECK(fastxx::detail::portable_name("A<long unsigned int, const B*, C<D> >") == "A<unsigned long,const B*,C<D>>");
  CHECK(fastxx::detail::portable_name("A<unsigned long, const B *, C<D>>") == "A<unsigned long,const B*,C<D>>");
  CHECK(fastxx::detail::portable_name("{anonymous}::At<f<int>(int)::Loc>") == "At<Loc>");
  CHECK(fastxx::detail::portable_name("Outer<S::g(int, A<B>)::In, main()::L>") == "Outer<In,L>");
  CHECK(export_name(transform(same)).empty());
  CHECK(export_name(transform([](int x) { return x; })).empty());
  CHECK(export_name(transform(std::function<int(int)>())).empty());
  CHECK(export_name(transform(named("same", same))) == "same");
  CHECK(export_name(transform(named("up", [](int x) { return x + 1; }), named("down", [](int x) { return x - 1; }))) ==
        "up/down");
  CHECK(export_name(transform(named("up", [](int x) { return x + 1; }), [](int x) { return x - 1; })).empty());
  CHECK(export_name(transform(only<TensorImage>(named("f", same)))) == "only<TensorImage>(f)");
  CHECK(export_name(named("mine", inner::Stage{})) == "mine");
  CHECK(pipeline(named("same", same)).to_string() == "Pipeline: same");
}

TEST_CASE("export_name: fields and elements by what they are, functions that read them where they have a name") {
  CHECK(export_name(attrgetter(&Row::first)) == "attrgetter(Row at byte 0)");
  CHECK(export_name(attrgetter(&Row::second)) == "attrgetter(Row at byte 4)");
  CHECK(export_name(attrgetter(&Row::next, &Row::second)) == "attrgetter(Row at byte 40, Row at byte 4)");
  CHECK(export_name(attrgetter(&Row::sum)).empty());
  CHECK(export_name(named("sum", attrgetter(&Row::sum))) == "sum");
  CHECK(export_name(attrgetter<"text">()) == "attrgetter('text')");
  CHECK(export_name(itemgetter<1, 0>()) == "itemgetter(1, 0)");
  CHECK(export_name(itemgetter(-1)) == "itemgetter at -1");
  CHECK(export_name(transform(attrgetter(&Row::second))) == "attrgetter(Row at byte 4)");
  CHECK(export_name(compose(attrgetter(&Row::first), itemgetter(1))) ==
        "compose(attrgetter(Row at byte 0), itemgetter at 1)");
  CHECK(export_name(compose(attrgetter(&Row::first), [](int x) { return x; })).empty());
}

namespace {

struct Half {
  TensorSeries encodes(TensorSeries const& x) const { return TensorSeries(x.tensor().slice(0, 0, x.size(0) / 2)); }
};
template <class... Stages>
auto numbers(Stages... stages) {
  auto const number = named("series", [](double x) { return TensorSeries(at::full({1}, x, at::kFloat)); });
  return data_transforms(type_tfms(pipeline(ItemGetter<0>{}, number), pipeline(ItemGetter<1>{}, Categorize{})),
                         batch_tfms(stages...));
}
std::vector<std::tuple<double, std::string>> few() { return {{1., "a"}, {2., "b"}, {3., "a"}, {4., "b"}}; }
auto few_loaders(auto const& transforms) {
  return dataloaders(few(), Splits{{0, 1}, {2, 3}}, transforms, {.batch_size = 2});
}

}  // namespace

TEST_CASE("predict: rows that get lost, and inputs the model does not take, are one sentence") {
  Learner halved(few_loaders(numbers(Half{})), small());
  CHECK(refusal_of([&] { halved.predict(3.); }).key == "predict.rows");
  CHECK(refusal_of([&] { halved.inference().predict_batch(std::vector{1., 2., 3., 4.}); }).key == "predict.rows");
  Learner wide(few_loaders(numbers()), Sequential(torch::nn::Linear(5, 2)));
  auto const refused = refusal_of([&] { wide.predict(3.); });
  CHECK(refused.key == "predict.model");
  CHECK(has(refused.text, "inputs of shape (1, 1)"));
}

TEST_CASE("load_learner: a named lambda with a capture") {
  Folder const folder;
  auto const file = folder.path / "capture.safetensors";
  auto times_of = [](double factor) {
    return numbers(named("times", [factor](TensorSeries const& x) { return TensorSeries(x.tensor() * factor); }));
  };
  Learner learn(few_loaders(times_of(2)), small());
  learn.export_to(file);
  auto loaded = load_learner(file, times_of(2), small);
  CHECK(at::equal(std::get<2>(loaded.predict(3.)), std::get<2>(learn.predict(3.))));
}

TEST_CASE("two targets and one prediction: what is no class is one sentence") {
  auto const number = [](double x) { return TensorSeries(at::full({1}, x, at::kFloat)); };
  auto const both = data_transforms(type_tfms(n_inp<1>(), pipeline(ItemGetter<0>{}, number),
                                              pipeline(ItemGetter<1>{}, Categorize{}), pipeline(ItemGetter<0>{})));
  auto const loss = [](at::Tensor const& x, at::Tensor const&, at::Tensor const&) { return x.mean(); };
  Learner learn(few_loaders(both), small(), loss_func(loss));
  CHECK(refusal_of([&] { learn.predict(3.); }).key == "categorize.shape");
}
