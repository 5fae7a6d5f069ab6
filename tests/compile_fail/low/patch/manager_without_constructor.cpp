// expect-error: fastxx::PatchManagerOf<Manager>: Manager must be constructible from the model alone
#include <fastxx/low/patch/patch_manager.hpp>

struct Manager : fastxx::PatchManagerOf<Manager> {
#ifdef COMPILES
  using PatchManagerOf::PatchManagerOf;
#else
  Manager(fastxx::ModuleRef const& model, int) : PatchManagerOf(model) {}
#endif
  fastxx::PatchData default_patch_data() override { return {}; }
};
#ifdef COMPILES
void patch(torch::nn::Linear const& model) { Manager(model).patch(); }
#else
void patch(torch::nn::Linear const& model) { Manager(model, 3).patch(); }
#endif
