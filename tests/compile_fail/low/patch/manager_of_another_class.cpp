// expect-error: fastxx::PatchManagerOf<Manager>: name the class that derives from it
#include <fastxx/low/patch/patch_manager.hpp>

struct Unrelated {};
#ifdef COMPILES
struct Manager : fastxx::PatchManagerOf<Manager> {
#else
struct Manager : fastxx::PatchManagerOf<Unrelated> {
#endif
  using PatchManagerOf::PatchManagerOf;
  fastxx::PatchData default_patch_data() override { return {}; }
};
void patch(torch::nn::Linear const& model) { Manager(model).patch(); }
