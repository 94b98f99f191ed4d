#include "store/intent.hpp"

#include <fmt/format.h>

#include <limits>
#include <nlohmann/json.hpp>

#include "base/bytes_json.hpp"
#include "base/error.hpp"
#include "base/form_json.hpp"
#include "base/integer_json.hpp"
#include "base/names.hpp"
#include "os/sha256.hpp"

namespace baseline {

namespace {

bool is_replacing_command(std::string_view text) { return text == "deploy" || text == "rollback"; }

}  // namespace

std::string_view to_string(BackupStrategy strategy) {
  switch (strategy) {
    case BackupStrategy::move:
      return "move";
    case BackupStrategy::copy:
      return "copy";
  }
  return "?";
}

std::string_view to_string(ApplicationState state) {
  switch (state) {
    case ApplicationState::untouched:
      return "untouched";
    case ApplicationState::stopping:
      return "stopping";
    case ApplicationState::stopped:
      return "stopped";
    case ApplicationState::started:
      return "started";
  }
  return "?";
}

std::string to_json(const Intent& intent) {
  nlohmann::ordered_json json = nlohmann::ordered_json::object();
  json["command"] = intent.command;
  json["started"] = intent.started;
  json["host"] = intent.host;
  json["pid"] = intent.pid;
  json["revision"] = intent.revision;
  if (!intent.migration.empty()) json["migration"] = intent.migration;
  json["run"] = intent.run;
  json["backup_id"] = intent.backup_id;
  json["catalogue"] = bytes_to_json(intent.catalogue.native());
  json["strategy"] = to_string(intent.strategy);
  json["manifest"] = intent.manifest;
  json["also"] = nlohmann::json::array();
  for (const auto& directory : intent.also) {
    json["also"].emplace_back(bytes_to_json(directory.native()));
  }
  json["source_id"] = intent.source_id;
  json["source_consumed"] = intent.source_consumed;
  if (!intent.logs.empty()) json["logs"] = to_json(intent.logs);
  return json.dump();
}

Intent intent_from_json(const std::string& text) {
  try {
    const auto json = nlohmann::json::parse(shallow_json(text));
    Intent intent;
    intent.command = text_from_json(json.at("command"), is_replacing_command, "command");
    intent.started = json.at("started").get<std::string>();
    intent.host = json.at("host").get<std::string>();
    intent.pid = static_cast<int>(count_from_json(json.at("pid"), std::numeric_limits<int>::max()));
    intent.revision = json.at("revision").get<std::string>();
    intent.migration =
        json.contains("migration")
            ? text_from_json(json.at("migration"), is_sha256_or_none, "digest of a migration")
            : "";
    intent.run = text_from_json(json.at("run"), names::is_run_key, "key of a run");
    intent.backup_id = text_from_json(json.at("backup_id"), names::is_id_or_none, "ID of a backup");
    intent.catalogue = bytes_from_json(json.at("catalogue"));
    intent.strategy = json.at("strategy").get<std::string>() == "copy" ? BackupStrategy::copy
                                                                       : BackupStrategy::move;
    intent.manifest = json.at("manifest").get<std::string>();
    for (const auto& directory : json.at("also")) {
      intent.also.emplace_back(bytes_from_json(directory));
    }
    intent.source_id = json.at("source_id").get<std::string>();
    intent.source_consumed = json.at("source_consumed").get<bool>();
    if (json.contains("logs")) intent.logs = log_positions_from_json(json["logs"]);
    return intent;
  } catch (const nlohmann::json::exception& error) {
    throw Error(ErrorCode::needs_person,
                fmt::format("what the run intended cannot be read: {}", error.what()));
  }
}

}  // namespace baseline
