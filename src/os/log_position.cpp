#include "os/log_position.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <nlohmann/json.hpp>

#include "base/bytes_json.hpp"
#include "base/error.hpp"
#include "base/form_json.hpp"
#include "base/integer_json.hpp"
#include "os/sha256.hpp"

namespace baseline {
namespace {

std::string tail_sha256(const File& file, std::uint64_t size) {
  std::string tail(std::min(size, kLogTail), '\0');
  tail.resize(file.read(tail.data(), tail.size(), size - tail.size()));
  return sha256_hex(tail);
}

}  // namespace

std::optional<LogPosition> log_position(const std::string& path) {
  LogPosition out;
  out.path = path;
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) return out;
    return std::nullopt;
  }
  if (!S_ISREG(status.st_mode)) return std::nullopt;
  // It may be another file by now; what was opened counts.
  const File file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY), path);
  try {
    if (file.is_open()) status = file.status();
    if (!S_ISREG(status.st_mode)) return std::nullopt;
    out.exists = true;
    out.inode = status.st_ino;
    out.size = static_cast<std::uint64_t>(status.st_size);
    if (file.is_open()) out.tail_sha256 = tail_sha256(file, out.size);
  } catch (const Error&) {
    return std::nullopt;
  }
  return out;
}

bool continues(const File& file, const LogPosition& position) {
  if (!position.exists) return false;
  const struct stat status = file.status();
  if (status.st_ino != position.inode) return false;
  if (static_cast<std::uint64_t>(status.st_size) < position.size) return false;
  return position.tail_sha256.empty() || tail_sha256(file, position.size) == position.tail_sha256;
}

nlohmann::json to_json(const std::vector<LogPosition>& positions) {
  nlohmann::json out = nlohmann::json::array();
  for (const LogPosition& position : positions) {
    nlohmann::json one = nlohmann::json::object();
    one["path"] = bytes_to_json(position.path);
    one["inode"] = nullptr;
    if (position.exists) {
      one["inode"] = position.inode;
      one["size"] = position.size;
      one["tail_sha256"] = position.tail_sha256;
    }
    out.push_back(one);
  }
  return out;
}

std::vector<LogPosition> log_positions_from_json(const nlohmann::json& json) {
  std::vector<LogPosition> out;
  for (const nlohmann::json& one : json) {
    LogPosition& position = out.emplace_back();
    position.path = bytes_from_json(one.at("path"));
    position.exists = !one.at("inode").is_null();
    if (!position.exists) continue;
    position.inode = count_from_json(one.at("inode"));
    position.size = count_from_json(one.at("size"));
    position.tail_sha256 = text_from_json(one.at("tail_sha256"), is_sha256_or_none, "SHA-256");
  }
  return out;
}

}  // namespace baseline
