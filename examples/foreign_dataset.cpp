// A dataset class of your own: random parts of it, training, and where the model is wrong, with the names of the classes.
#include <fastxx/vision.hpp>

#include <iostream>
using namespace fastxx;

struct Shapes {  // any class with a size and items; classes() gives them names
  std::size_t size() const { return 2000; }
  std::vector<std::string> classes() const { return {"disc", "ring", "square"}; }
  std::pair<TensorImageBW, std::int64_t> operator[](std::size_t index) const {
    Random random(index);  // every picture is drawn when it is asked for, always the same
    auto const label = static_cast<std::int64_t>(random.uniform(0, 3));
    double const x = random.uniform(8, 20), y = random.uniform(8, 20), r = random.uniform(3, 7);
    Tensor const dx = (at::arange(28) - x).view({1, 1, 28}), dy = (at::arange(28) - y).view({1, 28, 1});
    Tensor const distance = label == 2 ? at::maximum(dx.abs(), dy.abs()) : (dx.square() + dy.square()).sqrt();
    Tensor shape = distance.lt(r);
    if (label == 1) shape = shape.logical_and(distance.gt(r * random.uniform(.2, .7)));
    std::vector<float> noise(28 * 28);
    for (float& n : noise) n = static_cast<float>(random.uniform(-.8, .8));
    return {TensorImageBW(shape.to(at::kFloat) + at::tensor(noise).view({1, 28, 28})), label};
  }
};

int main(int argc, char** argv) {
  return run_program([&] {
    std::filesystem::path const out = argc > 1 ? argv[1] : "foreign_dataset";
    make_output_folder(out);
    auto const parts = random_split(Shapes{}, {1600, 400}, 42);
    auto dls = from_dsets(parts[0], parts[1], {.batch_size = 20, .seed = 42}, batch_tfms(Normalize{}));
    std::cout << "a batch: " << show_batch(dls, out / "batch.png") << std::endl;
    set_seed(42);
    Learner learn(dls, vision::small_cnn(3), loss_func(CrossEntropyLossFlat{}), metrics(accuracy));
    learn.fit_one_cycle(3, {.lr_max = 1e-2});
    ClassificationInterpretation const interp(learn);
    std::cout << "confusion matrix: " << interp.plot_confusion_matrix(out / "confusion_matrix.png") << std::endl;
    std::cout << "top losses: " << interp.plot_top_losses(9, out / "top_losses.png") << std::endl;
    for (auto const& one : interp.most_confused())
      std::cout << one.count << " times a " << one.actual << " was called a " << one.predicted << std::endl;
  });
}
