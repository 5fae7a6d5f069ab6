#pragma once

// The names that options have elsewhere: members that take no room and tell the compiler what to say when one is set.
namespace fastxx::detail {

#define FASTXX_OTHER_NAME(Name, sentence)                 \
  struct Name {                                           \
    constexpr Name() = default;                           \
    template <class T>                                    \
    constexpr Name(T const&) {                            \
      static_assert(sizeof(T) == 0, "fastxx: " sentence); \
    }                                                     \
  };
FASTXX_OTHER_NAME(BsIsBatchSize, "the option 'bs' is called 'batch_size'")
FASTXX_OTHER_NAME(ValBsIsValidBatchSize, "the option 'val_bs' is called 'valid_batch_size'")
FASTXX_OTHER_NAME(NumWorkersIsWorkers, "the option 'num_workers' is called 'workers'")
FASTXX_OTHER_NAME(ShuffleTrainIsShuffle, "the option 'shuffle_train' is called 'shuffle'; validation is never shuffled")
FASTXX_OTHER_NAME(PrefetchFactorIsPrefetch, "the option 'prefetch_factor' is called 'prefetch'")
FASTXX_OTHER_NAME(SamplerIsPlan,
                  "in the place of a 'sampler' give a 'plan', as .plan = WeightedPlan{weights}; see LoaderPlan")
FASTXX_OTHER_NAME(LrMaxIsLr, "the option 'lr_max' is called 'lr' here")
FASTXX_OTHER_NAME(LrIsBaseLr, "the option 'lr' of fine_tune is called 'base_lr'")
FASTXX_OTHER_NAME(LrIsLrMax, "the option 'lr' is called 'lr_max' here")
FASTXX_OTHER_NAME(MaxLrIsLrMax, "the option 'max_lr' is called 'lr_max' here")
FASTXX_OTHER_NAME(DivFactorIsDiv, "the option 'div_factor' is called 'div' here")
FASTXX_OTHER_NAME(FinalDivFactorIsDivFinal, "the option 'final_div_factor' is called 'div_final' here")
FASTXX_OTHER_NAME(EveryEpochIsEvery,
                  "the option 'every_epoch' of Checkpoint is .every = 0, which saves between epochs only")
FASTXX_OTHER_NAME(EveryStepsIsEvery,
                  "the option 'every_steps' of Checkpoint is called 'every' and counts training batches; a step of n "
                  "accumulated batches is .every = n")
FASTXX_OTHER_NAME(MonitorIsInTrack, "'monitor' is an option of 'track'; write {.track = {.monitor = \"train_loss\"}}")
#undef FASTXX_OTHER_NAME

}  // namespace fastxx::detail
