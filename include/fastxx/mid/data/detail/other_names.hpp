#pragma once

// The names that options have elsewhere: members that take no room and tell the compiler what to say when one is set.
namespace fastxx::detail {

struct BsIsBatchSize {
  constexpr BsIsBatchSize() = default;
  template <class T>
  constexpr BsIsBatchSize(T const&) {
    static_assert(sizeof(T) == 0, "fastxx: the option 'bs' is called 'batch_size'");
  }
};

struct ValBsIsValidBatchSize {
  constexpr ValBsIsValidBatchSize() = default;
  template <class T>
  constexpr ValBsIsValidBatchSize(T const&) {
    static_assert(sizeof(T) == 0, "fastxx: the option 'val_bs' is called 'valid_batch_size'");
  }
};

struct NumWorkersIsWorkers {
  constexpr NumWorkersIsWorkers() = default;
  template <class T>
  constexpr NumWorkersIsWorkers(T const&) {
    static_assert(sizeof(T) == 0, "fastxx: the option 'num_workers' is called 'workers'");
  }
};

struct ShuffleTrainIsShuffle {
  constexpr ShuffleTrainIsShuffle() = default;
  template <class T>
  constexpr ShuffleTrainIsShuffle(T const&) {
    static_assert(sizeof(T) == 0,
                  "fastxx: the option 'shuffle_train' is called 'shuffle'; validation is never shuffled");
  }
};

struct PrefetchFactorIsPrefetch {
  constexpr PrefetchFactorIsPrefetch() = default;
  template <class T>
  constexpr PrefetchFactorIsPrefetch(T const&) {
    static_assert(sizeof(T) == 0, "fastxx: the option 'prefetch_factor' is called 'prefetch'");
  }
};

struct SamplerIsPlan {
  constexpr SamplerIsPlan() = default;
  template <class T>
  constexpr SamplerIsPlan(T const&) {
    static_assert(
        sizeof(T) == 0,
        "fastxx: in the place of a 'sampler' give a 'plan', as .plan = WeightedPlan{weights}; see LoaderPlan");
  }
};

}  // namespace fastxx::detail
