#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/core/error.hpp>
#include <fastxx/low/nn/forward.hpp>

#include <functional>
#include <memory>
#include <utility>
#include <vector>

namespace fastxx::detail {

// What was done to attach a hook, undone when it goes. Owns no module.
class Attachment {
 public:
  Attachment() = default;
  Attachment(Attachment&& other) noexcept : undo_(std::exchange(other.undo_, {})) {}
  Attachment& operator=(Attachment&& other) noexcept;
  ~Attachment() { detach(); }

  void on_detach(std::function<void()> undo) { undo_.push_back(std::move(undo)); }
  void detach();

 private:
  std::vector<std::function<void()>> undo_{};
};

// Attach to a module that nothing around it is known of: heard when it is a Sequential or called by fastxx::forward.
Attachment attach_root(torch::nn::Module& module, std::shared_ptr<ForwardHook> const& hook);

// Attach a hook to a part of a model in the ways that can hear its calls, each call once; throws when nobody could.
Attachment attach(torch::nn::Module& module, torch::nn::Module& model, std::shared_ptr<ForwardHook> const& hook);

}  // namespace fastxx::detail

#if FASTXX_BODIES
#include <fastxx/low/nn/detail/attach.ipp>
#endif
