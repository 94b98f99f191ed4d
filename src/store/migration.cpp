#include "store/migration.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <string_view>
#include <system_error>
#include <vector>

#include "base/embedded.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "os/sha256.hpp"

namespace baseline {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t kMaxMigration = std::uintmax_t{16} << 20;
constexpr const char* kNameHint =
    "name it REVISION_slug.sql, for example 9275fe03c648_initial_baseline.sql";

bool is_revision(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
           c == '.';
  });
}

std::string revision_from_name(const fs::path& path) {
  const std::string name = path.filename().string();
  std::string revision = name.substr(0, name.find('_'));
  if (path.extension() != ".sql" || revision.size() == name.size() || !is_revision(revision)) {
    throw Error(
        ErrorCode::usage,
        fmt::format("migration {}: the file name gives no revision", printable(path.string())),
        kNameHint);
  }
  return revision;
}

[[noreturn]] void throw_unreadable_migration(const fs::path& path, const std::string& why) {
  throw Error(ErrorCode::usage,
              fmt::format("cannot read migration {}: {}", printable(path.string()), why),
              "give the path of a migration, or none to use the one that is built in");
}

[[noreturn]] void throw_unreadable_migration(const fs::path& path, int error) {
  errno = error;
  if (is_shortage(error)) throw_errno("read", path.native());
  throw_unreadable_migration(path, std::generic_category().message(error));
}

void demand_utf8(const fs::path& path, std::string_view sql) {
  const std::size_t valid = utf8_prefix(sql);
  if (valid == sql.size()) return;
  const auto line = 1 + std::ranges::count(sql.substr(0, valid), '\n');
  throw Error(ErrorCode::usage,
              fmt::format("migration {} is not UTF-8 (line {})", printable(path.string()), line),
              "save it as UTF-8");
}

}  // namespace

Migration load_migration(const fs::path& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (status.type() == fs::file_type::not_found) {
    throw_unreadable_migration(path, ENOENT);
  }
  if (error) throw_unreadable_migration(path, error.value());
  if (!fs::is_regular_file(status)) throw_unreadable_migration(path, "not a regular file");

  Migration migration{revision_from_name(path), path.string(), {}};
  if (fs::file_size(path, error) > kMaxMigration && !error) {
    throw_unreadable_migration(path, fmt::format("larger than {}", human_size(kMaxMigration)));
  }
  std::ifstream in(path, std::ios::binary);
  if (!in) throw_unreadable_migration(path, errno);
  migration.sql.assign(std::istreambuf_iterator<char>(in), {});
  if (in.bad()) throw_unreadable_migration(path, "read error");
  demand_utf8(path, migration.sql);
  return migration;
}

std::string digest_of(const Migration& migration) { return sha256_hex(migration.sql); }

Migration builtin_migration() {
  const std::vector<EmbeddedFile> files = embedded_migrations();
  if (files.empty()) throw Error(ErrorCode::usage, "this program has no built-in migration");
  const EmbeddedFile& last = files.back();
  return {revision_from_name(fs::path(last.name)), fmt::format("built-in {}", last.name),
          std::string(last.text)};
}

}  // namespace baseline
