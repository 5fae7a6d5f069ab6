// Mutates a program's corpus, always the same way for the same seed, and watches what its reader does with it.
//   fuzz_NAME [--inputs N | --seconds N] [--seed N]   20,000 inputs without arguments
//   fuzz_NAME FILE...                                 these inputs, as they are
//   fuzz_NAME --write FOLDER                          the corpus, for libFuzzer
// An input that fails is written to the folder the program runs in, with seed and number in its name.

#include "../process.hpp"
#include "fuzz.hpp"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <ctime>
#include <fcntl.h>
#include <fstream>
#include <iterator>
#include <random>
#include <sys/resource.h>

#if defined(__SANITIZE_ADDRESS__)
extern "C" char const* __asan_default_options() { return "abort_on_error=1:detect_leaks=0"; }
extern "C" char const* __ubsan_default_options() { return "abort_on_error=1:halt_on_error=1:print_stacktrace=1"; }
#endif

namespace {

using Random = std::mt19937_64;

constexpr std::size_t most_bytes = 1 << 20;
constexpr long most_mb = 512;  // of memory, whatever the input says

// ---- the input that runs, for the handler of signals
std::string current;
char current_name[200] = "";

extern "C" void save_input(int signal) {
  char const* const text = signal == SIGALRM ? "fuzz: it hangs; the input is in " : "fuzz: it fails; the input is in ";
  (void)!::write(2, text, std::strlen(text));
  (void)!::write(2, current_name, std::strlen(current_name));
  (void)!::write(2, "\n", 1);
  int const file = ::open(current_name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  (void)!::write(file, current.data(), current.size());
  ::close(file);
  ::_exit(1);
}

void watch_signals() {
  static char stack[1 << 16];  // a handler that runs on a stack that has overflowed needs another
  stack_t const own{stack, 0, sizeof stack};
  ::sigaltstack(&own, nullptr);
  struct sigaction action {};
  action.sa_handler = save_input;
  action.sa_flags = SA_ONSTACK;
  for (int const signal : {SIGABRT, SIGALRM, SIGSEGV, SIGBUS, SIGFPE, SIGILL}) {
    bool const reported = signal != SIGABRT && signal != SIGALRM && sanitized;  // by the sanitizer, which then aborts
    if (!reported) ::sigaction(signal, &action, nullptr);
  }
}

// ---- mutations
std::size_t below(Random& random, std::size_t end) { return end == 0 ? 0 : random() % end; }
/// A place in the text, the front more often: headers are there.
std::size_t place(Random& random, std::string const& text) {
  std::size_t const one = below(random, text.size());
  return random() % 2 ? one : std::min(one, below(random, text.size()));
}

void replace_number(Random& random, std::string& text) {
  auto const is_digit = [](char c) { return c >= '0' && c <= '9'; };
  std::size_t begin = place(random, text);
  while (begin < text.size() && !is_digit(text[begin])) ++begin;
  std::size_t end = begin;
  while (end < text.size() && is_digit(text[end])) ++end;
  if (begin < end) text.replace(begin, end - begin, fuzz::words[below(random, std::size(fuzz::words))]);
}

void replace_bytes(Random& random, std::string& text) {
  constexpr std::uint64_t extremes[] = {0,
                                        1,
                                        0x7F,
                                        0x80,
                                        0xFF,
                                        0x7FFF,
                                        0x8000,
                                        0xFFFF,
                                        0x7FFFFFFF,
                                        0x80000000,
                                        0xFFFFFFFF,
                                        0x7FFFFFFFFFFFFFFF,
                                        0x8000000000000000,
                                        0xFFFFFFFFFFFFFFFF};
  std::uint64_t const value = extremes[below(random, std::size(extremes))];
  std::size_t const size = std::size_t{1} << below(random, 4), at = place(random, text);
  bool const reversed = random() % 2;
  for (std::size_t i = 0; i < size && at + i < text.size(); ++i)
    text[at + i] = static_cast<char>(value >> 8 * (reversed ? size - 1 - i : i));
}

void repeat_chunk(Random& random, std::string& text) {
  std::size_t const at = place(random, text);
  std::string const chunk = text.substr(at, 1 + below(random, random() % 2 ? 4 : 400));
  std::size_t const times = std::size_t{1} << below(random, random() % 64 ? 8 : 20);
  std::string many;
  for (std::size_t i = 0; i < times && text.size() + many.size() < most_bytes; ++i) many += chunk;
  text.insert(at, many);
}

void mutate(Random& random, std::string& text, std::vector<std::string> const& seeds) {
  std::size_t const at = place(random, text);
  switch (random() % 11) {
    case 0:
      if (!text.empty()) text[at] = static_cast<char>(text[at] ^ 1 << random() % 8);
      break;
    case 1:
      if (!text.empty()) text[at] = static_cast<char>(random());
      break;
    case 2:
      return replace_bytes(random, text);
    case 3:
    case 4:
      return replace_number(random, text);
    case 5:
    case 6:
      text.insert(at, fuzz::words[below(random, std::size(fuzz::words))]);
      break;
    case 7:
      text.erase(at, 1 + below(random, random() % 2 ? 4 : text.size()));
      break;
    case 8:
      return repeat_chunk(random, text);
    case 9: {
      std::string const& other = seeds[below(random, seeds.size())];
      std::size_t const from = place(random, other);
      text.replace(at, random() % 2 ? std::string::npos : below(random, 100), other.substr(from));
      break;
    }
    case 10:
      std::swap_ranges(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(std::min(at, text.size() - at)),
                       text.begin() + static_cast<std::ptrdiff_t>(at));
  }
}

std::string input(std::uint64_t seed, std::uint64_t number, std::vector<std::string> const& seeds) {
  Random random(seed * 1'000'003 + number);
  std::string text = seeds[below(random, seeds.size())];
  for (std::size_t left = 1 + below(random, 6); left > 0; --left) mutate(random, text, seeds);
  if (text.size() > most_bytes) text.resize(most_bytes);
  return random() % 4 ? fuzz::repaired(std::move(text)) : text;
}

// ---- running
void limit_memory() {
  std::size_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  rlimit limit{};
  ::getrlimit(RLIMIT_AS, &limit);
  // An idx file of a megabyte may be a packed gigabyte.
  limit.rlim_cur = pages * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)) + (std::size_t{3} << 30);
  if (!sanitized) ::setrlimit(RLIMIT_AS, &limit);
}

