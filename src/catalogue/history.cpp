#include "catalogue/history.hpp"

#include <algorithm>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <string_view>

#include "base/bytes_json.hpp"
#include "base/form_json.hpp"
#include "base/integer_json.hpp"
#include "base/names.hpp"
#include "base/text.hpp"
#include "os/append_line.hpp"
#include "os/sha256.hpp"

namespace baseline {
namespace {

using nlohmann::json;

constexpr std::string_view kRollbackRun = "rollback";

// Release 0.1.0 told only people what came of a run, in these words.
void read_words_of_people(HistoryLine& line) {
  constexpr std::string_view kFinished = "finished the ";
  const bool recovered = line.command == "recover";
  const bool rollback =
      recovered ? line.outcome.ends_with(kRollbackRun) : line.command == kRollbackRun;
  line.kind = rollback ? RunKind::rollback : RunKind::deploy;
  line.replaced = recovered ? line.outcome.starts_with(kFinished)
                            : line.outcome == "done" || line.outcome.starts_with("kept");
}

HistoryLine line_from(const json& in) {
  HistoryLine line;
  line.when = in.at("when").get<std::string>();
  line.run = text_from_json(in.at("run"), names::is_run_key, "key of a run");
  line.command = in.at("command").get<std::string>();
  line.outcome = in.at("outcome").get<std::string>();
  line.database = bytes_from_json(in.at("database"));
  line.from = in.at("from").get<std::string>();
  line.to = in.at("to").get<std::string>();
  line.backup = text_from_json(in.at("backup"), names::is_id_or_none, "ID of a backup");
  line.source = in.at("source").get<std::string>();
  line.user = in.at("user").get<std::string>();
  line.host = in.at("host").get<std::string>();
  if (!in.at("unavailable_us").is_null()) {
    line.unavailable_us = integer_from_json(in.at("unavailable_us"));
  }
  if (in.contains("kind")) {
    line.kind =
        in.at("kind").get<std::string>() == kRollbackRun ? RunKind::rollback : RunKind::deploy;
    line.replaced = in.at("replaced").get<bool>();
    line.migration = text_from_json(in.at("migration"), is_sha256_or_none, "digest");
    line.sha256 = text_from_json(in.at("sha256"), is_sha256_or_none, "SHA-256");
  } else {
    read_words_of_people(line);
  }
  if (in.contains("logs")) line.logs = log_positions_from_json(in["logs"]);
  return line;
}

}  // namespace

std::string to_json(const HistoryLine& line) {
  nlohmann::ordered_json out = nlohmann::ordered_json::object();
  out["when"] = line.when;
  out["run"] = line.run;
  out["command"] = line.command;
  out["outcome"] = line.outcome;
  out["database"] = bytes_to_json(line.database);
  out["from"] = line.from;
  out["to"] = line.to;
  out["backup"] = line.backup;
  out["source"] = line.source;
  out["user"] = line.user;
  out["host"] = line.host;
  out["kind"] = line.kind == RunKind::rollback ? kRollbackRun : "deploy";
  out["replaced"] = line.replaced;
  out["migration"] = line.migration;
  out["sha256"] = line.sha256;
  out["unavailable_us"] = line.unavailable_us ? nlohmann::ordered_json(*line.unavailable_us)
                                              : nlohmann::ordered_json(nullptr);
  if (!line.logs.empty()) out["logs"] = to_json(line.logs);
  return printable_json(out.dump(-1, ' ', false, json::error_handler_t::replace));
}

History read_history(const Catalogue& catalogue) {
  const Directory* const directory = catalogue.opened();
  return directory == nullptr ? History() : read_history(*directory);
}

History read_history(const Directory& catalogue) {
  History history;
  const auto text = catalogue.read_text(std::string(names::kHistory));
  for (std::size_t start = 0; text && start < text->size();) {
    const std::size_t end = std::min(text->find('\n', start), text->size());
    const std::string_view line = std::string_view(*text).substr(start, end - start);
    start = end + 1;
    if (line.empty()) continue;
    try {
      history.lines.push_back(line_from(json::parse(shallow_json(line))));
    } catch (const json::exception&) {
      ++history.unreadable;
    }
  }
  return history;
}

void append_history(FileSystem& files, const Directory& catalogue, const HistoryLine& line) {
  const std::string name(names::kHistory);
  const bool is_new = !catalogue.contains(name);
  const File file = files.open_to_append(catalogue, name, 0600);
  append_line(files, file, to_json(line));
  if (is_new) files.sync_directory(catalogue);
}

}  // namespace baseline
