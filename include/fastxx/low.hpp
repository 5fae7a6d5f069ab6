#pragma once
// The low level without torch::nn: types, dispatch, transforms, pipelines, files, pictures.

#include <fastxx/low/core/dispatch.hpp>
#include <fastxx/low/core/error.hpp>
#include <fastxx/low/core/random.hpp>
#include <fastxx/low/core/threads.hpp>
#include <fastxx/low/tensor/types.hpp>
#include <fastxx/low/transform/int_to_float.hpp>
#include <fastxx/low/transform/item_getter.hpp>
#include <fastxx/low/transform/normalize.hpp>
#include <fastxx/low/transform/pipeline.hpp>
