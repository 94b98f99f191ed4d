#include "recorder.hpp"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <climits>
#include <cstddef>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "calls.hpp"

namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

std::string bytes_at(pid_t pid, std::uint64_t address, std::size_t size) {
  std::string bytes(size, '\0');
  iovec here{bytes.data(), size};
  iovec there{reinterpret_cast<void*>(address), size};
  const ssize_t got = ::process_vm_readv(pid, &here, 1, &there, 1, 0);
  bytes.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
  return bytes;
}

// Read page by page: what follows the text may be no memory of the program's.
std::string text_at(pid_t pid, std::uint64_t address) {
  constexpr std::uint64_t kPage = 4096;
  std::string text;
  while (text.size() < PATH_MAX) {
    const std::string part = bytes_at(pid, address, kPage - address % kPage);
    const std::size_t end = part.find('\0');
    text += part.substr(0, end);
    if (end != std::string::npos || part.empty()) break;
    address += part.size();
  }
  return text;
}

std::string of_process(pid_t pid, const std::string& name) {
  return "/proc/" + std::to_string(pid) + "/" + name;
}

std::string link_text(const std::string& link) {
  std::error_code missing;
  return fs::read_symlink(link, missing).native();
}

std::string path_of(pid_t pid, std::uint64_t descriptor) {
  return link_text(of_process(pid, "fd/" + std::to_string(static_cast<int>(descriptor))));
}

std::string path_at(pid_t pid, std::uint64_t directory, std::uint64_t address) {
  const std::string text = text_at(pid, address);
  if (!text.empty() && text.front() == '/') return text;
  const std::string base = static_cast<int>(directory) == AT_FDCWD
                               ? link_text(of_process(pid, "cwd"))
                               : path_of(pid, directory);
  return text.empty() ? base : base + "/" + text;
}

std::string hex(const std::string& bytes) {
  constexpr const char* kDigits = "0123456789abcdef";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    text += kDigits[byte >> 4U];
    text += kDigits[byte & 0xFU];
  }
  return text;
}

ino_t inode_of(pid_t pid, std::uint64_t descriptor) {
  struct stat status {};
  const std::string link = of_process(pid, "fd/" + std::to_string(static_cast<int>(descriptor)));
  return ::stat(link.c_str(), &status) == 0 ? status.st_ino : 0;
}

ino_t inode_named(const std::string& path) {
  struct stat status {};
  return ::lstat(path.c_str(), &status) == 0 ? status.st_ino : 0;
}

// Where the next write() of this descriptor goes, in bytes.
std::uint64_t position_of(pid_t pid, std::uint64_t descriptor) {
  std::ifstream in(of_process(pid, "fdinfo/" + std::to_string(static_cast<int>(descriptor))));
  std::string word;
  std::uint64_t position = 0;
  in >> word >> position;
  return position;
}

std::string vector_at(pid_t pid, std::uint64_t address, std::uint64_t count) {
  const std::string raw = bytes_at(pid, address, count * sizeof(iovec));
  std::string bytes;
  for (std::size_t i = 0; i + sizeof(iovec) <= raw.size(); i += sizeof(iovec)) {
    iovec part{};
    raw.copy(reinterpret_cast<char*>(&part), sizeof part, i);
    bytes += bytes_at(pid, reinterpret_cast<std::uint64_t>(part.iov_base), part.iov_len);
  }
  return bytes;
}

// A write that was appended, or went to the descriptor's position, is told by where that is now.
ordered_json write_line(const Call& call, std::size_t size) {
  const bool many = call.number == SYS_writev || call.number == SYS_pwritev;
  const bool placed = call.number == SYS_pwrite64 || call.number == SYS_pwritev;
  std::string bytes = many ? vector_at(call.pid, call.arguments[1], call.arguments[2])
                           : bytes_at(call.pid, call.arguments[1], size);
  bytes.resize(size);
  std::uint64_t offset =
      placed ? call.arguments[3] : position_of(call.pid, call.arguments[0]) - size;
  const std::string link =
      of_process(call.pid, "fdinfo/" + std::to_string(static_cast<int>(call.arguments[0])));
  std::ifstream in(link);
  std::string word;
  std::uint64_t flags = 0;
  in >> word >> word >> word >> std::oct >> flags;
  if (placed && (flags & O_APPEND) != 0) {
    // Linux appends whatever the offset says.
    struct stat status {};
    const std::string file =
        of_process(call.pid, "fd/" + std::to_string(static_cast<int>(call.arguments[0])));
    if (::stat(file.c_str(), &status) == 0) {
      offset = static_cast<std::uint64_t>(status.st_size) - size;
    }
  }
  return {{"op", "write"}, {"offset", offset}, {"data", hex(bytes)}};
}

}  // namespace

