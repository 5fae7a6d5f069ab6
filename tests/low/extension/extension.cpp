#include <fastxx/low/core/error.hpp>
#include <fastxx/low/extension/extension.hpp>
#include <fastxx/low/torch/nn.hpp>

#include <concepts>
#include <doctest/doctest.h>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <unistd.h>
#include <utility>
#include <vector>

using fastxx::extension, fastxx::extension_property, fastxx::of, fastxx::static_extension;

namespace {

// "Foreign" classes: nothing in them knows of fastxx.
struct Shape {
  int sides = 0;
  constexpr int area() const { return 0; }
};
struct Square : Shape {
  int width;
  constexpr explicit Square(int w) : Shape{4}, width(w) {}
  constexpr int area() const { return width * width; }
};
struct Tile : Square {
  using Square::Square;
};
struct Text {
  std::string letters;
};
struct Left {};
struct Right {};
struct Both : Left, Right {};
struct MadeFromInt {
  MadeFromInt(int) {}
};

inline constexpr auto sides = extension<"sides">([](Shape const& shape) { return shape.sides; });
inline constexpr auto grow = extension<"grow">([](Square& square, int by) { square.width += by; });
inline constexpr auto doubled = extension_property<"doubled">([](Square const& square) { return 2 * square.width; });
inline constexpr auto made = static_extension<"made", Square>(
    []<class Class>(std::type_identity<Class>, int width) { return Class(width + 1); });
inline constexpr auto name = extension<"name", Shape, Text>(
    []<class Self>(Self const&) { return std::is_same_v<Self, Text> ? std::string("text") : std::string("shape"); });

struct Greeting {  // a function with state
  std::string word;
  std::string operator()(auto const&) const { return word; }
};

int twice_of(Shape const& shape, int times) { return 2 * times * shape.sides; }

// What fastcore's `_orig_name` is for: a header of somebody else changes a method for a more derived class.
namespace theirs {
inline constexpr auto name = ::name.extend<Square>([](Square const& s) { return "square and " + ::name(s); });
}
inline constexpr auto renamed = theirs::name.extend<Text>([](Text const& text) { return text.letters; });

}  // namespace

TEST_CASE("L-32 extension: an object that exists has the method at once, by call and by Python's dot") {
  Square square(3);
  CHECK(sides(square) == 4);
  grow(square, 2);
  CHECK(square.width == 5);
  (square | grow)(1);
  CHECK(square.width == 6);
  CHECK((Square(3) | sides)() == 4);
  auto const bound = square | grow;
  bound(4);
  CHECK(square.width == 10);
  CHECK(square.area() == 100);  // members are not touched
}

TEST_CASE("L-32 extension: the first parameter names the class, of a lambda and of a function pointer") {
  constexpr auto twice = extension<"twice">(&twice_of);
  CHECK(twice(Square(1), 3) == 24);
  static_assert(decltype(twice)::takes<Shape>() && decltype(twice)::takes<Tile&>());
  static_assert(!decltype(twice)::takes<Text>() && !decltype(twice)::takes<int>());
}

TEST_CASE("L-34 L-35 extension: one declaration serves two classes, and changing it for one leaves the other") {
  CHECK(name(Shape{}) == "shape");
  CHECK(name(Text{}) == "text");
  CHECK(renamed(Text{"abc"}) == "abc");
  CHECK(renamed(Shape{}) == "shape");
}

TEST_CASE("L-35 extension: each class has a copy of the function, so a change for one leaves the other") {
  auto greet = extension<"greet", Shape, Text>(Greeting{"hi"});
  fastxx::hana::at_c<1>(greet.entries).function.word = "hello";
  CHECK(greet(Shape{}) == "hi");
  CHECK(greet(Text{}) == "hello");
}

