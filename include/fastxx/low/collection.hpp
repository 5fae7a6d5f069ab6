#pragma once
// L, fastuple, predicates and other small tools of fastcore.

#include <fastxx/low/collection/algorithms.hpp>
#include <fastxx/low/collection/fastuple.hpp>
#include <fastxx/low/collection/functional.hpp>
#include <fastxx/low/collection/indexing.hpp>
#include <fastxx/low/collection/list.hpp>
#include <fastxx/low/collection/names.hpp>
#include <fastxx/low/collection/numbers.hpp>
#include <fastxx/low/collection/predicates.hpp>
#include <fastxx/low/collection/repr.hpp>
