#pragma once

#include <string>
#include <string_view>

namespace fastxx::detail {

// The MD5 of bytes as 32 hexadecimal digits in lower case (RFC 1321): enough to see a damaged or changed file, no
// protection against a forged one.
std::string md5(std::string_view bytes);

}  // namespace fastxx::detail

// Not FASTXX_BODIES: see external_urls.hpp.
#include <fastxx/mid/data/md5.ipp>
