#pragma once
// The low level without torch::nn: types, dispatch, semantic tensors, transforms, pipelines, collections, extensions.
// Beside it: low/nn.hpp (modules, hooks), low/patch.hpp (changes to live modules), low/transform/any.hpp (pipelines put
// together at run time), low/dispatch/runtime_dispatch.hpp (dispatch on what a std::variant or std::any holds).

#include <fastxx/low/arguments.hpp>
#include <fastxx/low/collection.hpp>
#include <fastxx/low/core.hpp>
#include <fastxx/low/dispatch.hpp>
#include <fastxx/low/extension/extension.hpp>
#include <fastxx/low/tensor.hpp>
#include <fastxx/low/transform.hpp>
