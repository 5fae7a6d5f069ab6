#pragma once
// Modules: layers, losses, a base for your own, hooks.

#include <fastxx/low/nn/autocast.hpp>
#include <fastxx/low/nn/batch_norm_act.hpp>
#include <fastxx/low/nn/forward.hpp>
#include <fastxx/low/nn/fuse_norm_act.hpp>
#include <fastxx/low/nn/hooks.hpp>
#include <fastxx/low/nn/layers.hpp>
#include <fastxx/low/nn/loss.hpp>
#include <fastxx/low/nn/module.hpp>
#include <fastxx/low/nn/module_ref.hpp>
#include <fastxx/low/nn/sequential.hpp>
#include <fastxx/low/nn/state.hpp>
