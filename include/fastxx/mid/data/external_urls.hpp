#pragma once

#include <fastxx/low/core/error.hpp>

#include <array>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>

namespace fastxx {

/// Where an archive is, and what is known of it: its size in bytes (0: unknown) and the MD5 of its first 2^20 bytes, in
/// lower case (empty: unknown).
///
/// Source:  fastai 2.7.18 data/external.py, data/download_checks.py
/// Example: examples/doc/external.cpp
struct DataURL {
  std::string_view address;
  std::uint64_t size = 0;
  std::string_view md5 = {};
};

/// fastai's data sets and models, all of which untar_data takes.
///
/// Source:  fastai 2.7.18 data/external.py URLs (M-32, M-34, X-27), data/download_checks.py
/// Example: examples/doc/external.cpp
struct URLs {
  static constexpr std::string_view MDL = "http://files.fast.ai/models/";
  static constexpr std::string_view GOOGLE = "https://storage.googleapis.com/";
  static constexpr std::string_view S3 = "https://s3.amazonaws.com/fast-ai-";
  static constexpr std::string_view URL = "https://s3.amazonaws.com/fast-ai-sample/";
  static constexpr std::string_view S3_IMAGE = "https://s3.amazonaws.com/fast-ai-imageclas/";
  static constexpr std::string_view S3_IMAGELOC = "https://s3.amazonaws.com/fast-ai-imagelocal/";
  static constexpr std::string_view S3_AUDI = "https://s3.amazonaws.com/fast-ai-audio/";
  static constexpr std::string_view S3_NLP = "https://s3.amazonaws.com/fast-ai-nlp/";
  static constexpr std::string_view S3_COCO = "https://s3.amazonaws.com/fast-ai-coco/";
  static constexpr std::string_view S3_MODEL = "https://s3.amazonaws.com/fast-ai-modelzoo/";

