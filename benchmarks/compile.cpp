// What the headers cost at compile time: user seconds and memory of the compiler for pipelines and dispatch sets of N
// entries, beside the same written by hand; for each header that users include, beside libtorch's own; for a whole
// program, beside the same by hand; for a DataBlock, beside Datasets; for one more Learner and one more callback.
// Arguments choose groups: pipeline, dispatch, headers, program, block, again, learner.
#include "compare.hpp"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <set>
#include <sstream>
#include <string>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace {

namespace fs = std::filesystem;
using fastxx::bench::median;
using fastxx::bench::report;

struct Cost {
  double seconds = 0;  // of user time, the median of three
  double megabytes = 0;
};

// The compiler with its flags and the linker's words stand in files beside this program, one word a line.
std::vector<std::string> words_of(fs::path const& path) {
  std::ifstream file(path);
  std::vector<std::string> words;
  for (std::string word; std::getline(file, word);)
    if (!word.empty()) words.push_back(word);
  return words;
}

// One run of the compiler.
Cost run(std::vector<std::string> const& words) {
  std::vector<char*> arguments;
  for (std::string const& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  pid_t const child = fork();
  if (child == 0) {
    execvp(arguments[0], arguments.data());
    _exit(127);
  }
  int status = 0;
  rusage used{};
  wait4(child, &status, 0, &used);
  if (status != 0) {
    std::cerr << "the compiler failed on " << words.back() << "\n";
    std::exit(1);
  }
  return {double(used.ru_utime.tv_sec) + 1e-6 * double(used.ru_utime.tv_usec), double(used.ru_maxrss) / 1024};
}

class Compiler {
 public:
  explicit Compiler(std::vector<std::string> command)
      : command_(std::move(command)),
        folder_(fs::temp_directory_path() / ("fastxx_compile_" + std::to_string(getpid()))) {
    fs::create_directories(folder_);
  }
  ~Compiler() { fs::remove_all(folder_); }
  Compiler(Compiler const&) = delete;
  Compiler& operator=(Compiler const&) = delete;

  Cost compile(std::string const& source, bool only_check = false) const {
    fs::path const file = written("measured.cpp", source);
    if (only_check) return measured({"-fsyntax-only", file.string()});
    return compile_file(file, "-O2");
  }

  Cost compile_file(fs::path const& file, std::string const& level) const {
    return measured({level, "-c", "-o", object().string(), file.string()});
  }

  // The compiler with these words after its own, three times.
  Cost measured(std::vector<std::string> const& more) const {
    std::vector<std::string> words = command_;
    words.insert(words.end(), more.begin(), more.end());
    std::vector<double> seconds;
    Cost cost;
    for (int round = 0; round < 3; ++round) {
      cost = run(words);
      seconds.push_back(cost.seconds);
    }
    cost.seconds = median(seconds);
    return cost;
  }

  // A file of the measurement's own folder, with this text.
  fs::path written(std::string const& name, std::string const& text) const {
    fs::path const file = folder_ / name;
    std::ofstream(file) << text;
    return file;
  }
  fs::path object() const { return folder_ / "measured.o"; }
  fs::path folder() const { return folder_; }
  std::vector<std::string> const& command() const { return command_; }

 private:
  std::vector<std::string> command_;
  fs::path folder_;
};

// "text(0), text(1), ..." where # stands for the number.
std::string repeated(int n, std::string const& text, std::string const& between) {
  std::string all;
  for (int i = 0; i < n; ++i) {
    if (i > 0) all += between;
    for (char c : text) all += c == '#' ? std::to_string(i) : std::string(1, c);
  }
  return all;
}

std::string pipeline_source(int n, bool ours) {
  std::string const stages = repeated(n,
                                      "struct T# { double encodes(double x) const { return x * 3 + #; } "
                                      "double decodes(double x) const { return (x - #) / 3; } };\n",
                                      "");
  std::string const header = "#include <fastxx/low/transform/pipeline.hpp>\n";
  if (ours)
    return header + stages + "double f(double x) { auto const p = fastxx::pipeline(" + repeated(n, "T#{}", ", ") +
           "); return p.decode(p(x)); }\n";
  return header + stages + "double f(double x) { " + repeated(n, "x = T#{}.encodes(x);", " ") +
         repeated(n, "x = T#{}.decodes(x);", " ") + " return x; }\n";
}

std::string dispatch_source(int n, bool ours) {
  std::string const types = repeated(n, "struct A# { int value = #; };\n", "");
  std::string const header = "#include <fastxx/low/dispatch/dispatch.hpp>\n";
  if (ours)
    return header + types + "int f() { auto const set = fastxx::typedispatch(" +
           repeated(n, "fastxx::overload<A#, A#>([](A# x, A#) { return x.value; })", ", ") + "); return " +
           repeated(n, "set(A#{}, A#{})", " + ") + "; }\n";
  return header + types + repeated(n, "int one(A# x, A#) { return x.value; }\n", "") + "int f() { return " +
         repeated(n, "one(A#{}, A#{})", " + ") + "; }\n";
}

void measure_growth(Compiler const& compiler, std::string const& name, std::string (*source)(int, bool)) {
  for (int n : {1, 4, 16, 64}) {
    Cost const ours = compiler.compile(source(n, true)), other = compiler.compile(source(n, false));
    std::ostringstream note;
    note << "N = " << n << " beside the same by hand; " << int(ours.megabytes) << " MB beside " << int(other.megabytes)
         << " MB";
    report({name + "_" + std::to_string(n), ours.seconds, other.seconds, "s", note.str()});
  }
}

void measure_headers(Compiler const& compiler) {
  auto including = [&](std::string const& header) {
    return compiler.compile("#include <" + header + ">\n", true).seconds;
  };
  double const tensor = including("ATen/core/Tensor.h"), types = including("torch/types.h"),
               nn = including("torch/nn.h");
  report({"torch_types_h", types, tensor, "s", "libtorch's own: <torch/types.h> beside <ATen/core/Tensor.h>"});
  for (std::string const header : {"low/core", "low/tensor", "low/transform", "low/collection"})
    report({"include_" + header, including("fastxx/" + header + ".hpp"), tensor, "s", "beside <ATen/core/Tensor.h>"});
  report(
      {"include_low", including("fastxx/low.hpp"), tensor, "s", "low.hpp beside <ATen/core/Tensor.h>; wanted <= 1.25"});
  for (std::string const header : {"low/nn", "low/patch", "mid", "vision", "fastxx"})
    report({"include_" + header, including("fastxx/" + header + ".hpp"), nn, "s", "beside <torch/nn.h>"});
}

void measure_program(Compiler const& compiler, fs::path const& repository) {
  for (std::string const level : {"-O2", "-O0"})
    report({level == "-O2" ? "program_o2" : "program_o0",
            compiler.compile_file(repository / "examples/fashion_mnist.cpp", level).seconds,
            compiler.compile_file(repository / "benchmarks/by_hand/fashion_mnist.cpp", level).seconds, "s",
            "examples/fashion_mnist.cpp at " + level + " beside the same by hand; wanted <= 1.4"});
}

// One program with its data described by a DataBlock and by Datasets.
void measure_block(Compiler const& compiler) {
  std::string const start =
      "#include <fastxx/vision.hpp>\n"
      "using namespace fastxx;\n"
      "using Items = std::vector<std::tuple<double, std::string>>;\n";
  std::string const end =
      "void train(Items const& items) {\n"
      "  auto dls = load(items);\n"
      "  Learner learn(dls, Sequential(torch::nn::Linear(1, dls.c())), metrics(accuracy));\n"
      "  learn.fit_one_cycle(1, {.lr_max = 1e-2});\n"
      "}\n";
  std::string const tensor = "pipeline([](double x) { return at::full({1}, x, at::kFloat); })";
  std::string const block = "auto load(Items items) { return DataBlock(blocks(TransformBlock(" + tensor +
                            "), CategoryBlock()), splitter(RandomSplitter{.seed = 1}))"
                            ".dataloaders(items, {.batch_size = 64}); }\n";
  std::string const datasets =
      "auto load(Items items) { return dataloaders(Datasets(items, RandomSplitter{.seed = 1}, "
      "pipeline(ItemGetter<0>{}, " +
      tensor + "), pipeline(ItemGetter<1>{}, Categorize{})), {.batch_size = 64}); }\n";
  report({"compile_block", compiler.compile(start + block + end).seconds,
          compiler.compile(start + datasets + end).seconds, "s",
          "a program with a DataBlock beside the same with Datasets; wanted <= 1.15"});
}

// The example after one line of main changed, with vision.hpp precompiled, and the link: with the bodies of what is no
// template in an object of their own, and as headers only.
void measure_again(Compiler const& compiler, fs::path const& repository, std::vector<std::string> const& linker) {
  fs::path const example = repository / "examples/fashion_mnist.cpp";
  std::ostringstream text;
  text << std::ifstream(example).rdbuf();
  std::string edited = text.str();
  std::string const line = "int epochs = 7;";
  std::size_t const at = edited.find(line);
  if (at == std::string::npos) {
    std::cerr << example << " has no line '" << line << "' to edit\n";
    std::exit(1);
  }
  edited.replace(at, line.size(), "int epochs = 8;");
  fs::path const program = compiler.written("edited.cpp", edited);
  double const whole = compiler.compile_file(example, "-O2").seconds;
  fs::path const bodies = compiler.folder() / "fastxx.o";
  double const once = compiler
                          .measured({"-O2", "-DFASTXX_COMPILED", "-DFASTXX_SOURCE", "-c", "-o", bodies.string(),
                                     (repository / "include/fastxx/fastxx.cpp").string()})
                          .seconds;

  auto again = [&](std::string const& header_text, std::vector<std::string> flags, std::vector<std::string> objects) {
    fs::path const header = compiler.written("precompiled.hpp", header_text);
    flags.insert(flags.begin(), "-O2");
    std::vector<std::string> words = compiler.command();
    words.insert(words.end(), flags.begin(), flags.end());
    words.insert(words.end(), {"-x", "c++-header", "-o", header.string() + ".gch", header.string()});
    run(words);
    flags.insert(flags.end(), {"-include", header.string(), "-c", "-o", compiler.object().string(), program.string()});
    double const compiled = compiler.measured(flags).seconds;
    objects.insert(objects.end(), {compiler.object().string(), "-o", (compiler.folder() / "program").string()});
    objects.insert(objects.end(), linker.begin(), linker.end());
    return compiled + compiler.measured(objects).seconds;
  };
  std::string const vision = "#include <fastxx/vision.hpp>\n";
  std::ostringstream note;
  note << "one line of main edited, vision.hpp precompiled at -O2, include/fastxx/fastxx.cpp compiled before (" << once
       << " s, once), link included; beside the whole compile; wanted <= 0.5";
  report({"program_again", again(vision, {"-DFASTXX_COMPILED"}, {bodies.string()}), whole, "s", note.str()});
  report({"program_again_headers", again(vision, {}, {}), whole, "s", "the same as headers only"});
  report({"program_compiled",
          compiler.measured({"-O2", "-DFASTXX_COMPILED", "-c", "-o", compiler.object().string(), example.string()})
              .seconds,
          compiler.compile_file(repository / "benchmarks/by_hand/fashion_mnist.cpp", "-O2").seconds, "s",
          "the example with fastxx::compiled and without a precompiled header, beside the same by hand"});
}

std::string const learner_start =
    "#include <fastxx/vision.hpp>\n"
    "using namespace fastxx;\n"
    "struct Pairs {\n"
    "  std::size_t size() const { return 64; }\n"
    "  std::tuple<Tensor, Tensor> operator[](std::size_t) const { return {at::zeros({4}), at::zeros({1})}; }\n"
    "};\n"
    "struct Mse { Tensor operator()(Tensor const& x, Tensor const& y) const { return at::mse_loss(x, y); } };\n"
    "auto data() { return dataloaders(Datasets(Pairs{}, RandomSplitter{.valid_pct = .25, .seed = 1}, "
    "pipeline(ItemGetter<0>{}), pipeline(ItemGetter<1>{})), {.batch_size = 16}); }\n";

std::string one_learner(std::string const& name, std::string const& parts) {
  return "void " + name + "() { Learner learn(data(), Sequential(torch::nn::Linear(4, 1))" + parts +
         "); learn.fit(1); }\n";
}

std::string callbacks_source(int n) {
  return learner_start +
         repeated(n,
                  "struct C# { int seen = #; void before_batch(auto& learn) { seen += int(learn.iter); } "
                  "void after_loss(auto& learn) { seen += int(learn.iter) + #; } "
                  "void after_batch(auto& learn) { seen -= int(learn.iter); } };\n",
                  "") +
         one_learner("train", ", loss_func(Mse{}), callbacks(" + repeated(n, "C#{}", ", ") + ")");
}

// n optimizer recipes that choose between two loops, as SGD does.
std::string recipes(int n) {
  return repeated(n,
                  "struct step# { static constexpr std::array hypers{Hyper{\"lr\", 1e-3}}; "
                  "static void apply(auto& p, auto& grad, HyperValues<1> const& h) { p -= h[0] * grad; } };\n"
                  "struct Own# { double mom = 0; Optimizer make(Optimizer::Groups const& groups) const { "
                  "return Optimizer(mom == 0 ? steppers(weight_decay{}, step#{}) "
                  ": steppers(weight_decay{}, average_grad{}, step#{}), groups); } };\n",
                  "");
}

// n Learners on the same data, each with a metric, a callback and an optimizer of its own: types of the form of accuracy,
// StopOnNaN and SGD, which ship but once.
std::string learners_source(int n) {
  return learner_start + one_learner("first", ", loss_func(Mse{})") +
         repeated(n,
                  "struct exact_t# { Tensor operator()(Tensor const& x, Tensor const& y) const { return (x.argmax(-1) "
                  "== y).mean() + #; } "
                  "};\ninline constexpr exact_t# exact#{};\n"
                  "struct Stop# { int seen = #; void after_loss(auto& learn) { seen += #; "
                  "if (learn.loss.isnan().item().toBool()) throw CancelFitException(); } };\n",
                  "") +
         recipes(n) +
         repeated(n,
                  one_learner("second#", ", loss_func(Mse{}), metrics(exact#), callbacks(Stop#{}), opt_func(Own#{})"),
                  "");
}

std::string recipes_source(int n) {
  return learner_start + recipes(n) + repeated(n, "Optimizer use#() { return Own#{}.make({}); }\n", "");
}

// What one more of something costs: the slope of a line through three points by least squares. One compile alone wanders
// by more than the thing costs.
double slope(Compiler const& compiler, std::string (*source)(int), std::array<double, 3> const& counts) {
  double const mean = (counts[0] + counts[1] + counts[2]) / 3;
  double above = 0, below = 0;
  for (double const count : counts) {
    above += (count - mean) * compiler.compile(source(int(count))).seconds;
    below += (count - mean) * (count - mean);
  }
  return above / below;
}

void measure_learner(Compiler const& compiler) {
  report({"learner_second", slope(compiler, learners_source, {0, 8, 16}), .6, "s",
          "one more Learner on the same data, with its own metric, callback and optimizer (slope over 0, 8, 16); the "
          "other number is the budget"});
  report({"learner_recipe", slope(compiler, recipes_source, {0, 8, 16}), .6, "s",
          "one more optimizer recipe of the user's, of two loops (slope over 0, 8, 16), beside a Learner's budget"});
  report({"learner_callback", slope(compiler, callbacks_source, {1, 4, 16}), .15, "s",
          "each callback of three events given to a Learner (slope over 1, 4, 16); the other number is the budget"});
}

}  // namespace

int main(int count, char** arguments) {
  fs::path const folder = fs::path(arguments[0]).parent_path();
  auto const command = words_of(folder / "compile_command");
  if (command.empty()) {
    std::cerr << "the file compile_command beside the program is missing; build it with CMake\n";
    return 1;
  }
  Compiler const compiler(command);
  std::set<std::string> const chosen(arguments + 1, arguments + count);
  auto wanted = [&](std::string const& group) { return chosen.empty() || chosen.contains(group); };
  if (wanted("pipeline")) measure_growth(compiler, "compile_pipeline", pipeline_source);
  if (wanted("dispatch")) measure_growth(compiler, "compile_dispatch", dispatch_source);
  if (wanted("headers")) measure_headers(compiler);
  if (wanted("program")) measure_program(compiler, FASTXX_REPOSITORY);
  if (wanted("block")) measure_block(compiler);
  if (wanted("again")) measure_again(compiler, FASTXX_REPOSITORY, words_of(folder / "link_words"));
  if (wanted("learner")) measure_learner(compiler);
}
