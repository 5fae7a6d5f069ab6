// expect-error: abstract class type .*Manager
#include <fastxx/low/patch/patch_manager.hpp>

struct Manager : fastxx::PatchManagerOf<Manager> {
  using PatchManagerOf::PatchManagerOf;
#ifdef COMPILES
  fastxx::PatchData default_patch_data() override { return {}; }
#endif
};
void patch(torch::nn::Linear const& model) { Manager(model).patch(); }
