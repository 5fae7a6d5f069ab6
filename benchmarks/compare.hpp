#pragma once
// What every benchmark here shares: two callables measured in one run, taking turns, and their medians written down.
// Results are printed, and appended to the file named by the environment variable FASTXX_SUMMARY as one JSON object a
// line: {"name", "ours", "other", "unit", "ratio", "note"}.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

namespace fastxx::bench {

/// One line of the summary: two numbers of the same unit, smaller is better.
struct Result {
  std::string name = {};
  double ours = 0;
  double other = 0;
  std::string unit = "us";
  std::string note = {};
  double paired = 0;  ///< where the two were measured in turns: the median of each turn's ratio

  double ratio() const { return paired > 0 ? paired : other > 0 ? ours / other : 0; }
};

/// How to compare: `calls` calls are timed together, for `rounds` rounds; unit is "s", "ms" or "us" per call.
struct Plan {
  std::string name = {};
  std::string unit = "us";
  std::string note = {};
  int rounds = 21;
  int calls = 1;
};

inline std::string quoted(std::string const& text) {
  std::string out = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  }
  return out + '"';
}

/// Print a result and append it to the summary.
inline void report(Result const& result) {
  std::printf("%-32s ours %10.4g %-3s other %10.4g %-3s ratio %.3f  %s\n", result.name.c_str(), result.ours,
              result.unit.c_str(), result.other, result.unit.c_str(), result.ratio(), result.note.c_str());
  std::fflush(stdout);
  char const* const path = std::getenv("FASTXX_SUMMARY");
  if (path == nullptr || *path == '\0') return;
  std::ostringstream line;
  line << std::setprecision(6) << "{\"name\": " << quoted(result.name) << ", \"ours\": " << result.ours
       << ", \"other\": " << result.other << ", \"unit\": " << quoted(result.unit) << ", \"ratio\": " << result.ratio()
       << ", \"note\": " << quoted(result.note) << "}\n";
  std::ofstream file(path, std::ios::app);
  file << line.str();
  if (!file.flush()) {
    std::cerr << "cannot write " << path << "\n";
    std::exit(1);
  }
}

inline double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  auto const middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

/// Seconds for one call, timed over `calls` calls.
template <class Action>
double seconds(Action& action, int calls) {
  auto const start = std::chrono::steady_clock::now();
  for (int i = 0; i < calls; ++i) action();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count() / calls;
}

/// Run both in turns (one round of each first, not counted), report the medians and give them back.
///
/// The ratio is the median of the rounds' ratios: what else the machine does falls on both halves of a round. Who goes
/// first changes from round to round, since each leaves caches and heap behind for the other.
template <class Ours, class Other>
Result compare(Plan const& plan, Ours ours, Other other) {
  std::vector<double> our_times, other_times, ratios;
  for (int round = -1; round < plan.rounds; ++round) {
    double ours_took = 0, other_took = 0;
    bool const first = round % 2 != 0;
    if (first) ours_took = seconds(ours, plan.calls);
    other_took = seconds(other, plan.calls);
    if (!first) ours_took = seconds(ours, plan.calls);
    if (round < 0) continue;
    our_times.push_back(ours_took);
    other_times.push_back(other_took);
    ratios.push_back(ours_took / other_took);
  }
  double const scale = plan.unit == "s" ? 1 : plan.unit == "ms" ? 1e3 : 1e6;
  Result const result{plan.name,     median(our_times) * scale, median(other_times) * scale, plan.unit, plan.note,
                      median(ratios)};
  report(result);
  return result;
}

}  // namespace fastxx::bench
