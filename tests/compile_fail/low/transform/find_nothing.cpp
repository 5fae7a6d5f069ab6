// expect-error: fastxx::Pipeline::find\(\): no stage of this pipeline has the attribute asked for
#include <fastxx/low/transform/pipeline.hpp>

struct Half {
  int encodes(int x) const { return x / 2; }
#ifdef COMPILES
  int vocab = 5;
#endif
};
struct VocabOf {
  template <class Stage>
  auto operator()(Stage const& stage) const -> decltype(stage.vocab) {
    return stage.vocab;
  }
};
void look() {
  auto const tfms = fastxx::pipeline(Half{});
  tfms.find(VocabOf{});
}
