// expect-error: these loaders have no pipelines that take a raw item; make them with Datasets
#include "../../mid/train/toy.hpp"
#include <fastxx/low/transform/item_getter.hpp>
#include <fastxx/mid/data/datasets.hpp>
#include <fastxx/mid/train/inference.hpp>

void predict() {
#ifdef COMPILES
  auto const number = fastxx::pipeline(fastxx::ItemGetter<0>{});
  auto const target = fastxx::pipeline(fastxx::ItemGetter<1>{});
  fastxx::Learner learn(fastxx::dataloaders(toy::line(8), fastxx::RandomSplitter{},
                                            fastxx::data_transforms(fastxx::type_tfms(number, target))),
                        toy::model(), fastxx::loss_func(toy::Loss{}));
  learn.predict(toy::line(1)[0]);
#else
  auto learn = toy::learner();
  learn.predict(toy::line(1)[0]);
#endif
}
