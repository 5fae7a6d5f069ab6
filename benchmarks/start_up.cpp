// From the start of a process to the first batch of Fashion-MNIST on the model's side, beside the start of the same
// program when it makes one tensor and ends. The program starts itself for both.
#include "compare.hpp"
#include <fastxx/vision.hpp>

#include <spawn.h>
#include <sys/wait.h>

extern char** environ;

namespace {

void first_batch() {
  using namespace fastxx;
  auto const data = vision::fashion_mnist();
  Datasets const dsets(data.train, RandomSplitter{.valid_pct = .1, .seed = 42}, pipeline(ItemGetter<0>{}),
                       pipeline(ItemGetter<1>{}, Categorize{}));
  auto const dls = dataloaders(dsets, {}, batch_tfms(IntToFloatTensor{}, Normalize{}));
  for (auto const& [images, classes] : dls.train()) {
    if (images.size(0) != 64) std::exit(1);
    break;
  }
}

void start(char const* what) {
  std::string self = "/proc/self/exe", argument = what;
  char* arguments[] = {self.data(), argument.data(), nullptr};
  pid_t child = 0;
  int status = 1;
  if (posix_spawn(&child, "/proc/self/exe", nullptr, nullptr, arguments, environ) != 0 ||
      waitpid(child, &status, 0) != child || status != 0)
    throw std::runtime_error(std::string("the program could not start itself for ") + what);
}

}  // namespace

int main(int argc, char** argv) {
  std::string const what = argc > 1 ? argv[1] : "";
  if (what == "first-batch") return first_batch(), 0;
  if (what == "empty") return at::zeros({1}).numel() == 1 ? 0 : 1;
  fastxx::bench::compare(
      {.name = "start_up",
       .unit = "ms",
       .note = "process start to the first batch (four gz files read, vocabulary and statistics learnt); "
               "other: one tensor",
       .rounds = 9},
      [] { start("first-batch"); }, [] { start("empty"); });
}
