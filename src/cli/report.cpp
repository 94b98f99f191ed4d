// The page of a past run.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/text.hpp"
#include "catalogue/history.hpp"
#include "cli/commands.hpp"
#include "cli/reports.hpp"
#include "cli/run_records.hpp"
#include "cli/workplace.hpp"
#include "report/json_document.hpp"
#include "report/page/page.hpp"

namespace baseline {
namespace {

// A run is named by its key, by the part of that which the backup bears as its ID, or by the backup
// that it made.
bool is_named(const HistoryLine& line, const std::string& id) {
  return line.run == id || line.backup == id || line.run.rfind(id + "-", 0) == 0;
}

HistoryLine chosen_run(const History& history, const std::string& id, const Workplace& workplace) {
  const std::string& database = workplace.context().store.location();
  const std::string directory = printable(workplace.context().catalogue.directory().native());
  const auto of_database = [&](const HistoryLine& line) { return line.database == database; };
  const auto& lines = history.lines;
  if (id.empty()) {
    const auto newest = std::find_if(lines.rbegin(), lines.rend(), of_database);
    if (newest != lines.rend()) return *newest;
    throw Error(ErrorCode::usage,
                fmt::format("no run of {} is in the history in {}", printable(database), directory),
                "baseline deploy makes the first; or name the directory of its backups with "
                "--backups");
  }
  // Databases may share a directory: this one's run goes before another's of the same name.
  auto found = std::find_if(lines.rbegin(), lines.rend(), [&](const HistoryLine& line) {
    return of_database(line) && is_named(line, id);
  });
  if (found == lines.rend()) {
    found = std::find_if(lines.rbegin(), lines.rend(),
                         [&](const HistoryLine& line) { return is_named(line, id); });
  }
  if (found != lines.rend()) return *found;
  throw Error(ErrorCode::usage,
              fmt::format("there is no run {} in the history in {}", printable(id), directory),
              "baseline history shows them; a run that changed nothing is not among them");
}

std::string json_of(const nlohmann::ordered_json& run, const std::string& file) {
  nlohmann::ordered_json json = json_report::header("report", 0);
  json["file"] = json_report::optional_text(printable(file));
  json["run"] = run;
  return json_report::finished(json);
}

}  // namespace

CommandResult run_report(const Invocation& invocation) {
  const Options& options = invocation.options;
  const bool json = invocation.settings.format.value == Format::json;
  const std::string file = options.output == "-" ? std::string() : options.output;
  if (file.empty() && !json && ::isatty(STDOUT_FILENO) != 0) {
    throw Error(ErrorCode::usage, "a page is nothing for a terminal",
                "name a file: baseline report --output report.html");
  }
  std::optional<ReportFile> output;
  if (!file.empty()) output.emplace(page_file(real_file_system(), file, invocation.settings));
  Workplace workplace(invocation);
  const Catalogue& catalogue = workplace.context().catalogue;
  const HistoryLine line = chosen_run(read_history(catalogue.directory()), options.id, workplace);
  const nlohmann::ordered_json run = recorded_run(line, catalogue);
  if (output) output->put(page_of(run), workplace.store().location());
  if (json) return {json_of(run, file), 0};
  if (!output) return {.output = page_of(run), .verbatim = true};
  return {fmt::format("the page of {} is in {}\n", printable(line.run), printable(file)), 0};
}

}  // namespace baseline
