// What it costs that a model could be patched: fastxx::forward and the calls of a Child against direct calls of
// forward, with no hook in the program. The modules are as small as they get, so that a cost would show. For scale: the
// same with a patch on the model, and with a patch somewhere else.

#include "compare.hpp"
#include <fastxx/low/nn/module.hpp>
#include <fastxx/low/patch/patch_manager.hpp>

namespace {

struct DirectImpl : torch::nn::Module {
  DirectImpl() {
    register_module("first", first);
    register_module("second", second);
  }
  at::Tensor forward(at::Tensor x) { return second->forward(first->forward(std::move(x))); }
  torch::nn::Linear first = torch::nn::Linear(8, 8), second = torch::nn::Linear(8, 8);
};

struct WithChildren : fastxx::Module<WithChildren> {
  Child<torch::nn::Linear> first = child("first", torch::nn::Linear(8, 8));
  Child<torch::nn::Linear> second = child("second", torch::nn::Linear(8, 8));
  at::Tensor forward(at::Tensor x) { return second(first(std::move(x))); }
};

struct Nothing : torch::nn::Module {  // gives its argument back: all there is left is the call
  [[gnu::noinline]] at::Tensor const& forward(at::Tensor const& x) {
    asm volatile("" ::: "memory");  // or the compiler would take the call out of the loop
    return x;
  }
};

struct Quiet : fastxx::PatchManagerOf<Quiet> {
  using PatchManagerOf::PatchManagerOf;
  fastxx::PatchData default_patch_data() override { return {}; }
};

}  // namespace

int main() {
  using fastxx::bench::compare;
  at::set_num_threads(1);
  at::NoGradGuard const guard;
  auto const x = at::randn({1, 8});
  auto const direct = std::make_shared<DirectImpl>(), patched = std::make_shared<DirectImpl>();
  auto const children = std::make_shared<WithChildren>();
  auto const nothing = std::make_shared<Nothing>();
  fastxx::bench::Plan plan{.name = "patch_forward_unpatched",
                           .note = "two Linear(8, 8), batch of 1: fastxx::forward(model, x); other: model->forward(x)",
                           .rounds = 1001,
                           .calls = 200};
  compare(
      plan, [&] { fastxx::forward(direct, x); }, [&] { direct->forward(x); });
  plan.name = "patch_child_unpatched";
  plan.note = "fastxx::Module with two Child members; other: torch::nn::Linear members called directly";
  compare(
      plan, [&] { fastxx::forward(children, x); }, [&] { direct->forward(x); });
  plan.name = "patch_empty_unpatched";
  plan.note = "a module that does nothing: fastxx::forward; other: forward";
  plan.calls = 100000, plan.rounds = 301;
  void const* volatile seen = nullptr;
  compare(
      plan, [&] { seen = &fastxx::forward(nothing, x); }, [&] { seen = &nothing->forward(x); });

  plan.calls = 200, plan.rounds = 1001;
  Quiet(patched).patch();
  plan.name = "patch_elsewhere";
  plan.note = "fastxx::forward of an unpatched model while another one is patched; other: model->forward(x)";
  compare(
      plan, [&] { fastxx::forward(direct, x); }, [&] { direct->forward(x); });
  plan.name = "patch_forward_patched";
  plan.note = "fastxx::forward of a patched model with an empty pre_forward; other: model->forward(x)";
  compare(
      plan, [&] { fastxx::forward(patched, x); }, [&] { patched->forward(x); });
}
