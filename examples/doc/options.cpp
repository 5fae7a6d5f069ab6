// Options by name, in any order; a function that builds on another shows and hands on the other's options as its own,
// as fastai's @delegates does for tabular_learner; and methods replaced for one object.
#include <fastxx/low/arguments/methods.hpp>
#include <fastxx/low/arguments/options.hpp>

#include <array>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

using fastxx::option;

// Names that are used often read better as functions.
constexpr auto lr(double value) { return option<"lr">(value); }
constexpr auto wd(std::optional<double> value) { return option<"wd">(value); }
constexpr auto n_out(std::optional<int> value) { return option<"n_out">(value); }
template <class Loss>
constexpr auto loss_func(Loss loss) {
  return option<"loss_func">(loss);
}

struct learner_t {
  static constexpr std::string_view name = "learner", positional = "dls, model";
  static constexpr auto options =
      fastxx::options(loss_func(std::nullopt), lr(.001), option<"path">(std::optional<std::string_view>()),
                      option<"model_dir">(std::string_view("models")), wd({}), option<"wd_bn_bias">(false),
                      option<"train_bn">(true), option<"moms">(std::array{.95, .85, .95}));

  template <class... Given>
  std::string operator()(std::string const& dls, std::string const& model, Given... given) const {
    auto const taken = options.take(given...);
    return model + " on " + dls + ", lr " + fastxx::repr(get<"lr">(taken)) + ", wd " + fastxx::repr(get<"wd">(taken)) +
           ", train_bn " + fastxx::repr(get<"train_bn">(taken));
  }
} constexpr learner;

struct tabular_learner_t {
  static constexpr std::string_view name = "tabular_learner", positional = "dls, layers";
  static constexpr auto options = fastxx::options(option<"emb_szs">(std::nullopt), n_out({}), option<"train_bn">(false))
                                      .delegates(learner_t::options.except<"path", "model_dir">());

  template <class... Given>
  std::string operator()(std::string const& dls, std::vector<int> const& layers, Given... given) const {
    auto const taken = options.take(given...);
    std::string const model = std::to_string(layers.size()) + " layers to " + fastxx::repr(get<"n_out">(taken));
    return taken.forward(learner_t::options, [&](auto... theirs) { return learner(dls, model, theirs...); });
  }
} constexpr tabular_learner;

// A class that lets its maker replace create_item and size.
template <class... Given>
class Loader {
 public:
  constexpr explicit Loader(Given... given) : methods_(given...) {}
  constexpr int create_item(int i) const {
    return fastxx::call_method<"create_item">(
        methods_, *this, [](int at) { return at; }, i);
  }
  constexpr int size() const {
    return fastxx::call_method<"size">(methods_, *this, [] { return 4; });
  }

 private:
  [[no_unique_address]] fastxx::Methods<fastxx::replaceable<"create_item", "size">, Given...> methods_;
};

int main() {
  std::printf("%s\n", fastxx::signature(tabular_learner).c_str());
  std::printf("%s\n", tabular_learner("adults", {200, 100}, wd(.1), n_out(2), lr(3e-3)).c_str());
  std::printf("%s\n", tabular_learner("adults", {200, 100}, option<"train_bn">(true)).c_str());

  constexpr Loader plain;
  constexpr Loader squares(fastxx::replace_method<"create_item">([](int i) { return i * i; }));
  constexpr Loader backwards(
      fastxx::replace_as_method<"create_item">([](auto const& self, int i) { return self.size() - 1 - i; }));
  static_assert(plain.create_item(3) == 3 && squares.create_item(3) == 9 && backwards.create_item(3) == 0);
  std::printf("%d %d %d\n", plain.create_item(3), squares.create_item(3), backwards.create_item(3));
}
