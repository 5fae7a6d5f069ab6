#pragma once
// What a program about images includes.

#include <fastxx/app/vision/augment.hpp>
#include <fastxx/app/vision/core.hpp>
#include <fastxx/app/vision/data.hpp>
#include <fastxx/app/vision/item_transforms.hpp>
#include <fastxx/app/vision/models.hpp>
#include <fastxx/app/vision/resample.hpp>
#include <fastxx/mid.hpp>
