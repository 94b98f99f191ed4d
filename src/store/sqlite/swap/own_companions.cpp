#include "store/sqlite/swap/own_companions.hpp"

#include <SQLiteCpp/Exception.h>
#include <SQLiteCpp/Statement.h>
#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/names.hpp"
#include "base/text.hpp"
#include "store/sqlite/db/connection.hpp"
#include "store/sqlite/db/file_header.hpp"
#include "store/sqlite/swap/companion_pages.hpp"
#include "store/sqlite/swap/companion_sight.hpp"
#include "store/sqlite/swap/replaced_pages.hpp"

namespace baseline::sqlite {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void throw_foreign(const Target& target, const std::string& name,
                                const std::string& why) {
  throw Error(ErrorCode::refused,
              fmt::format("{} is not of {}, and SQLite would write it into that: {}",
                          shown_beside(target, name), printable(target.name), why),
              "move it away: " + way_out_of(target, name));
}

/// A -wal or a hot -journal that SQLite will bring in.
struct OwnCompanion {
  std::string name;
  CompanionPages brings;
  bool proven = false;  ///< it was surely written for this database
};

enum class CompanionsFor { reading, writing };

std::set<std::string> user_tables(SQLite::Database database) {
  std::set<std::string> tables;
  SQLite::Statement rows(database,
                         "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE "
                         "'sqlite\\_%' ESCAPE '\\'");
  while (rows.executeStep()) tables.insert(rows.getColumn(0).getString());
  return tables;
}

std::string some_tables(const std::set<std::string>& tables) {
  constexpr std::size_t kSome = 3;
  std::vector<std::string> shown;
  for (const std::string& table : tables) {
    if (shown.size() < kSome) shown.push_back(printable(table));
  }
  return join(shown, ", ") + (tables.size() > kSome ? ", …" : "");
}

// A database does not become another one from one moment to the next.
void require_same_tables(const Target& target, const std::string& wal) {
  std::set<std::string> alone;
  try {
    alone = user_tables(open_unchanging(target.resolved));
  } catch (const std::exception&) {
    return;  // cut off in a checkpoint, it may be unreadable without its -wal
  }
  if (alone.empty()) return;
  try {
    const std::set<std::string> together = user_tables(open_reading(target.resolved));
    if (std::ranges::any_of(alone, [&](const auto& name) { return together.contains(name); })) {
      return;
    }
  } catch (const std::exception& error) {
    // A schema that only the application can read is not damage.
    const std::string_view damage = sqlite3_errstr(SQLITE_CORRUPT);
    if (std::string_view(error.what()).find(damage) == std::string_view::npos) return;
    throw_foreign(target, wal, fmt::format("with it the database would be damaged ({})", damage));
  }
  throw_foreign(
      target, wal,
      fmt::format("with it all tables of the file would be gone ({})", some_tables(alone)));
}

std::optional<FileHeader> first_page_in(const File& companion, std::uint64_t offset) {
  std::string bytes(kFileHeaderSize, '\0');
  bytes.resize(companion.read(bytes.data(), bytes.size(), offset));
  return FileHeader::of(bytes);
}

std::string_view encoding_name(std::uint32_t encoding) {
  constexpr std::array<std::string_view, 4> kNames = {"unknown", "UTF-8", "UTF-16le", "UTF-16be"};
  return kNames.at(encoding < kNames.size() ? encoding : 0);
}

void require_own_wal(const Target& target, const std::string& name, const FileHeader& header,
                     const File& wal, const CompanionPages& pages) {
  const auto foreign = [&](const std::string& why) { throw_foreign(target, name, why); };
  if (pages.page_size != 0 && pages.page_size != header.page_size) {
    foreign(fmt::format("its pages have {} bytes, those of the file {}", pages.page_size,
                        header.page_size));
  }
  if (pages.empty()) return;
  const CompanionPages::Page* const page = pages.first();
  if (const auto first = page ? first_page_in(wal, page->offset) : std::nullopt) {
    if (first->encoding != header.encoding && first->encoding != 0 && header.encoding != 0) {
      foreign(fmt::format("its text is {}, that of the file {}", encoding_name(first->encoding),
                          encoding_name(header.encoding)));
    }
    if (first->schema_cookie < header.schema_cookie) {
      foreign(fmt::format("its schema is version {}, that of the file version {} already",
                          first->schema_cookie, header.schema_cookie));
    }
  }
  require_same_tables(target, name);
}

// A journal of a transaction over several databases counts as long as the file exists that it
// names. From another place, as in a container or after a move, SQLite would not find it, and drop
// the journal.
void require_super_journal_here(const Target& target, const std::string& name,
                                const std::string& super_journal) {
  if (super_journal.empty()) return;
  // When all is rolled back, SQLite removes the file of that name.
  if (!names::is_super_journal(super_journal)) {
    throw_foreign(
        target, name,
        fmt::format("it names {} as the file that decides about it", printable(super_journal)));
  }
  const fs::path path(super_journal);
  std::error_code error;
  if (path.is_absolute() && fs::equivalent(path.parent_path(), target.directory.path(), error)) {
    holds_bytes(target, path.filename().native());
    return;
  }
  throw Error(ErrorCode::refused,
              fmt::format("{} is part of a transaction over several databases, about which {} "
                          "decides, in another directory",
                          shown_beside(target, name), printable(super_journal)),
              "let the application open it once, where and as it always does: that ends the "
              "transaction in all of them");
}

// The first page in the journal is that of the file, or the file has got the next one already. An
// empty database had none, and no changes.
OwnCompanion judged_journal(const Target& target, const std::string& name,
                            const FileHeader& header) {
  const auto file = target.directory.open_file(name, false);
  if (!file) return {};
  LeftJournal journal = read_journal(*file);
  require_super_journal_here(target, name, journal.super_journal);
  OwnCompanion own{name, std::move(journal.played), false};
  const bool was_empty = own.brings.page_size != 0 && own.brings.page_count == 0;
  const CompanionPages::Page* const page = own.brings.first();
  const auto first = page ? first_page_in(*file, page->offset) : std::nullopt;
  if (!first && !was_empty) return own;
  const std::uint32_t began_at = first ? first->change_counter : 0;
  if (header.change_counter - began_at > 1) {
    throw_foreign(target, name,
                  fmt::format("it begins at change {} of a database, and the file is at {}",
                              began_at, header.change_counter));
  }
  own.proven = first.has_value();
  return own;
}

// SQLite removes what lies beside an empty file, and makes the file before it makes anything else.
void require_nothing_beside_empty(const Target& target, const CompanionSight& sight) {
  const std::string wal = names::wal(target.name);
  if (!sight.wal.empty()) throw_foreign(target, wal, "the file is empty");
  const std::string name = names::rollback_journal(target.name);
  const auto journal = sight.journal.empty() || sight.is_written
                           ? std::nullopt
                           : target.directory.open_file(name, false);
  if (journal && read_journal(*journal).played.page_count > 0) {
    throw_foreign(target, name, "the file is empty");
  }
}

// Beside an empty or damaged file SQLite removes even a -journal that is none.
void add_if_no_journal(const Target& target, std::vector<OwnCompanion>& own) {
  const std::string name = names::rollback_journal(target.name);
  const auto file = target.directory.open_file(name, false);
  if (file && read_journal(*file).played.page_size == 0) own.push_back({name, {}, false});
}

std::vector<OwnCompanion> judged_companions(const Target& target, const CompanionSight& sight,
                                            CompanionsFor purpose) {
  const std::string wal = names::wal(target.name);
  std::vector<OwnCompanion> own;
  if (sight.database.empty()) require_nothing_beside_empty(target, sight);
  const auto header = FileHeader::of(sight.database);
  const bool has_journal = !sight.journal.empty() && !sight.is_written;
  if (!header || !is_page_size(header->page_size)) {
    if (has_journal) add_if_no_journal(target, own);
    return own;
  }
  if (!sight.wal.empty() && header->write_version == 1 && header->read_version == 1) {
    throw_foreign(target, wal, "the file is not in WAL mode");
  }
  if (!sight.wal.empty() && (!sight.is_used || purpose == CompanionsFor::writing)) {
    if (const auto file = target.directory.open_file(wal, false)) {
      CompanionPages pages = read_wal(*file);
      require_own_wal(target, wal, *header, *file, pages);
      const bool matters = !pages.empty() || pages.page_size == 0;
      if (!sight.is_used && matters) own.push_back({wal, std::move(pages), false});
    }
  }
  if (has_journal) {
    own.push_back(judged_journal(target, names::rollback_journal(target.name), *header));
  }
  return own;
}

std::vector<OwnCompanion> own_companions(const Target& target, CompanionsFor purpose) {
  bool any = false;
  for (const std::string& name : names::companions(target.name)) {
    const bool is_index = name == names::shared_memory(target.name);
    if (holds_bytes(target, name) && !is_index) any = true;
  }
  if (!any) return {};
  constexpr int kLooks = 50;
  CompanionSight before = look_around(target);
  for (int look = 0; before.is_there && look < kLooks; ++look) {
    try {
      return judged_companions(target, before, purpose);
    } catch (const Error&) {
      CompanionSight now = look_around(target);
      if (now == before) throw;
      before = std::move(now);
    }
  }
  return {};
}

}  // namespace

void require_own_companions(const Target& target) {
  own_companions(target, CompanionsFor::reading);
}

void keep_what_is_replaced(const Target& target) {
  for (const OwnCompanion& own : own_companions(target, CompanionsFor::writing)) {
    if (own.proven || !target.keep) continue;
    const auto database = open_for_a_look(target);
    const auto companion = target.directory.open_file(own.name, false);
    if (!database || !companion) continue;
    const KeptFile itself{own.name, [&](const TakeBytes& take) { give_bytes(*companion, take); }};
    // Nothing in it is valid: SQLite reads nothing from it, and removes it.
    if (own.brings.page_size == 0) {
      target.keep({itself});
      continue;
    }
    const ReplacedPages replaced = replaced_pages(*database, *companion, own.brings);
    if (!replaced.any) continue;
    target.keep({
        itself,
        {names::pages_before(target.name),
         [&](const TakeBytes& take) { give_undo_journal(*database, replaced, take); }},
    });
  }
}

}  // namespace baseline::sqlite
