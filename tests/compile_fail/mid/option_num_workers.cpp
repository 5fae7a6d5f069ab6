// expect-error: the option 'num_workers' is called 'workers'
#include <fastxx/mid/data/loader.hpp>

#include <vector>

#ifdef COMPILES
fastxx::DataLoader const loader(std::vector<int>(8), {.batch_size = 4, .workers = 2, .shuffle = true});
#else
fastxx::DataLoader const loader(std::vector<int>(8), {.batch_size = 4, .num_workers = 2, .shuffle = true});
#endif
