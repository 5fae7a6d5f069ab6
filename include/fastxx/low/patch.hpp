#pragma once

#include <fastxx/low/patch/batch_norm.hpp>
#include <fastxx/low/patch/changes.hpp>
#include <fastxx/low/patch/elastic_width.hpp>
#include <fastxx/low/patch/patch_manager.hpp>
#include <fastxx/low/patch/replicate.hpp>
