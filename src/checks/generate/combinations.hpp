#pragma once

#include <cstddef>
#include <functional>
#include <vector>

namespace baseline::generate {

/// Visits choices of one index per list, the sum of the indexes growing, so that those made of the
/// first elements come first; lists of one sum in lexical order. Ends when `visit` returns false.
inline void for_each_combination(
    const std::vector<std::size_t>& sizes,
    const std::function<bool(const std::vector<std::size_t>&)>& visit) {
  std::size_t largest = 0;
  for (const std::size_t size : sizes) {
    if (size == 0) return;
    largest += size - 1;
  }
  std::vector<std::size_t> chosen(sizes.size(), 0);
  bool stopped = false;
  const std::function<void(std::size_t, std::size_t)> choose = [&](std::size_t list,
                                                                   std::size_t left) {
    if (list == sizes.size()) {
      if (left == 0) stopped = !visit(chosen);
      return;
    }
    // What the lists behind this one can take at most; less than that is a dead end.
    std::size_t rest = 0;
    for (std::size_t i = list + 1; i < sizes.size(); ++i) rest += sizes[i] - 1;
    for (std::size_t i = left > rest ? left - rest : 0; i < sizes[list] && i <= left; ++i) {
      chosen[list] = i;
      choose(list + 1, left - i);
      if (stopped) return;
    }
  };
  for (std::size_t sum = 0; sum <= largest && !stopped; ++sum) choose(0, sum);
}

}  // namespace baseline::generate
