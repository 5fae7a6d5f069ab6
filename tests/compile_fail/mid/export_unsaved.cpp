// expect-error: a stage that learns in setups\(\) is exported without what it has learnt
#include "../../mid/train/toy.hpp"
#include <fastxx/low/transform/item_getter.hpp>
#include <fastxx/mid/data/category.hpp>
#include <fastxx/mid/data/datasets.hpp>
#include <fastxx/mid/train/inference.hpp>

struct Centre {
  double mean = 0;
  template <class Items>
  void setups(Items const& items) {
    for (auto const& item : items) mean += item.template item<double>() / static_cast<double>(items.size());
  }
  at::Tensor encodes(at::Tensor const& x) const { return x - mean; }
#ifdef COMPILES
  void serialize(auto& archive) { archive("mean", mean); }
#endif
};

void save() {
  auto const transforms = fastxx::data_transforms(fastxx::type_tfms(fastxx::pipeline(fastxx::ItemGetter<0>{}, Centre{}),
                                                                    fastxx::pipeline(fastxx::ItemGetter<1>{})));
  fastxx::Learner learn(fastxx::dataloaders(toy::line(8), fastxx::RandomSplitter{}, transforms), toy::model(),
                        fastxx::loss_func(toy::Loss{}));
  learn.export_to("x");
}
