#include "checks/input_file.hpp"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <fstream>
#include <system_error>

#include "base/error.hpp"
#include "base/text.hpp"

namespace baseline {
namespace {

[[noreturn]] void throw_unreadable_input(const std::filesystem::path& path,
                                         const std::string& why) {
  throw Error(ErrorCode::usage, fmt::format("cannot read {}: {}", printable(path.string()), why));
}

[[noreturn]] void throw_unreadable_input(const std::filesystem::path& path, int error) {
  errno = error;
  if (is_shortage(error)) throw_errno("read", path.native());
  throw_unreadable_input(path, std::generic_category().message(error));
}

}  // namespace

std::string read_input_file(const std::filesystem::path& path, std::uintmax_t limit) {
  std::error_code error;
  const std::filesystem::file_status status = std::filesystem::status(path, error);
  if (status.type() == std::filesystem::file_type::not_found) {
    throw_unreadable_input(path, ENOENT);
  }
  if (error) throw_unreadable_input(path, error.value());
  if (!std::filesystem::is_regular_file(status)) throw_unreadable_input(path, "not a regular file");
  std::ifstream in(path, std::ios::binary);
  if (!in) throw_unreadable_input(path, errno);
  // The size is what was read, not what the directory says: the file may be growing.
  std::string text;
  std::array<char, 1U << 14U> block;
  while (text.size() <= limit && in) {
    in.read(block.data(), block.size());
    text.append(block.data(), static_cast<std::size_t>(in.gcount()));
  }
  if (in.bad()) throw_unreadable_input(path, "read error");
  if (text.size() > limit) throw_unreadable_input(path, "larger than " + human_size(limit));
  return text;
}

}  // namespace baseline
