#pragma once
// Changes to classes and live modules of somebody else: extension methods, the PatchManager, elastic width.

#include <fastxx/low/patch/batch_norm.hpp>
#include <fastxx/low/patch/changes.hpp>
#include <fastxx/low/patch/elastic_width.hpp>
#include <fastxx/low/patch/extension.hpp>
#include <fastxx/low/patch/patch_manager.hpp>
#include <fastxx/low/patch/replicate.hpp>
