#pragma once
// The middle level: data sets and training, for any application.

#include <fastxx/low.hpp>
#include <fastxx/low/core/memory.hpp>
#include <fastxx/low/core/seed.hpp>
#include <fastxx/low/nn/layers.hpp>
#include <fastxx/low/nn/loss.hpp>
#include <fastxx/mid/data/category.hpp>
#include <fastxx/mid/data/datasets.hpp>
#include <fastxx/mid/data/loaders.hpp>
#include <fastxx/mid/data/splitter.hpp>
#include <fastxx/mid/inspect/interpret.hpp>
#include <fastxx/mid/inspect/show.hpp>
#include <fastxx/mid/train/inference.hpp>
#include <fastxx/mid/train/learner.hpp>
