#include "yaml/keys.hpp"

namespace baseline::yaml {

std::vector<std::string_view> names_of(std::span<const Key> keys) {
  std::vector<std::string_view> out;
  out.reserve(keys.size());
  for (const Key& key : keys) out.push_back(key.name);
  return out;
}

}  // namespace baseline::yaml
