// expect-error: fastxx: this argument must be a torch::nn::Module, a module holder such as torch::nn::Linear
#include <fastxx/low/patch/patch_manager.hpp>

#ifdef COMPILES
bool patched(torch::nn::Linear const& model) { return fastxx::PatchManager::is_patched(model); }
#else
bool patched(int model) { return fastxx::PatchManager::is_patched(model); }
#endif
