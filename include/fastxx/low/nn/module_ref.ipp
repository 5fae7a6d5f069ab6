#pragma once

#include <fastxx/low/nn/module_ref.hpp>

#include <memory>

namespace fastxx::detail {

FASTXX_INLINE void refuse_empty_module(char const* call) {
  throw state_error("module.empty", {.call = call,
                                     .expected = "a module",
                                     .got = "an empty handle",
                                     .fix = "give the handle a module first, e.g. torch::nn::Linear(2, 3)"});
}

}  // namespace fastxx::detail

namespace fastxx {

FASTXX_INLINE void ModuleRef::take(torch::nn::Module& module) {
  module_ = module.weak_from_this().lock();
  if (!module_)
    throw state_error("module.not_shared", {.call = "fastxx::ModuleRef",
                                            .expected = "a module owned by a shared_ptr",
                                            .got = module.name() + " on the stack or inside another object",
                                            .fix = "make it with std::make_shared or as a module holder"});
}

}  // namespace fastxx