Paths paths_of(const Call& call) {
  const auto& a = call.arguments;
  switch (kind_of(call.number).names) {
    case CallKind::Names::nothing:
      return {};
    case CallKind::Names::descriptor:
      return {path_of(call.pid, a[0]), {}};
    case CallKind::Names::path:
      return {path_at(call.pid, static_cast<std::uint64_t>(AT_FDCWD), a[0]), {}};
    case CallKind::Names::at:
      return {path_at(call.pid, a[0], a[1]), {}};
    case CallKind::Names::two_paths:
      return {path_at(call.pid, static_cast<std::uint64_t>(AT_FDCWD), a[0]),
              path_at(call.pid, static_cast<std::uint64_t>(AT_FDCWD), a[1])};
    case CallKind::Names::two_at:
      return {path_at(call.pid, a[0], a[1]), path_at(call.pid, a[2], a[3])};
    case CallKind::Names::two_descriptors:
      return {path_of(call.pid, a[0]), path_of(call.pid, a[2])};
  }
  return {};
}

Recorder::Recorder(const std::string& file, std::string below)
    : out_(file, std::ios::binary), below_(std::move(below)) {
  if (!out_) throw std::runtime_error("cannot write " + file);
}

bool Recorder::is_below(const std::string& path) const {
  return path == below_ || path.rfind(below_ + "/", 0) == 0;
}

void Recorder::entered(const Call&, const Paths& paths) {
  existed_ = inode_named(paths.first) != 0;
}

void Recorder::left(const Call& call, const Paths& paths, std::int64_t result, std::uint64_t n) {
  if (result < 0 || !can_change(call.number, call.arguments)) return;
  if (!is_below(paths.first) && !is_below(paths.second)) return;
  const auto& a = call.arguments;
  ordered_json line;
  switch (call.number) {
    case SYS_open:
    case SYS_openat:
    case SYS_creat: {
      const auto descriptor = static_cast<std::uint64_t>(result);
      struct stat status {};
      const std::string link = of_process(call.pid, "fd/" + std::to_string(result));
      const bool empty = ::stat(link.c_str(), &status) == 0 && status.st_size == 0;
      const bool unnamed = call.number == SYS_openat && is_unnamed(a[2]);
      if (existed_ && !empty) return;
      line = {{"op", unnamed ? "create-unnamed" : existed_ ? "truncate" : "create"}, {"size", 0}};
      line["mode"] = status.st_mode & 07777U;
      line["ino"] = inode_of(call.pid, descriptor);
      break;
    }
    case SYS_write:
    case SYS_pwrite64:
    case SYS_writev:
    case SYS_pwritev:
      line = write_line(call, static_cast<std::size_t>(result));
      break;
    case SYS_ftruncate:
      line = {{"op", "truncate"}, {"size", a[1]}};
      break;
    case SYS_fallocate:
      line = {{"op", "extend"}, {"size", a[2] + a[3]}};
      break;
    case SYS_ioctl:
      line = {{"op", "clone"}, {"source", inode_of(call.pid, a[2])}};
      break;
    case SYS_fsync:
    case SYS_fdatasync:
      line = {{"op", "sync"}};
      break;
    case SYS_rename:
    case SYS_renameat:
    case SYS_renameat2:
      line = {{"op", "rename"}, {"to", paths.second}};
      if (call.number == SYS_renameat2 && (a[4] & RENAME_EXCHANGE) != 0) line["op"] = "exchange";
      break;
    case SYS_link:
    case SYS_linkat:
      line = {{"op", "link"}, {"to", paths.second}};
      // A file without a name, by way of its descriptor.
      if (paths.first.rfind("/proc/self/fd/", 0) == 0) {
        line["op"] = "link-unnamed";
        line["ino"] = inode_named(paths.second);
      }
      break;
    case SYS_unlink:
      line = {{"op", "unlink"}};
      break;
    case SYS_unlinkat:
      line = {{"op", (a[2] & AT_REMOVEDIR) != 0 ? "rmdir" : "unlink"}};
      break;
    case SYS_rmdir:
      line = {{"op", "rmdir"}};
      break;
    case SYS_mkdir:
      line = {{"op", "mkdir"}, {"mode", a[1] & 07777U}};
      break;
    case SYS_mkdirat:
      line = {{"op", "mkdir"}, {"mode", a[2] & 07777U}};
      break;
    case SYS_fchmod:
      line = {{"op", "mode"}, {"mode", a[1] & 07777U}};
      break;
    case SYS_fchown:
    case SYS_fsetxattr:
    case SYS_fremovexattr:
      line = {{"op", "attribute"}};
      break;
    default:
      // The model must not pass over a change that it does not know.
      line = {{"op", "unknown"}};
  }
  if (kind_of(call.number).names == CallKind::Names::descriptor && !line.contains("ino")) {
    line["ino"] = inode_of(call.pid, a[0]);
  }
  line["path"] = paths.first;
  line["call"] = name_of(call.number);
  line["n"] = n;
  out_ << line.dump(-1, ' ', false, ordered_json::error_handler_t::replace) << '\n';
  if (!out_.flush()) throw std::runtime_error("cannot write the record");
}
