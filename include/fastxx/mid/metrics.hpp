#pragma once
// All metrics. accuracy and error_rate are in mid/train/metric.hpp, which a Learner brings.

#include <fastxx/mid/metrics/accum.hpp>
#include <fastxx/mid/metrics/accuracy.hpp>
#include <fastxx/mid/metrics/averages.hpp>
#include <fastxx/mid/metrics/counts.hpp>
#include <fastxx/mid/metrics/curves.hpp>
#include <fastxx/mid/metrics/loss_metric.hpp>
#include <fastxx/mid/metrics/multi_label.hpp>
#include <fastxx/mid/metrics/optim_metric.hpp>
#include <fastxx/mid/metrics/regression.hpp>
#include <fastxx/mid/metrics/segmentation.hpp>
#include <fastxx/mid/metrics/single_label.hpp>
#include <fastxx/mid/metrics/text.hpp>
