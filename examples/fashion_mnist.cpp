#include <CLI/CLI.hpp>
#include <fastxx/vision.hpp>
#include <iostream>

using namespace fastxx;
using namespace fastxx::vision;

int main(int argc, char** argv) {
  std::int64_t epochs = 6, batch_size = 128;
  int workers = 0;
  std::uint64_t seed = 42;
  std::string device = "cpu", output = "fashion_mnist";
  CLI::App app("Train a small convolutional network on Fashion-MNIST and see what it learnt.");
  app.add_option("--epochs", epochs, "passes over the training images")->capture_default_str();
  app.add_option("--batch-size", batch_size, "images per optimizer step")->capture_default_str();
  app.add_option("--workers", workers, "loader threads; 0 loads in the main thread")->capture_default_str();
  app.add_option("--seed", seed, "of weights, split and order")->capture_default_str();
  app.add_option("--device", device, "cpu, cuda, cuda:1, ...")->capture_default_str();
  app.add_option("--output", output, "folder for pictures and the trained model")->capture_default_str();
  CLI11_PARSE(app, argc, argv);

  return run_program([&] {
    std::filesystem::path const out = output;
    make_output_folder(out);
    auto const data = fashion_mnist();
    std::cout << data.describe() << std::endl;

    set_seed(seed);
    auto const dsets = Datasets(data.train, RandomSplitter{.valid_pct = .1, .seed = seed}, pipeline(ItemGetter<0>{}),
                                pipeline(ItemGetter<1>{}, Categorize{}));
    auto const dls = dataloaders(dsets, {.batch_size = batch_size, .workers = workers, .seed = seed, .device = device},
                                 batch_tfms(IntToFloatTensor{}, Normalize{}));
    show_batch(dls, out / "batch.png");

    auto make_model = [&] {
      return Sequential(ConvLayer(1, 32, {.ks = 5, .stride = 2}), ConvLayer(32, 64), torch::nn::MaxPool2d(2),
                        ConvLayer(64, 128), torch::nn::AdaptiveAvgPool2d(1), torch::nn::Flatten(),
                        LinBnDrop(128, dls.c(), {.p = .1}));
    };
    Learner learn(dls, make_model(), metrics(accuracy));
    auto const rates = learn.lr_find();
    rates.plot(out / "lr_find.png");
    learn.fit_one_cycle(epochs, {.lr_max = rates.valley});

    ClassificationInterpretation const interp(learn, dls.test_dl(data.test));
    std::cout << "accuracy on the test images: " << interp.accuracy() << std::endl;
    interp.plot_confusion_matrix(out / "confusion_matrix.png");
    interp.plot_top_losses(9, out / "top_losses.png");

    inference_learner(learn, learn.model).save(out / "model.safetensors");
  });
}
