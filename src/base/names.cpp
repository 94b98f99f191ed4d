#include "base/names.hpp"

#include <fmt/format.h>

#include <cstddef>
#include <cstdint>

namespace baseline::names {

std::string lock(std::string_view database) { return fmt::format(".{}.baseline-lock", database); }
std::string journal(std::string_view database) {
  return fmt::format(".{}.baseline-journal", database);
}
std::string journal_temporary(std::string_view database) { return journal(database) + ".new"; }
std::string candidate(std::string_view database) {
  return fmt::format(".{}.baseline-candidate", database);
}
std::string restoring(std::string_view database) {
  return fmt::format(".{}.baseline-restoring", database);
}
std::string displaced(std::string_view database) {
  return fmt::format(".{}.baseline-displaced", database);
}

std::string exporting(std::string_view file) { return fmt::format(".{}.baseline-export", file); }

std::string wal(std::string_view database) { return fmt::format("{}-wal", database); }
std::string shared_memory(std::string_view database) { return fmt::format("{}-shm", database); }
std::string rollback_journal(std::string_view database) {
  return fmt::format("{}-journal", database);
}

std::array<std::string, 3> companions(std::string_view database) {
  return {wal(database), shared_memory(database), rollback_journal(database)};
}

bool is_super_journal(std::string_view name) {
  constexpr std::string_view kMark = "-mj";
  constexpr std::size_t kFewestDigits = 8;
  const std::size_t mark = name.rfind(kMark);
  if (mark == std::string_view::npos || mark == 0) return false;
  const std::string_view digits = name.substr(mark + kMark.size());
  return digits.size() >= kFewestDigits &&
         digits.find_first_not_of("0123456789ABCDEF") == std::string_view::npos;
}

std::string pages_before(std::string_view database) { return fmt::format("{}-before", database); }

std::string catalogue(std::string_view database) { return fmt::format("{}.backups", database); }
std::string partial(std::string_view key) { return fmt::format("{}{}", kPartialPrefix, key); }
std::string removed(std::string_view id) { return fmt::format("{}{}", kRemovedPrefix, id); }

std::string run_record(std::string_view run) { return fmt::format("{}.json", run); }

std::string brought_in(std::string_view time, std::string_view digest) {
  return fmt::format("{}-{}", time, digest);
}

std::string renewed(std::string_view name) { return fmt::format("{}.new", name); }

bool is_in_every_entry(std::string_view name) {
  for (const std::string_view ours : {kManifest, kChecksums, kRecord}) {
    if (name == ours || name == renewed(ours)) return true;
  }
  return false;
}

std::string report_temporary(int pid) { return fmt::format(".baseline-report-{}", pid); }

std::string run_key(std::string_view id, std::string_view database) {
  // FNV-1a: enough to tell the databases of one directory apart, and base/ has no other hash.
  std::uint32_t hash = 2166136261U;
  for (const char c : database) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
  return fmt::format("{}-{:08x}", id, hash);
}

}  // namespace baseline::names