  static constexpr DataURL ADULT_SAMPLE{"https://s3.amazonaws.com/fast-ai-sample/adult_sample.tgz", 968212,
                                        "64eb9d7e23732de0b138f7372d15492f"};
  static constexpr DataURL BIWI_SAMPLE{"https://s3.amazonaws.com/fast-ai-sample/biwi_sample.tgz", 593774,
                                       "9179f4c1435f4b291f0d5b072d60c2c9"};
  static constexpr DataURL CIFAR{"https://s3.amazonaws.com/fast-ai-sample/cifar10.tgz", 168168549,
                                 "a5f8c31371b63a406b23368042812d3c"};
  static constexpr DataURL COCO_SAMPLE{"https://s3.amazonaws.com/fast-ai-coco/coco_sample.tgz", 3245877008,
                                       "006cd55d633d94b36ecaf661467830ec"};
  static constexpr DataURL COCO_TINY{"https://s3.amazonaws.com/fast-ai-coco/coco_tiny.tgz", 801038,
                                     "367467451ac4fba79a647753c2c66d3a"};
  static constexpr DataURL HUMAN_NUMBERS{"https://s3.amazonaws.com/fast-ai-sample/human_numbers.tgz", 30252,
                                         "8a19c3bfa2bcb08cd787e741261f3ea2"};
  static constexpr DataURL IMDB{"https://s3.amazonaws.com/fast-ai-nlp/imdb.tgz", 144440600,
                                "90f9b1c4ff43a90d67553c9240dc0249"};
  static constexpr DataURL IMDB_SAMPLE{"https://s3.amazonaws.com/fast-ai-sample/imdb_sample.tgz", 571827,
                                       "0842e61a9867caa2e6fbdb14fa703d61"};
  static constexpr DataURL ML_SAMPLE{"https://s3.amazonaws.com/fast-ai-sample/movie_lens_sample.tgz", 51790,
                                     "10961384dfe7c5181460390a460c1f77"};
  static constexpr DataURL ML_100k{"https://files.grouplens.org/datasets/movielens/ml-100k.zip"};
  static constexpr DataURL MNIST_SAMPLE{"https://s3.amazonaws.com/fast-ai-sample/mnist_sample.tgz", 3214948,
                                        "2dbc7ec6f9259b583af0072c55816a88"};
  static constexpr DataURL MNIST_TINY{"https://s3.amazonaws.com/fast-ai-sample/mnist_tiny.tgz", 342207,
                                      "56143e8f24db90d925d82a5a74141875"};
  static constexpr DataURL MNIST_VAR_SIZE_TINY{"https://s3.amazonaws.com/fast-ai-imageclas/mnist_var_size_tiny.tgz",
                                               565372, "b71a930f4eb744a4a143a6c7ff7ed67f"};
  static constexpr DataURL PLANET_SAMPLE{"https://s3.amazonaws.com/fast-ai-sample/planet_sample.tgz", 15523994,
                                         "8bfb174b3162f07fbde09b54555bdb00"};
  static constexpr DataURL PLANET_TINY{"https://s3.amazonaws.com/fast-ai-sample/planet_tiny.tgz", 997569,
                                       "490873c5683454d4b2611fb1f00a68a9"};
  static constexpr DataURL IMAGENETTE{"https://s3.amazonaws.com/fast-ai-imageclas/imagenette2.tgz", 1557161267,
                                      "2c774ecb40005b35d7937d50f5d42336"};
  static constexpr DataURL IMAGENETTE_160{"https://s3.amazonaws.com/fast-ai-imageclas/imagenette2-160.tgz", 99003388,
                                          "c475f8f7617a200ba35b9facc48443c3"};
  static constexpr DataURL IMAGENETTE_320{"https://s3.amazonaws.com/fast-ai-imageclas/imagenette2-320.tgz", 341663724,
                                          "1f1f74f133caff120e575856659b87a2"};
  static constexpr DataURL IMAGEWOOF{"https://s3.amazonaws.com/fast-ai-imageclas/imagewoof2.tgz", 1343715595,
                                     "2cc1c1e36e20cb6fd24ffb978edcb487"};
  static constexpr DataURL IMAGEWOOF_160{"https://s3.amazonaws.com/fast-ai-imageclas/imagewoof2-160.tgz", 92612825,
                                         "3559b194123981a540b87132dbda412f"};
  static constexpr DataURL IMAGEWOOF_320{"https://s3.amazonaws.com/fast-ai-imageclas/imagewoof2-320.tgz", 328387740,
                                         "7a1fd92672a559a85de76e4810a20c21"};
  static constexpr DataURL IMAGEWANG{"https://s3.amazonaws.com/fast-ai-imageclas/imagewang.tgz", 2900347689,
                                     "2b7776bac0fc95db72ac8a3b091a3e30"};
  static constexpr DataURL IMAGEWANG_160{"https://s3.amazonaws.com/fast-ai-imageclas/imagewang-160.tgz", 191498213,
                                         "dab9b1d97b95574ac64122a19bc74ca1"};
  static constexpr DataURL IMAGEWANG_320{"https://s3.amazonaws.com/fast-ai-imageclas/imagewang-320.tgz", 669826647,
                                         "fff8ac034d60e14fcf7789845e625263"};
  static constexpr DataURL DOGS{"https://s3.amazonaws.com/fast-ai-sample/dogscats.tgz", 839285364,
                                "3e483c8d6ef2175e9d395a6027eb92b7"};
  static constexpr DataURL CALTECH_101{"https://s3.amazonaws.com/fast-ai-imageclas/caltech_101.tgz", 131740031,
                                       "d673425306e98ee4619fcdeef8a0e876"};
  static constexpr DataURL CARS{"https://s3.amazonaws.com/fast-ai-imageclas/stanford-cars.tgz", 1957803273,
                                "9045d6673c9ced0889f41816f6bf2f9f"};
  static constexpr DataURL CIFAR_100{"https://s3.amazonaws.com/fast-ai-imageclas/cifar100.tgz", 169168619,
                                     "e5e65dcb54b9d3913f7b8a9ad6607e62"};
  static constexpr DataURL CUB_200_2011{"https://s3.amazonaws.com/fast-ai-imageclas/CUB_200_2011.tgz", 1150585339,
                                        "d2acaa99439dff0483c7bbac1bfe2a92"};
  static constexpr DataURL FLOWERS{"https://s3.amazonaws.com/fast-ai-imageclas/oxford-102-flowers.tgz", 345236087,
                                   "5666e01c1311b4c67fcf20d2b3850a88"};
  static constexpr DataURL FOOD{"https://s3.amazonaws.com/fast-ai-imageclas/food-101.tgz", 5686607260,
                                "1a540ebf1fb40b2bf3f2294234ba7907"};
  static constexpr DataURL MNIST{"https://s3.amazonaws.com/fast-ai-imageclas/mnist_png.tgz", 15683414,
                                 "03639f83c4e3d19e0a3a53a8a997c487"};
  static constexpr DataURL PETS{"https://s3.amazonaws.com/fast-ai-imageclas/oxford-iiit-pet.tgz", 811706944,
                                "e4db5c768afd933bb91f5f594d7417a4"};
  static constexpr DataURL AG_NEWS{"https://s3.amazonaws.com/fast-ai-nlp/ag_news_csv.tgz", 11784419,
                                   "b86f328f4dbd072486591cb7a5644dcd"};
  static constexpr DataURL AMAZON_REVIEWS{"https://s3.amazonaws.com/fast-ai-nlp/amazon_review_full_csv.tgz", 71606272,
                                          "4a1196cf0adaea22f4bc3f592cddde90"};
  static constexpr DataURL AMAZON_REVIEWS_POLARITY{
      "https://s3.amazonaws.com/fast-ai-nlp/amazon_review_polarity_csv.tgz", 688339454,
      "676f7e5208ec343c8274b4bb085bc938"};
  static constexpr DataURL DBPEDIA{"https://s3.amazonaws.com/fast-ai-nlp/dbpedia_csv.tgz", 68341743,
                                   "239c7837b9e79db34486f3de6a00e38e"};
  static constexpr DataURL MT_ENG_FRA{"https://s3.amazonaws.com/fast-ai-nlp/giga-fren.tgz", 2598183296,
                                      "69573f58e2c850b90f2f954077041d8c"};
  static constexpr DataURL SOGOU_NEWS{"https://s3.amazonaws.com/fast-ai-nlp/sogou_news_csv.tgz", 384269937,
                                      "950f1366d33be52f5b944f8a8b680902"};
  static constexpr DataURL WIKITEXT{"https://s3.amazonaws.com/fast-ai-nlp/wikitext-103.tgz", 190200704,
                                    "2dd8cf8693b3d27e9c8f0a7df054b2c7"};
  static constexpr DataURL WIKITEXT_TINY{"https://s3.amazonaws.com/fast-ai-nlp/wikitext-2.tgz", 4070055,
                                         "2a82d47a7b85c8b6a8e068dc4c1d37e7"};
  static constexpr DataURL YAHOO_ANSWERS{"https://s3.amazonaws.com/fast-ai-nlp/yahoo_answers_csv.tgz", 319476345,
                                         "0632a0d236ef3a529c0fa4429b339f68"};
  static constexpr DataURL YELP_REVIEWS{"https://s3.amazonaws.com/fast-ai-nlp/yelp_review_full_csv.tgz", 196146755,
                                        "1efd84215ea3e30d90e4c33764b889db"};
  static constexpr DataURL YELP_REVIEWS_POLARITY{"https://s3.amazonaws.com/fast-ai-nlp/yelp_review_polarity_csv.tgz",
                                                 166373201, "48c8451c1ad30472334d856b5d294807"};
  static constexpr DataURL BIWI_HEAD_POSE{"https://s3.amazonaws.com/fast-ai-imagelocal/biwi_head_pose.tgz", 452316199,
                                          "00f4ccf66e8cba184bc292fdc08fb237"};
  static constexpr DataURL CAMVID{"https://s3.amazonaws.com/fast-ai-imagelocal/camvid.tgz", 598913237,
                                  "648371e4f3a833682afb39b08a3ce2aa"};
  static constexpr DataURL CAMVID_TINY{"https://s3.amazonaws.com/fast-ai-sample/camvid_tiny.tgz", 2314212,
                                       "2cf6daf91b7a2083ecfa3e9968e9d915"};
  static constexpr DataURL LSUN_BEDROOMS{"https://s3.amazonaws.com/fast-ai-imageclas/bedroom.tgz", 4579163978,
                                         "35d84f38f8a15fe47e66e460c8800d68"};
  static constexpr DataURL PASCAL_2007{"https://s3.amazonaws.com/fast-ai-imagelocal/pascal_2007.tgz", 1637796771,
                                       "433b4706eb7c42bd74e7f784e3fdf244"};
  static constexpr DataURL PASCAL_2012{"https://s3.amazonaws.com/fast-ai-imagelocal/pascal_2012.tgz", 2618908000,
                                       "d90e29e54a4c76c0c6fba8355dcbaca5"};
  static constexpr DataURL MACAQUES{"https://storage.googleapis.com/ml-animal-sounds-datasets/macaques.zip", 131604586,
                                    "44fec3950e61d6a898f16fe30bc9c88d"};
  static constexpr DataURL ZEBRA_FINCH{"https://storage.googleapis.com/ml-animal-sounds-datasets/zebra_finch.zip",
                                       186624896, "91fa9c4ebfc986b9babc2a805a10e281"};
  static constexpr DataURL SIIM_SMALL{"https://s3.amazonaws.com/fast-ai-imagelocal/siim_small.tgz", 33276453,
                                      "2f88ac350dce1d971ecbb5ec722da75f"};
  static constexpr DataURL TCGA_SMALL{"https://s3.amazonaws.com/fast-ai-imagelocal/tcga_small.tgz", 14744474,
                                      "3ceffe7cf522cb1c60e93dc555d8817f"};
  static constexpr DataURL OPENAI_TRANSFORMER{"https://s3.amazonaws.com/fast-ai-modelzoo/transformer.tgz", 432848315,
                                              "024b0d2203ebb0cd1fc64b27cf8af18e"};
  static constexpr DataURL WT103_FWD{"https://s3.amazonaws.com/fast-ai-modelzoo/wt103-fwd.tgz"};
  static constexpr DataURL WT103_BWD{"https://s3.amazonaws.com/fast-ai-modelzoo/wt103-bwd.tgz"};

