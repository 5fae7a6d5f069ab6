#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/core/thread_waits.hpp>
#include <fastxx/low/torch/nn.hpp>

#include <string>
#include <vector>

namespace fastxx {

/// What a Learner does about the threads inside libtorch's operations: `learn.threads` says what it did last, and takes the
/// order to leave it (`learn.threads.adapt = false`): then a number from at::set_num_threads stands.
///
/// A batch of so little work that one thread is the sooner done with it gets one: below two million multiplications,
/// estimated from the parameters and the batch's shape alone, so that the same program always does the same. Where
/// OMP_NUM_THREADS is set it gets the number that says. Beside busy programs threads wait without spinning: see
/// ThreadWaits.
///
/// Source:  own design; the figures are in README (threads_small, threads_cnn, threads_resnet18)
/// Example: examples/doc/threads.cpp
struct LearnerThreads {
  // Orders.
  bool adapt = true;  ///< false: libtorch's threads are left as they are
  /// Beside busy programs use fewer threads too. Sooner done still, but the sums of many operations depend on their
  /// number: the same seed then gives the same numbers no longer.
  bool follow_load = false;  ///< where adapt is true

  // What was done in the last phase: the training or the validation batches of an epoch.
  int used = 0;              ///< inside one tensor operation
  double work = 0;           ///< multiplications that one batch takes on its way through the model, about
  bool short_waits = false;  ///< whether they wait without spinning
  double others = 0;         ///< the cores that other programs use
};

/// "1 thread inside a tensor operation; a batch takes about 7.4e+03 multiplications", "2 threads inside a tensor
/// operation, which wait without spinning: other programs use 1.0 cores".
std::string to_string(LearnerThreads const& threads);

namespace detail {

// Each parameter once for each item, and for each place in it: a convolution takes a picture's pixels, an embedding the
// words of a text. Too much for what is pooled on its way, which is large anyway.
double batch_work(torch::nn::Module const& model, std::vector<Tensor> const& inputs);

// The threads of one phase, decided at its first batch; when it goes libtorch has the number that it had.
class PhaseThreads {
 public:
  PhaseThreads(LearnerThreads& threads, ThreadWaits& waits) : threads_(threads), waits_(waits) {}
  ~PhaseThreads();
  PhaseThreads(PhaseThreads const&) = delete;
  PhaseThreads& operator=(PhaseThreads const&) = delete;

  bool decided() const { return before_ > 0; }
  void decide(double work);
  // Before each batch: how long threads wait.
  void look();

 private:
  LearnerThreads& threads_;
  ThreadWaits& waits_;
  int before_ = 0, wanted_ = 0;
};

}  // namespace detail

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/mid/train/learner_threads.ipp>
#endif
