#pragma once
// Laws that a transform, pipeline, tensor type or dispatch set of yours should keep, each checked by one line in any
// test framework.

#include <fastxx/testing/compare.hpp>
#include <fastxx/testing/dispatch.hpp>
#include <fastxx/testing/pipeline.hpp>
#include <fastxx/testing/report.hpp>
#include <fastxx/testing/setup.hpp>
#include <fastxx/testing/tensor.hpp>
#include <fastxx/testing/transform.hpp>
