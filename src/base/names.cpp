#include "base/names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>

#include "base/text.hpp"

namespace baseline::names {
namespace {

bool is_hex_digit(char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); }

// "20261121T023558Z"
bool is_compact_time(std::string_view text) {
  return text.size() == 16 && text[8] == 'T' && text[15] == 'Z' &&
         std::ranges::all_of(text.substr(0, 8), is_digit) &&
         std::ranges::all_of(text.substr(9, 6), is_digit);
}

}  // namespace

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

std::string database_of_companion(std::string_view name) {
  for (const std::string& suffix : companions("")) {
    if (name.ends_with(suffix)) return std::string(name.substr(0, name.size() - suffix.size()));
  }
  return {};
}

bool is_of_run(std::string_view name) {
  constexpr std::string_view kMark = ".baseline-";
  if (name.starts_with(kMark)) return true;  // a report that is being written
  const std::size_t mark = name.rfind(kMark);
  if (mark == std::string_view::npos || mark < 2 || !name.starts_with('.')) return false;
  const std::string_view database = name.substr(1, mark - 1);
  for (const std::string& own :
       {lock(database), journal(database), journal_temporary(database), candidate(database),
        restoring(database), displaced(database), exporting(database)}) {
    if (name == own) return true;
  }
  return false;
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
std::string unsealed(std::string_view key) { return fmt::format("{}{}", kUnsealedPrefix, key); }
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

std::optional<std::uint64_t> sequence_of(std::string_view id) {
  constexpr std::size_t kTimeLength = 16;
  if (id.size() < kTimeLength + 2 || id[kTimeLength] != '-' ||
      !is_compact_time(id.substr(0, kTimeLength))) {
    return {};
  }
  const std::string_view digits = id.substr(kTimeLength + 1);
  std::uint64_t number = 0;
  const auto [last, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc() || last != digits.data() + digits.size()) return {};
  return number;
}

bool is_id(std::string_view text) { return sequence_of(text).has_value(); }

bool is_id_or_none(std::string_view text) { return text.empty() || is_id(text); }

bool is_run_key(std::string_view text) {
  for (const std::string_view suffix : {kManualSuffix, kFailedSuffix}) {
    if (text.ends_with(suffix)) text.remove_suffix(suffix.size());
  }
  const std::size_t hyphen = text.rfind('-');
  if (hyphen == std::string_view::npos || !sequence_of(text.substr(0, hyphen))) return false;
  const std::string_view hash = text.substr(hyphen + 1);
  return hash.size() == 8 && std::ranges::all_of(hash, is_hex_digit);
}

bool is_run_record(std::string_view name) {
  for (const std::string_view suffix : {".new", ".json"}) {
    if (name.ends_with(suffix)) name.remove_suffix(suffix.size());
  }
  return is_run_key(name);
}

bool is_plain_name(std::string_view text) {
  return !text.empty() && text != "." && text != ".." && text.find('/') == std::string_view::npos &&
         text.find('\0') == std::string_view::npos;
}

}  // namespace baseline::names
