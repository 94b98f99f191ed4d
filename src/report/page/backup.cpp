// The backup of what was replaced, and how to put it back.
#include <fmt/format.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/names.hpp"
#include "base/text.hpp"
#include "report/page/sections.hpp"

namespace baseline::page {
namespace {

std::uint64_t backup_count(const Json& json, const char* key) {
  const Json& value = child_of(json, key);
  return value.is_number_unsigned() ? value.get<std::uint64_t>() : 0;
}

void add_tables(Node section, const Json& backup) {
  const Json& tables = child_of(backup, "tables");
  if (!tables.is_array() || tables.empty()) return;
  add(section, "h3", {}, "What it holds");
  Node table = add(add_scrolled(section, "Tables in the backup"), "table", "plain");
  add_columns(table, {{"Table"}, {"Rows", "number"}});
  Node body = add(table, "tbody");
  for (const Json& one : tables) {
    Node row = add(body, "tr");
    set(add(row, "th", {}, text_of(one, "name")), "scope", "row");
    const Json& rows = child_of(one, "rows");
    add(row, "td", "number",
        rows.is_number_unsigned() ? human_count(rows.get<std::uint64_t>()) : "not counted");
  }
}

bool lacks_seal(const Json& backup) { return text_of(backup, "sha256").empty(); }

void add_backup_facts(Node section, const Json& backup) {
  Node facts = add(section, "dl", "facts");
  add_fact(facts, "ID", text_of(backup, "id"), "code");
  add_fact(facts, "Directory", text_of(backup, "directory"), "code");
  add_fact(facts, "File", text_of(backup, "file"), "code");
  add_fact(facts, "Size", human_size(backup_count(backup, "size")));
  add_fact(facts, "Revision",
           text_of(backup, "revision").empty() ? "none" : text_of(backup, "revision"));
  add_fact(facts, "Kept as",
           text_of(backup, "strategy") == "move" ? "the old file itself" : "a copy");
  if (lacks_seal(backup)) {
    add_fact(facts, "SHA-256", "not sealed when the run ended: baseline backups verify seals it");
  } else {
    add_fact(facts, "SHA-256", text_of(backup, "sha256"), "code");
  }
}

// As DEPLOYMENT.md has it, "Restore without the program".
std::string by_hand(const Json& run, const Json& backup) {
  const std::string path = text_of(run, "database");
  const std::string live = shell_quoted(path);
  std::filesystem::path place(text_of(backup, "directory"));
  // The page is read later: it has its final name then.
  if (lacks_seal(backup)) place.replace_filename(text_of(backup, "id"));
  const std::string directory = place.native();
  const std::string kept = shell_quoted(directory + "/" + text_of(backup, "file"));
  const std::string aside = shell_quoted(path + ".restored");
  const Json& old = child_of(child_of(run, "result"), "old");
  std::string text =
      fmt::format("(cd {} && sha256sum -c SHA256SUMS) &&\n", shell_quoted(directory));
  text += fmt::format("rm -f {} {} {} &&\n", shell_quoted(names::wal(path)),
                      shell_quoted(names::shared_memory(path)),
                      shell_quoted(names::rollback_journal(path)));
  text += fmt::format("cp {} {} &&\n", kept, aside);
  if (!text_of(old, "owner").empty()) {
    text += fmt::format("chown {} {} &&\nchmod {} {} &&\n", shell_quoted(text_of(old, "owner")),
                        aside, shell_quoted(text_of(old, "mode")), aside);
  }
  return text + fmt::format("sync {0} &&\nmv {0} {1}", aside, live);
}

void add_commands(Node section, const Json& run, const Json& backup) {
  add(section, "h3", {}, "To put it back");
  const std::string place = text_of(run, "place");
  const std::string database = shell_quoted(text_of(run, "database"));
  const bool has_hooks = child_of(child_of(run, "result"), "application").is_object();
  add(section, "p", {},
      has_hooks
          ? "With the configuration of this run it stops and starts the application by itself:"
          : "Stop the application, then:");
  add_command(section, fmt::format("baseline rollback{} --to {}",
                                   place.empty() ? " --database " + database : " " + place,
                                   shell_quoted(text_of(backup, "id"))));
  add(section, "p", {},
      fmt::format("Without this program, with the application stopped{}. This throws away what is "
                  "live then:",
                  lacks_seal(backup) ? ", once the backup is sealed" : ""));
  add_command(section, by_hand(run, backup));
}

void add_copies(Node section, const Json& result) {
  const Json& copies = child_of(result, "copies");
  if (!copies.is_array() || copies.empty()) return;
  add(section, "h3", {}, "Second copies");
  Node list = add(section, "ul");
  for (const Json& copy : copies) {
    const std::string problem = text_of(copy, "problem");
    add(list, "li", {},
        fmt::format("{}: {}", text_of(copy, "directory"),
                    problem.empty() ? "made and verified " + text_of(copy, "made") : problem));
  }
}

void add_no_backup(Node main, const Json& run) {
  const std::string id = text_of(child_of(run, "result"), "backup_id");
  if (id.empty()) return;
  Node section = add_section(main, "backup", "Backup");
  add(section, "p", {}, fmt::format("The backup {} is not in the catalogue any more.", id));
}

}  // namespace

std::string size_of(const Json& database) {
  if (!is_true(database, "exists")) return {};
  std::string size = human_size(backup_count(database, "size"));
  const Json& tables = child_of(database, "tables");
  if (!tables.is_array() || tables.empty()) return size;
  std::uint64_t rows = 0;
  bool complete = true;
  for (const Json& table : tables) {
    rows += backup_count(table, "rows");
    complete = complete && child_of(table, "rows").is_number();
  }
  return fmt::format("{}, {}{} in {}", size, complete ? "" : "at least ", counted(rows, "row"),
                     counted(tables.size(), "table"));
}

void add_backup(Node main, const Json& run) {
  const Json& result = child_of(run, "result");
  const Json& backup = child_of(result, "backup");
  if (!backup.is_object()) return add_no_backup(main, run);
  Node section = add_section(main, "backup", "Backup of the replaced database");
  add_backup_facts(section, backup);
  add_commands(section, run, backup);
  add_tables(section, backup);
  add_copies(section, result);
  const Json& failed = child_of(result, "failed_backup");
  if (!failed.is_object()) return;
  add(section, "h3", {}, "The database that failed");
  add(section, "p", {}, "Somebody had written to it, so it was kept as well:");
  add_backup_facts(section, failed);
}

}  // namespace baseline::page
