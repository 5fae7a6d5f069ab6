#pragma once
// Two of libtorch's functions, declared here because no header smaller than torch/nn.h or ATen/Parallel.h brings them.
namespace at {
[[gnu::visibility("default")]] int get_num_threads();
[[gnu::visibility("default")]] void set_num_threads(int count);
}  // namespace at
