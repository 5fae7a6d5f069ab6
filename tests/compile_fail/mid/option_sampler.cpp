// expect-error: in the place of a 'sampler' give a 'plan'
#include <fastxx/mid/data/loader.hpp>

#include <vector>

#ifdef COMPILES
fastxx::LoaderOptions const options{.batch_size = 4, .plan = fastxx::PartialPlan{8}};
#else
fastxx::LoaderOptions const options{.batch_size = 4, .sampler = fastxx::PartialPlan{8}};
#endif