  /// All of the above, in fastai's order.
  static constexpr std::array all{&ADULT_SAMPLE,
                                  &BIWI_SAMPLE,
                                  &CIFAR,
                                  &COCO_SAMPLE,
                                  &COCO_TINY,
                                  &HUMAN_NUMBERS,
                                  &IMDB,
                                  &IMDB_SAMPLE,
                                  &ML_SAMPLE,
                                  &ML_100k,
                                  &MNIST_SAMPLE,
                                  &MNIST_TINY,
                                  &MNIST_VAR_SIZE_TINY,
                                  &PLANET_SAMPLE,
                                  &PLANET_TINY,
                                  &IMAGENETTE,
                                  &IMAGENETTE_160,
                                  &IMAGENETTE_320,
                                  &IMAGEWOOF,
                                  &IMAGEWOOF_160,
                                  &IMAGEWOOF_320,
                                  &IMAGEWANG,
                                  &IMAGEWANG_160,
                                  &IMAGEWANG_320,
                                  &DOGS,
                                  &CALTECH_101,
                                  &CARS,
                                  &CIFAR_100,
                                  &CUB_200_2011,
                                  &FLOWERS,
                                  &FOOD,
                                  &MNIST,
                                  &PETS,
                                  &AG_NEWS,
                                  &AMAZON_REVIEWS,
                                  &AMAZON_REVIEWS_POLARITY,
                                  &DBPEDIA,
                                  &MT_ENG_FRA,
                                  &SOGOU_NEWS,
                                  &WIKITEXT,
                                  &WIKITEXT_TINY,
                                  &YAHOO_ANSWERS,
                                  &YELP_REVIEWS,
                                  &YELP_REVIEWS_POLARITY,
                                  &BIWI_HEAD_POSE,
                                  &CAMVID,
                                  &CAMVID_TINY,
                                  &LSUN_BEDROOMS,
                                  &PASCAL_2007,
                                  &PASCAL_2012,
                                  &MACAQUES,
                                  &ZEBRA_FINCH,
                                  &SIIM_SMALL,
                                  &TCGA_SMALL,
                                  &OPENAI_TRANSFORMER,
                                  &WT103_FWD,
                                  &WT103_BWD};

