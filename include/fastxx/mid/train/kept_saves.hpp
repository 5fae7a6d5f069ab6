#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/mid/train/saved_run.hpp>
#include <fastxx/mid/train/state.hpp>

#include <cstdint>
#include <filesystem>
#include <memory>

// The newest save of a fit at its path, and the older ones beside it: path.1 is the one before it, and so on.
namespace fastxx::detail {

std::filesystem::path kept_save(std::filesystem::path const& path, std::int64_t age);

// Make the newest also the first of the older ones, and each of those one older; it stays where it is all the time.
void keep_newest(std::filesystem::path const& path, std::int64_t keep);

void remove_kept(std::filesystem::path const& path, std::int64_t keep);

// The youngest save that is whole, none where there is no save, or the error of the newest.
std::shared_ptr<SavedRun> youngest_save(std::filesystem::path const& path, std::int64_t keep, TrainState const& learn,
                                        FitIdentity const& fit);

}  // namespace fastxx::detail

#if FASTXX_BODIES
#include <fastxx/mid/train/kept_saves.ipp>
#endif
