#include "pipeline/identity.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/error.hpp"
#include "base/text.hpp"
#include "pipeline/entries.hpp"
#include "store/migration_tools.hpp"

namespace baseline {
namespace {

constexpr std::size_t kMostNamed = 6;

bool is_among(const std::string& name, const std::vector<std::string>& names) {
  return std::ranges::any_of(names,
                             [&](const std::string& other) { return same_name(name, other); });
}

bool share_one(const std::vector<std::string>& names, const std::vector<std::string>& others) {
  return std::ranges::any_of(names,
                             [&](const std::string& name) { return is_among(name, others); });
}

void add_missing(std::vector<std::string> names, std::vector<std::string>& to) {
  for (std::string& name : names) {
    if (!is_among(name, to)) to.push_back(std::move(name));
  }
}

std::vector<std::string> application_tables(const std::vector<TableRows>& tables) {
  std::vector<std::string> names;
  for (const TableRows& table : tables) {
    if (!is_tool_table(table.table)) names.push_back(table.table);
  }
  return names;
}

// "a, b and 7 more"
std::string enumerated(const std::vector<std::string>& names) {
  std::vector<std::string> shown;
  for (std::size_t i = 0; i < std::min(names.size(), kMostNamed); ++i) {
    shown.push_back(printable(names[i]));
  }
  const std::string text = join(shown, ", ");
  return names.size() <= kMostNamed
             ? text
             : fmt::format("{} and {} more", text, names.size() - kMostNamed);
}

std::string expected_by(const Replaces& replaces, const std::vector<std::string>& tables) {
  std::vector<std::string> parts;
  if (!tables.empty()) parts.push_back("a table " + enumerated(tables));
  if (!replaces.revisions.empty()) parts.push_back("revision " + enumerated(replaces.revisions));
  return join(parts, ", or ");
}

bool has_named_revision(const Replaces& replaces, const std::optional<std::string>& revision) {
  return revision && std::ranges::count(replaces.revisions, *revision) != 0;
}

std::string first_of(const std::vector<SchemaDifference>& drift) {
  const SchemaDifference& first = drift.front();
  return fmt::format("{}, the first: {}{}{}", counted(drift.size(), "difference"), first.object,
                     first.text.empty() ? "" : ": ", first.text);
}

// Whether the live database has these tables with all that the baseline declares of each; it may
// have more. A table of the old schema often keeps its name, and is another one.
bool has_all_of(const std::vector<std::string>& tables, const Schema& baseline,
                const Schema& live) {
  const std::vector<std::string> there = application_tables(live);
  std::vector<std::string> lacking;
  for (const SchemaDifference& difference : differences(baseline, live, {})) {
    if (!difference.present_in_actual) lacking.push_back(difference.object);
  }
  return std::ranges::all_of(tables, [&](const std::string& table) {
    return is_among(table, there) && !is_among(table, lacking);
  });
}

// Why the migration counts as deployed to the live database, or nothing.
std::optional<Error> why_twice(const Migration& migration, Session& reference,
                               const DatabaseFacts& live,
                               const std::vector<SchemaDifference>& drift, const PastRuns& past,
                               const std::string& database) {
  constexpr const char* kHint =
      "baseline status shows what differs; --again replaces it all the same, and what is live now "
      "is then in a backup only";
  const HistoryLine* const last = past.last_completed();
  const bool same = last != nullptr && is_deploy_of(migration, *last);
  const std::string revision = printable(migration.revision);
  if (same) {
    return Error(ErrorCode::refused,
                 fmt::format("the {} of {} put baseline {} at {} already, and what is live has "
                             "changed since, or was restored by hand ({})",
                             last->kind == RunKind::rollback ? "rollback" : "deploy",
                             printable(last->when), revision, database, printable(first_of(drift))),
                 kHint);
  }
  const auto stamp = reference.revision();
  if (stamp && live.revision == stamp) {
    return Error(ErrorCode::refused,
                 fmt::format("{} is stamped {} already, but differs from the baseline ({})",
                             database, printable(*stamp), printable(first_of(drift))),
                 kHint);
  }
  // What a rollback has put back may have the same tables, and is still what was there before.
  const bool was_rolled_back = last != nullptr && last->kind == RunKind::rollback;
  if (stamp || was_rolled_back) return {};
  const std::vector<std::string> tables = application_tables(reference.schema());
  if (tables.empty() || !has_all_of(tables, reference.schema(), live.schema)) return {};
  return Error(ErrorCode::refused,
               fmt::format("{} has every table of baseline {} already ({})", database, revision,
                           enumerated(tables)),
               kHint);
}

}  // namespace

bool is_deploy_of(const Migration& migration, const HistoryLine& run) {
  return run.to == migration.revision ||
         (!run.migration.empty() && run.migration == digest_of(migration));
}

std::vector<std::string> application_tables(const Schema& schema) {
  std::vector<std::string> tables;
  for (const SchemaObject& object : schema.objects) {
    if (object.kind == "table" && !is_tool_table(object.name)) tables.push_back(object.name);
  }
  return tables;
}

std::string content_line(const BackupContent& content) {
  std::vector<std::string> parts{content.revision ? "revision " + printable(*content.revision)
                                                  : std::string("no revision")};
  for (const TableRows& table : content.tables) {
    parts.push_back(fmt::format("{} ({})", printable(table.table),
                                table.rows ? counted(*table.rows, "row") : "not counted"));
  }
  return join(parts, ", ");
}

void require_meant(const Replaces& replaces, const Schema& baseline, const DatabaseFacts& live,
                   const PastRuns& past, const Context& context) {
  if (replaces.source.empty() || !live.exists || !live.unreadable.empty() || live.unsettled) return;
  const std::vector<std::string> found = application_tables(live.schema);
  std::vector<std::string> expected = replaces.tables;
  add_missing(application_tables(baseline), expected);
  if (found.empty() || share_one(found, expected) || has_named_revision(replaces, live.revision) ||
      past.last_completed() != nullptr) {
    return;
  }
  throw Error(
      ErrorCode::refused,
      fmt::format("{} is not the database that is to be replaced: it has the tables {}{}; expected "
                  "was {} ({})",
                  printable(context.store.location()), enumerated(found),
                  live.revision ? " at revision " + printable(*live.revision) : std::string(),
                  expected_by(replaces, expected), printable(replaces.source)),
      "name the application's database with --database, or its migration with --migration; "
      "--replace-any replaces this one all the same, and its data is then in a backup only");
}

void require_same_application(const Replaces& replaces, const DatabaseFacts& live,
                              const BackupContent& backup, const std::string& named,
                              const Context& context) {
  const std::vector<std::string> found = application_tables(backup.tables);
  std::vector<std::string> expected = replaces.tables;
  add_missing(application_tables(live.schema), expected);
  for (const CatalogueEntry& entry : context.catalogue.entries()) {
    if (!entry.manifest || !is_of(entry, context)) continue;
    add_missing(application_tables(entry.manifest->tables), expected);
  }
  if (found.empty() || expected.empty() || share_one(found, expected) ||
      has_named_revision(replaces, backup.revision)) {
    return;
  }
  throw Error(ErrorCode::refused,
              fmt::format("{} is another application's: {}; expected was {}", named,
                          content_line(backup), expected_by(replaces, expected)),
              "name another backup; --replace-any puts this one there all the same, and what is "
              "live now is then in a backup only");
}

void require_not_twice(const Migration& migration, Session& reference, const DatabaseFacts& live,
                       const std::vector<SchemaDifference>& drift, const PastRuns& past,
                       const Context& context) {
  const bool holds_something =
      live.exists && live.unreadable.empty() && !live.unsettled && !live.schema.objects.empty();
  if (!holds_something || drift.empty()) return;
  const auto error =
      why_twice(migration, reference, live, drift, past, printable(context.store.location()));
  if (error) throw *error;
}

}  // namespace baseline
