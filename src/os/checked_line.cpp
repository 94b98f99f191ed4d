#include "os/checked_line.hpp"

#include <fmt/format.h>

#include <cstddef>

#include "os/sha256.hpp"

namespace baseline {
namespace {

constexpr std::size_t kChecksumLength = 16;

std::string checksum(std::string_view record) {
  return sha256_hex(record).substr(0, kChecksumLength);
}

}  // namespace

std::string checked_line(const std::string& record) {
  return fmt::format("{} {}\n", checksum(record), record);
}

std::optional<std::string> unchecked_line(std::string_view line) {
  if (line.size() <= kChecksumLength || line[kChecksumLength] != ' ') return {};
  const std::string_view record = line.substr(kChecksumLength + 1);
  if (line.substr(0, kChecksumLength) != checksum(record)) return {};
  return std::string(record);
}

}  // namespace baseline