TEST_CASE("L-32 extension: the most derived class decides, and the former extension is reachable as original") {
  CHECK(theirs::name(Shape{}) == "shape");
  CHECK(theirs::name(Square(1)) == "square and shape");
  CHECK(theirs::name(Tile(1)) == "square and shape");
  CHECK(theirs::name.original(Tile(1)) == "shape");
  CHECK(renamed.original(Text{"abc"}) == "text");
  CHECK(renamed.original.original(Tile(1)) == "shape");
  CHECK(name(Square(1)) == "shape");  // the extended one is another object

  // Whatever the order of declaration; of equals and of strangers the later one.
  constexpr auto by_class = extension<"by_class">([](Tile const&) {
                              return 3;
                            }).extend<Square>([](Square const&) {
                                return 2;
                              }).extend<Shape>([](Shape const&) { return 1; });
  CHECK(by_class(Tile(1)) == 3);
  CHECK(by_class(Square(1)) == 2);
  CHECK(by_class(Shape{}) == 1);
  CHECK(by_class.extend<Tile>([](Tile const&) { return 4; })(Tile(1)) == 4);
  constexpr auto side =
      extension<"side">([](Left const&) { return 'l'; }).extend<Right>([](Right const&) { return 'r'; });
  CHECK(side(Both{}) == 'r');
  CHECK(side(Left{}) == 'l');
}

TEST_CASE("L-36 extension: a property is a value, a static method gets the class") {
  CHECK((Square(4) | doubled) == 8);
  CHECK(doubled(Tile(4)) == 8);
  CHECK(made(of<Square>, 4).width == 5);
  auto const tile = made(of<Tile>, 4);
  static_assert(std::same_as<decltype(tile), Tile const>);
  CHECK((of<Tile> | made)(9).width == 10);
  static_assert(!decltype(made)::takes<Square>() && decltype(made)::takes<decltype(of<Square>)>());
  static_assert(!decltype(sides)::takes<decltype(of<Shape>)>());

  std::vector<int> widths;
  for (auto const& square : {Square(2), Square(3)}) widths.push_back(square | doubled);
  CHECK(widths == std::vector{4, 6});
}

TEST_CASE("extension: is constexpr, passes references through, and takes plain types without converting to them") {
  static_assert(sides(Square(1)) == 4 && (Square(2) | doubled) == 4 && made(of<Square>, 1).width == 2);
  constexpr auto cube = extension<"cube">([](int x) { return x * x * x; });
  static_assert(cube(2) == 8 && !decltype(cube)::takes<short>() && !decltype(cube)::takes<double>());
  constexpr auto taken = extension<"taken">([](MadeFromInt const&) {});
  static_assert(!decltype(taken)::takes<int>());

  constexpr auto letters = extension_property<"letters", Text>([](auto& text) -> auto& { return text.letters; });
  Text text{"abc"};
  static_assert(std::same_as<decltype(text | letters), std::string&>);
  static_assert(std::same_as<decltype(std::as_const(text) | letters), std::string const&>);
  (text | letters) += "d";
  CHECK(text.letters == "abcd");
  constexpr auto release = extension<"release">([](std::unique_ptr<int> owner) { return *owner; });
  CHECK(release(std::make_unique<int>(7)) == 7);
}

TEST_CASE("L-34 extension: holders, smart pointers and pointers stand for what they hold") {
  Square square(3);
  CHECK(sides(&square) == 4);
  CHECK((std::make_shared<Tile>(3) | sides)() == 4);
  CHECK((std::make_unique<Square>(3) | doubled) == 6);
  constexpr auto count = extension<"count">([](std::shared_ptr<Square> const& p) { return p.use_count(); });
  auto const owner = std::make_shared<Square>(1);
  CHECK(count(owner) == 1);  // the pointer itself, when it is what was named

  constexpr auto n_weights = extension_property<"n_weights">([](torch::nn::Module const& module) {
    std::int64_t sum = 0;
    for (auto const& parameter : module.parameters()) sum += parameter.numel();
    return sum;
  });
  torch::nn::Linear const linear(3, 4);
  CHECK((linear | n_weights) == 16);
  CHECK((*linear | n_weights) == 16);
  CHECK((torch::nn::Sequential(linear, torch::nn::Linear(4, 1)) | n_weights) == 21);
}