void run(std::string text, std::string const& name) {
  current = std::move(text);
  std::snprintf(current_name, sizeof current_name, "%s", name.c_str());
  long const before = peak_mb();
  ::alarm(120);
  std::clock_t const start = std::clock();  // of this process: others may keep the machine busy
  LLVMFuzzerTestOneInput(reinterpret_cast<std::uint8_t const*>(current.data()), current.size());
  double const took = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  ::alarm(0);
  double const allowed = (2 + 1e-6 * static_cast<double>(current.size())) * (sanitized ? 5 : 1);
  if (took > allowed) fuzz::fail("it takes too long, in seconds", std::to_string(took).c_str());
  if (!sanitized && peak_mb() - before > most_mb)
    fuzz::fail("too much memory, in MB", std::to_string(peak_mb()).c_str());
}

std::string contents(std::string const& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

int write_corpus(std::string const& folder) {
  int number = 0;
  for (std::string const& one : fuzz::corpus())
    std::ofstream(folder + "/" + std::to_string(number++), std::ios::binary) << one;
  return 0;
}

}  // namespace

int main(int count, char** arguments) {
  std::uint64_t inputs = 20'000, seed = 1;
  double seconds = 0;
  std::vector<std::string> files;
  for (int i = 1; i < count; ++i) {
    std::string const word = arguments[i];
    bool const has_value = i + 1 < count;
    if (word == "--write" && has_value) return write_corpus(arguments[i + 1]);
    if (word == "--inputs" && has_value)
      inputs = std::stoull(arguments[++i]);
    else if (word == "--seconds" && has_value)
      seconds = std::stod(arguments[++i]);
    else if (word == "--seed" && has_value)
      seed = std::stoull(arguments[++i]);
    else
      files.push_back(word);
  }
  std::string const program = std::string(arguments[0]).substr(std::string(arguments[0]).rfind('/') + 1);
  auto const seeds = fuzz::corpus();
  watch_signals();
  limit_memory();
  for (std::string const& file : files) run(contents(file), file + ".again");
  if (!files.empty()) return 0;
  for (std::size_t i = 0; i < seeds.size(); ++i) run(seeds[i], program + "-corpus-" + std::to_string(i));
  auto const start = std::chrono::steady_clock::now();
  auto const passed = [&] { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(); };
  std::uint64_t number = 0;
  for (; seconds > 0 ? passed() < seconds : number < inputs; ++number)
    run(input(seed, number, seeds), program + "-" + std::to_string(seed) + "-" + std::to_string(number));
  std::printf("%s: %lu inputs from seed %lu in %.1f s, at most %ld MB; %lu times the reader took what it was given\n",
              program.c_str(), static_cast<unsigned long>(number), static_cast<unsigned long>(seed), passed(),
              peak_mb(), static_cast<unsigned long>(fuzz::taken));
}
