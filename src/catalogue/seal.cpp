#include "catalogue/seal.hpp"

#include <fcntl.h>
#include <fmt/format.h>

#include "base/error.hpp"
#include "base/names.hpp"
#include "base/text.hpp"
#include "os/sha256.hpp"

namespace baseline {
namespace {

constexpr std::size_t kLargestText = std::size_t{1} << 20U;

// The files of an entry as sha256sum(1) wants them. A name with a newline or backslash has it
// escaped and a backslash before the sum.
std::string checksum_line(const std::string& name, const std::string& sha256) {
  std::string escaped;
  for (const char c : name) {
    if (c == '\\') escaped += "\\\\";
    if (c == '\n') escaped += "\\n";
    if (c != '\\' && c != '\n') escaped += c;
  }
  return fmt::format("{}{}  {}\n", escaped == name ? "" : "\\", sha256, escaped);
}

// From the disk: what the page cache still has is not what will be there after the next start.
std::string hash_from_disk(const File& file, const OnProgress& on_progress) {
  ::posix_fadvise(file.fd(), 0, 0, POSIX_FADV_DONTNEED);
  return hash_file(file, on_progress);
}

void check_database(const Directory& entry, const Payload& payload, const OnProgress& on_progress,
                    std::vector<std::string>& problems) {
  const auto file = entry.open_file(payload.name, false);
  if (!file) {
    problems.emplace_back("its database file is missing");
  } else if (static_cast<std::uint64_t>(file->status().st_size) != payload.size) {
    problems.push_back(fmt::format("its database file has {} bytes, but the manifest says {}",
                                   file->status().st_size, payload.size));
  } else if (hash_from_disk(*file, on_progress) != payload.sha256) {
    problems.emplace_back("its database file was changed: the SHA-256 is not the sealed one");
  }
}

void check_beside(const Directory& entry, const Manifest& manifest,
                  std::vector<std::string>& problems) {
  const auto text = entry.read_text(std::string(names::kManifest), kLargestText);
  const auto sums = entry.read_text(std::string(names::kChecksums), kLargestText);
  if (!text) problems.push_back(fmt::format("its {} is missing", names::kManifest));
  if (!sums) problems.push_back(fmt::format("its {} is missing", names::kChecksums));
  if (!text || !sums || *sums == checksums(entry, manifest, *text)) return;
  // Which one it is, only the list itself can tell.
  bool found = false;
  for (const std::string& name : manifest.payload.companions) {
    const auto file = entry.open_file(name, false);
    if (file && sums->find(checksum_line(name, hash_file(*file, nullptr))) != std::string::npos) {
      continue;
    }
    problems.push_back(fmt::format("its {} was {}", printable(name), file ? "changed" : "removed"));
    found = true;
  }
  const std::string line = checksum_line(std::string(names::kManifest), sha256_hex(*text));
  if (!found) {
    problems.push_back(fmt::format("its {} was changed", sums->find(line) == std::string::npos
                                                             ? "manifest.json (or SHA256SUMS)"
                                                             : "SHA256SUMS"));
  }
}

template <class Check>
void collect(std::vector<std::string>& problems, Check&& check) {
  try {
    check();
  } catch (const Error& error) {
    // A link, a device: what is there is no file. All else says nothing about the backup.
    if (error.code() != ErrorCode::refused) throw;
    problems.emplace_back(error.what());
  }
}

}  // namespace

std::string checksums(const Directory& entry, const Manifest& manifest,
                      const std::string& manifest_text) {
  const Payload& payload = manifest.payload;
  std::string text = checksum_line(payload.name, payload.sha256);
  for (const std::string& companion : payload.companions) {
    const auto file = entry.open_file(companion, false);
    if (file) text += checksum_line(companion, hash_file(*file, nullptr));
  }
  return text + checksum_line(std::string(names::kManifest), sha256_hex(manifest_text));
}

std::vector<std::string> companion_problems(const Directory& entry, const Manifest& manifest) {
  std::vector<std::string> problems;
  collect(problems, [&] { check_beside(entry, manifest, problems); });
  return problems;
}

std::vector<std::string> seal_problems(const Directory& entry, const Manifest& manifest,
                                       const OnProgress& on_progress) {
  std::vector<std::string> problems;
  collect(problems, [&] { check_database(entry, manifest.payload, on_progress, problems); });
  collect(problems, [&] { check_beside(entry, manifest, problems); });
  return problems;
}

}  // namespace baseline