namespace {

// The seed's third-party networks: two name their last layer `classifier`, one names it `fc`.
struct GenEfficientNetImpl : torch::nn::Module {
  torch::nn::Linear features = register_module("features", torch::nn::Linear(4, 3));
  torch::nn::Linear classifier = register_module("classifier", torch::nn::Linear(3, 2));
};
TORCH_MODULE(GenEfficientNet);
struct MobileNetImpl : torch::nn::Module {
  torch::nn::Linear features = register_module("features", torch::nn::Linear(4, 5));
  torch::nn::Linear classifier = register_module("classifier", torch::nn::Linear(5, 2));
};
TORCH_MODULE(MobileNet);
struct ResNetImpl : torch::nn::Module {
  torch::nn::Linear fc = register_module("fc", torch::nn::Linear(6, 2));
};
TORCH_MODULE(ResNet);

inline constexpr auto get_fc =
    extension<"get_fc", GenEfficientNetImpl, MobileNetImpl>([](auto& self) { return self.classifier; });
inline constexpr auto extract_features = extension<"extract_features", GenEfficientNetImpl, MobileNetImpl>(
    [](auto& self, at::Tensor const& x) { return self.features->forward(x); });

}  // namespace

TEST_CASE("X-19 X-20 P-20 extension: third-party networks get get_fc and extract_features, one class or two") {
  GenEfficientNet efficient;
  MobileNet mobile;
  auto const x = at::randn({2, 4});
  CHECK(get_fc(efficient).ptr() == efficient->classifier.ptr());
  CHECK(get_fc(*mobile).ptr() == mobile->classifier.ptr());
  CHECK(at::equal(extract_features(mobile, x), mobile->features->forward(x)));
  CHECK((efficient | extract_features)(x).size(1) == 3);

  constexpr auto get_any_fc = get_fc.extend<ResNetImpl>([](ResNetImpl& self) { return self.fc; });
  ResNet resnet;
  CHECK(get_any_fc(resnet).ptr() == resnet->fc.ptr());
  CHECK(get_any_fc(mobile).ptr() == mobile->classifier.ptr());
  static_assert(!decltype(get_fc)::takes<ResNet>());
}

namespace {

inline constexpr auto write_text = extension<"write">([](std::filesystem::path const& path, std::string_view text) {
  if (path.has_parent_path()) std::filesystem::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary).write(text.data(), static_cast<std::streamsize>(text.size()));
});

}  // namespace

TEST_CASE("L-33 P-20 extension: write on a path makes the parents and keeps UTF-8") {
  auto const folder = std::filesystem::temp_directory_path() / ("fastxx_extension_" + std::to_string(::getpid()));
  auto const file = folder / "a" / "b" / "greeting.txt";
  write_text(file, "Gr\u00fc\u00dfe \u2713\n");
  (file | write_text)("Gr\u00fc\u00dfe \u2713\n");  // again: the text replaces, as in Python
  std::ifstream stream(file, std::ios::binary);
  std::string const back(std::istreambuf_iterator<char>(stream), {});
  CHECK(back ==
        "Gr\xc3\xbc\xc3\x9f"
        "e \xe2\x9c\x93\n");
  std::filesystem::remove_all(folder);
}

TEST_CASE("extension: a holder that holds nothing is an error") {
  CHECK(sides(std::make_unique<Square>(3)) == 4);
  CHECK_THROWS_AS(sides(std::unique_ptr<Shape>()), fastxx::state_error);
  CHECK_THROWS_AS(sides(std::optional<Shape>()), fastxx::state_error);
  CHECK_THROWS_AS(sides(static_cast<Shape*>(nullptr)), fastxx::state_error);
}
