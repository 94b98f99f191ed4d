#include "report/json.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "base/version.hpp"
#include "report/check_json.hpp"
#include "report/check_run.hpp"
#include "report/json_document.hpp"
#include "report/json_parts.hpp"

namespace baseline::json_report {
namespace {

Json of_suite(const std::optional<SuiteReport>& report) {
  return report ? suite_report_json(*report) : Json(nullptr);
}

Json of_holders(const std::vector<Holder>& holders) {
  Json json = Json::array();
  for (const Holder& holder : holders) {
    json.push_back({{"pid", holder.pid}, {"command", holder.command}});
  }
  return json;
}

void add_file_settings(Json& json, const FileSettings& settings) {
  for (const auto& [name, value] : settings.items()) json[name] = optional_text(value);
  if (settings.page_size != 0) json["page_size"] = settings.page_size;
}

Json of_settings(const std::optional<FileSettings>& settings) {
  if (!settings) return nullptr;
  Json json = Json::object();
  add_file_settings(json, *settings);
  return json;
}

Json of_facts(const DatabaseFacts& facts) {
  Json json = Json::object();
  json["exists"] = facts.exists;
  if (!facts.exists) return json;
  json["unreadable"] = optional_text(facts.unreadable);
  json["size"] = facts.size;
  json["revision"] = facts.revision ? Json(*facts.revision) : Json(nullptr);
  add_file_settings(json, facts.settings);
  json["tables"] = of_tables(facts.tables);
  json["owner"] = facts.owner;
  json["mode"] = fmt::format("{:04o}", facts.mode);
  json["holders"] = of_holders(facts.holders);
  return json;
}

Json of_content(const std::optional<BackupContent>& content) {
  if (!content) return nullptr;
  return {{"database", shown(content->database)},
          {"revision", content->revision ? Json(*content->revision) : Json(nullptr)},
          {"size", content->size},
          {"tables", of_tables(content->tables)}};
}

Json of_backup(const std::optional<FiledBackup>& backup) {
  if (!backup) return nullptr;
  return of_manifest(backup->manifest, backup->directory);
}

Json of_recovery(const std::optional<RecoveryReport>& report) {
  if (!report) return nullptr;
  return {{"command", report->command},
          {"started", report->started},
          {"outcome", report->finished ? "finished" : "undone"},
          {"application", to_string(report->application)},
          {"backup", of_backup(report->backup)}};
}

Json of_leftovers(const std::vector<Leftover>& leftovers) {
  Json json = Json::array();
  for (const Leftover& left : leftovers) {
    json.push_back({{"path", shown(left.path.native())},
                    {"what", left.what},
                    {"kept", left.why_kept.empty() ? Json(nullptr) : shown(left.why_kept)}});
  }
  return json;
}

Json of_hooks(const std::vector<HookRun>& hooks) {
  Json json = Json::array();
  for (const HookRun& hook : hooks) {
    json.push_back({{"hook", hook.hook},
                    {"command", hook.command},
                    {"good", hook.good},
                    {"result", hook.got},
                    {"output", hook.output.empty() ? Json(nullptr) : Json(valid_utf8(hook.output))},
                    {"took_ms", optional_ms(hook.took)}});
  }
  return json;
}

Json of_application(const std::optional<ApplicationReport>& report) {
  if (!report) return nullptr;
  return {{"running", report->running},
          {"stopped_ms", optional_ms(report->stopped_for)},
          {"hooks", of_hooks(report->hooks)}};
}

// What would be run has no result yet.
Json of_planned(const std::vector<HookRun>& hooks) {
  Json json = Json::array();
  for (const HookRun& hook : hooks) {
    json.push_back({{"hook", hook.hook}, {"command", hook.command}});
  }
  return json;
}

std::string_view action_of(const ReplaceReport& report) {
  switch (report.outcome) {
    case Outcome::declined:
    case Outcome::nothing_to_do:
      return "nothing";
    case Outcome::done:
    case Outcome::would_do:
    case Outcome::would_wait:
    case Outcome::checks_failed:
      return report.command;
  }
  return "?";
}

std::string_view exchange_word(Exchange exchange) {
  switch (exchange) {
    case Exchange::swap:
      return "swap";
    case Exchange::in_place:
      return "in-place";
  }
  return "?";
}

std::string_view exchange_word(Position position) {
  switch (position) {
    case Position::untouched:
      return "old database live";
    case Position::swapped:
      return "new database live";
    case Position::undecidable:
      return "undecidable";
  }
  return "?";
}

Json of_line(const HistoryLine& line) {
  Json json = Json::parse(to_json(line));
  json["database"] = shown(line.database);
  json.erase("logs");  // of use to the program only
  return json;
}

// Has no command: what was wrong may be that there is none.
std::string failure(const Json& error, int exit_code) {
  const Json json = {{"version", 1},
                     {"tool", fmt::format("baseline {}", version())},
                     {"exit_code", exit_code},
                     {"error", error}};
  return finished(json);
}

}  // namespace

Json document_of(const ReplaceReport& report, int exit_code, bool with_checks) {
  Json json = header(report.command, exit_code);
  json["action"] = action_of(report);
  json["outcome"] = word_of(report.outcome);
  json["database"] = shown(report.database);
  json["revision"] = optional_text(report.revision);
  json["source"] = optional_text(report.source_id);
  json["source_content"] = of_content(report.source);
  json["idle"] = optional_text(report.idle);
  json["undo"] = optional_text(report.backup ? report.backup->manifest.id : report.way_on);
  json["old"] = of_facts(report.old);
  json["new"] = of_settings(report.settings);
  json["engine"] = {{"name", exchange_word(report.exchange.exchange)},
                    {"why", optional_text(report.exchange.why)},
                    {"consequences", report.exchange.consequences}};
  json["plan"] = {{"strategy", to_string(report.plan.strategy)},
                  {"why", report.plan.why},
                  {"space_needed", report.plan.space_needed},
                  {"space_free", report.plan.space_free},
                  {"hooks", of_planned(report.planned)}};
  json["recovered"] = of_recovery(report.recovered);
  if (with_checks) {
    json["before"] = of_suite(report.before);
    json["after"] = of_suite(report.after);
  }
  json["swapped_back"] = report.swapped_back;
  json["unavailable_ms"] = optional_ms(report.unavailable);
  json["ready_at"] = optional_text(report.ready);
  json["application"] = of_application(report.application);
  json["backup"] = of_backup(report.backup);
  json["failed_backup"] = of_backup(report.failed_backup);
  json["copies"] = of_copies(report.copies);
  json["pruned"] = report.pruned ? of_pruned(*report.pruned) : Json(nullptr);
  json["warnings"] = report.warnings;
  return json;
}

std::string of(const ReplaceReport& report, int exit_code) {
  return finished(document_of(report, exit_code));
}

std::string of(const VerifyReport& report, int exit_code) {
  Json json = header("verify", exit_code);
  json["outcome"] = word_of(report.outcome);
  json["database"] = shown(report.database);
  json["revision"] = report.revision;
  json["after"] = of_suite(report.after);
  return finished(json);
}

std::string of(const StatusReport& report, const std::vector<SettingLine>& settings,
               int exit_code) {
  Json json = header("status", exit_code);
  json["database"] = shown(report.database);
  json["facts"] = of_facts(report.facts);
  json["baseline"] = {{"revision", report.baseline_revision},
                      {"migration", shown(report.migration)},
                      {"at_baseline", report.at_baseline}};
  json["drift"] = Json::array();
  for (const SchemaDifference& difference : report.drift) {
    json["drift"].push_back({{"side", difference.present_in_actual ? "+" : "-"},
                             {"object", shown(difference.object)},
                             {"text", shown(difference.text)}});
  }
  json["running"] = report.running ? Json(*report.running) : Json(nullptr);
  json["interrupted"] = nullptr;
  if (report.interruption) {
    json["interrupted"] = {{"command", report.interruption->intent.command},
                           {"started", report.interruption->intent.started},
                           {"position", exchange_word(report.interruption->position)},
                           {"reverting", report.interruption->reverting},
                           {"application", to_string(report.interruption->application)},
                           {"detail", optional_text(report.interruption->detail)}};
  }
  json["backups"] = {
      {"directory", shown(report.catalogue.native())},
      {"count", report.backups.size()},
      {"newest", report.backups.empty() ? Json(nullptr) : Json(report.backups.back().id)},
      {"unsealed", unsealed_ids(report.backups)}};
  json["last"] = report.last ? of_line(*report.last) : Json(nullptr);
  json["missing_copies"] = Json::array();
  for (const MissingCopy& copy : report.missing_copies) {
    json["missing_copies"].push_back({{"backup", shown(copy.id)},
                                      {"directory", shown(copy.directory.native())},
                                      {"why", shown(copy.why)}});
  }
  json["leftovers"] = of_leftovers(report.leftovers);
  json["warnings"] = report.facts.warnings;
  json["settings"] = Json::array();
  for (const SettingLine& line : settings) {
    json["settings"].push_back(
        {{"name", line.name}, {"value", line.value}, {"source", line.source}});
  }
  return finished(json);
}

std::string of(const RecoverReport& report, int exit_code) {
  Json json = header("recover", exit_code);
  json["database"] = shown(report.database);
  json["recovered"] = of_recovery(report.recovered);
  json["leftovers"] = of_leftovers(report.leftovers);
  json["application"] = of_application(report.application);
  return finished(json);
}

std::string of(const History& history, const std::vector<std::string>& unsealed,
               const std::string& catalogue) {
  Json json = header("history", 0);
  json["directory"] = shown(catalogue);
  json["unreadable_lines"] = history.unreadable;
  json["unsealed"] = unsealed;
  json["lines"] = Json::array();
  for (const HistoryLine& line : history.lines) json["lines"].push_back(of_line(line));
  return finished(json);
}

std::string of(const Error& error, int exit_code) {
  return failure({{"message", error.what()},
                  {"hint", optional_text(error.hint())},
                  {"problems", lines_of(error.problems(), "error")},
                  {"notes", error.notes()}},
                 exit_code);
}

std::string of(const Interrupted& interrupted, int exit_code) {
  return failure({{"message", interrupted.what()},
                  {"hint", nullptr},
                  {"problems", Json::array()},
                  {"notes", Json::array()}},
                 exit_code);
}

}  // namespace baseline::json_report
