#pragma once

namespace fastxx {

FASTXX_INLINE int& count() {
  static int value = 0;
  return value;
}

}  // namespace fastxx
