// Fashion-MNIST: look at the data, find a learning rate, train, explain the mistakes, export and predict.
#include <fastxx/vision.hpp>

#include <CLI/CLI.hpp>
#include <iostream>
using namespace fastxx;

// What training and serving must say alike; a program that serves calls it as well.
auto clothes() {
  return DataBlock(blocks(vision::ImageBlock(), CategoryBlock()), splitter(RandomSplitter{.valid_pct = .1, .seed = 42}),
                   batch_tfms(Normalize{}));
}

int main(int argc, char** argv) {
  DataLoadersOptions loading{.batch_size = 64, .seed = 42};
  std::filesystem::path out = "fashion_mnist";
  int epochs = 7;
  CLI::App app("Train a small convolutional network on Fashion-MNIST and look at what it learnt.");
  app.add_option("--epochs", epochs, "passes over the training images")->capture_default_str();
  app.add_option("--batch-size", loading.batch_size, "images per step of the optimizer")->capture_default_str();
  app.add_option("--seed", loading.seed, "of the weights and the order")->capture_default_str();
  app.add_option("--workers", loading.workers, "loader threads; 0 loads in the main thread")->capture_default_str();
  app.add_option("--device", loading.device, "cpu, cuda, cuda:1, ...")->capture_default_str();
  app.add_option("--output", out, "folder for pictures and the trained model")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  return run_program([&] {
    keep_freed_memory();
    make_output_folder(out);
    auto const data = vision::fashion_mnist();
    std::cout << data.describe() << std::endl;
    auto dls = clothes().dataloaders(data.train, loading);
    std::cout << "a batch: " << show_batch(dls, out / "batch.png") << std::endl;
    set_seed(loading.seed);
    Learner learn(dls, vision::small_cnn(dls.c()), metrics(accuracy));
    auto const rates = learn.lr_find();
    std::cout << "suggested learning rate " << rates.valley << ": " << rates.plot(out / "lr_find.png") << std::endl;
    learn.fit_one_cycle(epochs, {.lr_max = rates.valley});

    ClassificationInterpretation const interp(learn, dls.test_dl(data.test, with_labels));
    std::cout << "accuracy on the test images: " << interp.accuracy() << std::endl;
    std::cout << "confusion matrix: " << interp.plot_confusion_matrix(out / "confusion_matrix.png") << std::endl;
    std::cout << "top losses: " << interp.plot_top_losses(9, out / "top_losses.png") << std::endl;
    learn.export_to(out / "model.safetensors");
    auto model = load_learner(out / "model.safetensors", clothes(), vision::small_cnn);
    std::cout << "the first test image shows: " << std::get<0>(model.predict(data.test[0])) << std::endl;
  });
}
