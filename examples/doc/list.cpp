// L: a list that is indexed and transformed like an array, with predicates and small functions beside it.
#include <fastxx/low/collection/algorithms.hpp>
#include <fastxx/low/collection/names.hpp>
#include <fastxx/low/collection/numbers.hpp>

#include <cstdlib>
#include <iostream>
#include <map>
#include <string>

using namespace fastxx;

struct Row {
  std::string text;
  int label;
};

int main() {
  std::map<std::string, int> const d{{"a", 1}, {"b", -5}, {"e", 9}};
  std::cout << L(d).itemgot<1>().map(abs).filter(gt(4)).sum() << "\n";

  L const l{30, 10, 20};
  std::cout << l[-1] << " " << l[{0, 2}] << " " << l[Slice{.step = -1}] << " " << l[l.map(gt(15))] << "\n";
  std::cout << l.sorted() << " " << l.map("item {}") << " " << l.argwhere(lt(25)) << " " << 5 + l + 6 << "\n";
  std::cout << l.enumerate() << " " << l.zipwith(L{"x", "y"}.cycle()) << "\n";

  L<Row> const rows{{"good", 1}, {"bad", 0}, {"fine", 1}};
  std::cout << rows.attrgot(&Row::text) << " " << repr(rows.groupby(&Row::label, &Row::text)) << "\n";
  std::cout << chunked(L<int>::range(5), {.chunk_sz = 2}) << " " << even_mults({.start = 1, .stop = 100, .n = 3}) << " "
            << class2attr<Row>("") << " " << compose(add(1), mul(3))(2) << "\n";

  try {
    std::cout << l[3];
  } catch (data_error const& error) {
    std::cout << error.what() << "\n";
  }
}
