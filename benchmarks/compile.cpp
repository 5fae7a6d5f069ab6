// What the headers cost at compile time: user seconds and memory of the compiler for pipelines and dispatch sets of N
// entries, beside the same written by hand, and for each header that users include, beside libtorch's own.
#include "compare.hpp"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;
using fastxx::bench::median;
using fastxx::bench::report;

struct Cost {
  double seconds = 0;  // of user time, the median of three
  double megabytes = 0;
};

// The compiler with its flags stands in the file beside this program, one word a line.
std::vector<std::string> compile_command(char const* program) {
  std::ifstream file(fs::path(program).parent_path() / "compile_command");
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
    fs::path const file = folder_ / "measured.cpp";
    std::ofstream(file) << source;
    std::vector<std::string> words = command_;
    if (only_check)
      words.push_back("-fsyntax-only");
    else
      words.insert(words.end(), {"-O2", "-c", "-o", (folder_ / "measured.o").string()});
    words.push_back(file.string());
    std::vector<double> seconds;
    Cost cost;
    for (int round = 0; round < 3; ++round) {
      cost = run(words);
      seconds.push_back(cost.seconds);
    }
    cost.seconds = median(seconds);
    return cost;
  }

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
  std::string const header = "#include <fastxx/low/core/dispatch.hpp>\n";
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
  report({"include_cost", including("fastxx/low.hpp"), tensor, "s",
          "low.hpp beside <ATen/core/Tensor.h>; wanted <= 1.25"});
  for (std::string const header : {"low/nn", "low/patch", "mid", "vision", "fastxx"})
    report({"include_" + header, including("fastxx/" + header + ".hpp"), nn, "s", "beside <torch/nn.h>"});
}

}  // namespace

int main(int, char** arguments) {
  auto const command = compile_command(arguments[0]);
  if (command.empty()) {
    std::cerr << "the file compile_command beside the program is missing; build it with CMake\n";
    return 1;
  }
  Compiler const compiler(command);
  measure_growth(compiler, "compile_pipeline", pipeline_source);
  measure_growth(compiler, "compile_dispatch", dispatch_source);
  measure_headers(compiler);
}