  /// Where the archive of an address is, or would be: in `data` (`models` for c_key "model") of the current folder when
  /// it is there, else in the folder that config.ini names.
  static std::filesystem::path path(std::string_view url = ".", std::string const& c_key = "archive");
  static std::filesystem::path path(DataURL const& url, std::string const& c_key = "archive") {
    return path(url.address, c_key);
  }
};

/// What config.ini says: where fastai, and fastxx with it, keep data.
///
/// Source:  fastai 2.7.18 data/external.py fastai_cfg, fastcore Config
/// Example: examples/doc/external.cpp
struct DataConfig {
  std::filesystem::path home;                 ///< the folder of config.ini; other folders are relative to it
  std::map<std::string, std::string> values;  ///< data, archive, storage, model, and what else the file says

  /// The folder of a key.
  ///
  /// Errors:  data_error [untar.key] for a key that is not there
  std::filesystem::path path(std::string const& key) const;
};

/// The config.ini of $FASTAI_HOME, or else of ~/.fastai, which is written when it is not there; in `base` instead when
/// that is not empty. Keys that the file lacks have fastai's values.
///
/// Errors:  io_error [untar.config] when it cannot be read or understood
/// Source:  fastai 2.7.18 data/external.py fastai_cfg; differs: reads the file and the environment at each call; of
///          Python's config files only the section DEFAULT, without %(references) and lines that go on in the next
/// Example: examples/doc/external.cpp
DataConfig fastai_cfg(std::filesystem::path const& base = {});

/// A folder of config.ini: "data", "archive", "model" or "storage".
///
/// Errors:  as fastai_cfg; data_error [untar.key] for a key that is not there
/// Source:  fastai 2.7.18 data/external.py fastai_path
/// Example: examples/doc/external.cpp
std::filesystem::path fastai_path(std::string const& key);

namespace detail {
// The entry of URLs with this address, or one of which nothing is known.
DataURL known_url(std::string_view address);

// What fastai calls the archive of an address: its last part, without query and fragment.
std::string archive_name(std::string_view address);
}  // namespace detail

}  // namespace fastxx

// Not FASTXX_BODIES: programs that are compiled with FASTXX_COMPILED bring these bodies as well, so that what
// fastxx.cpp gives needs neither libcurl nor libarchive.
#include <fastxx/mid/data/external_urls.ipp>
