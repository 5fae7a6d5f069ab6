// expect-error: batch\(indices\) of 'dataset' must return the type that its items collate to
#include <fastxx/mid/data/loader.hpp>

#include <vector>

struct Numbers {
  std::size_t size() const { return 4; }
  double operator[](std::size_t index) const { return static_cast<double>(index); }
#ifdef COMPILES
  at::Tensor batch(std::vector<std::int64_t> const& indices) const { return at::tensor(indices).to(at::kDouble); }
#else
  std::vector<double> batch(std::vector<std::int64_t> const& indices) const { return {indices.begin(), indices.end()}; }
#endif
};

fastxx::DataLoader const loader(Numbers{});
