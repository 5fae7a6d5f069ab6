#pragma once
// Transforms and pipelines. (Pipelines put together at run time: low/transform/any.hpp.)

#include <fastxx/low/transform/context.hpp>
#include <fastxx/low/transform/display.hpp>
#include <fastxx/low/transform/function.hpp>
#include <fastxx/low/transform/int_to_float.hpp>
#include <fastxx/low/transform/item_getter.hpp>
#include <fastxx/low/transform/items.hpp>
#include <fastxx/low/transform/normalize.hpp>
#include <fastxx/low/transform/pipeline.hpp>
#include <fastxx/low/transform/transform.hpp>
