#include "cli/reports.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <system_error>

#include "base/error.hpp"
#include "base/names.hpp"
#include "base/text.hpp"
#include "os/new_place.hpp"

namespace baseline {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> kind_names() {
  std::vector<std::string> all;
  for (const ReportKind& kind : report_kinds()) all.emplace_back(kind.name);
  return all;
}

ReportRequest parse_report(const std::string& value) {
  const std::size_t equals = value.find('=');
  if (equals == std::string::npos) {
    throw Error(ErrorCode::usage,
                fmt::format("--report must be KIND=FILE; got '{}'", printable(value)),
                "for example --report junit=report.xml");
  }
  const std::string name = value.substr(0, equals);
  const auto kinds = report_kinds();
  const auto kind = std::ranges::find(kinds, name, &ReportKind::name);
  if (kind == kinds.end()) {
    const auto near = did_you_mean(name, kind_names());
    throw Error(
        ErrorCode::usage, fmt::format("--report knows no kind '{}'", printable(name)),
        near ? fmt::format("did you mean '{}'?", *near) : "kinds are " + join(kind_names(), ", "));
  }
  if (equals + 1 == value.size()) {
    throw Error(ErrorCode::usage, fmt::format("--report {}= names no file", name),
                "name a file, or - for stdout");
  }
  return {&*kind, value.substr(equals + 1)};
}

// Where the run itself reads and writes.
struct OwnPlaces {
  std::vector<fs::path> files;
  fs::path catalogue;
};

OwnPlaces own_places(const Settings& settings) {
  // What is not there yet is resolved as far as it goes.
  const auto resolved = [](const fs::path& path) {
    std::error_code ignored;
    const fs::path found = fs::weakly_canonical(fs::absolute(path), ignored);
    return found.has_filename() ? found : found.parent_path();
  };
  OwnPlaces own;
  for (const fs::path& path : settings.checks.value) own.files.push_back(resolved(path));
  if (!settings.migration.value.empty()) own.files.push_back(resolved(settings.migration.value));
  if (!settings.backups.value.empty()) own.catalogue = resolved(settings.backups.value);
  if (settings.database.value.empty()) return own;
  const fs::path database = resolved(settings.database.value);
  const std::string name = database.filename();
  if (own.catalogue.empty()) own.catalogue = database.parent_path() / names::catalogue(name);
  for (const std::string& file :
       {name, names::wal(name), names::shared_memory(name), names::rollback_journal(name),
        names::lock(name), names::journal(name), names::journal_temporary(name),
        names::candidate(name), names::restoring(name)}) {
    own.files.push_back(database.parent_path() / file);
  }
  return own;
}

// A report that took the place of the database would be the worst of all ends of a run.
void demand_own_place(const ReportFile& report, const OwnPlaces& own) {
  const auto within_catalogue =
      std::ranges::mismatch(own.catalogue, report.path()).in1 == own.catalogue.end();
  const auto found = std::ranges::find(own.files, report.path());
  if (found == own.files.end() && (own.catalogue.empty() || !within_catalogue)) {
    require_own_place(report.path());
    return;
  }
  const fs::path& needed = found == own.files.end() ? own.catalogue : *found;
  throw Error(ErrorCode::usage,
              fmt::format("cannot write the report {}: the run itself needs {}",
                          printable(report.file()), printable(needed.native())),
              "give the report a place of its own");
}

}  // namespace

std::vector<ReportRequest> parse_reports(const std::vector<std::string>& values) {
  std::vector<ReportRequest> requests;
  const ReportRequest* on_stdout = nullptr;
  requests.reserve(values.size());
  for (const std::string& value : values) {
    const ReportRequest& request = requests.emplace_back(parse_report(value));
    if (request.file != "-") continue;
    if (on_stdout != nullptr) {
      throw Error(ErrorCode::usage,
                  fmt::format("--report {}=- and --report {}=- both want stdout",
                              on_stdout->kind->name, request.kind->name),
                  "give one of them a file");
    }
    on_stdout = &request;
  }
  return requests;
}

ReportFile page_file(FileSystem& files, const std::string& file, const Settings& settings) {
  ReportFile out(files, *std::ranges::find(report_kinds(), "html", &ReportKind::name), file);
  demand_own_place(out, own_places(settings));
  return out;
}

Reports::Reports(FileSystem& files, const std::vector<ReportRequest>& requests,
                 const Settings& settings) {
  const OwnPlaces own = own_places(settings);
  for (const ReportRequest& request : requests) {
    if (request.file == "-") {
      if (settings.format.value == Format::json) {
        throw Error(
            ErrorCode::usage,
            fmt::format("--report {}=- and --format json both want stdout", request.kind->name),
            "give the report a file");
      }
      on_stdout_ = request.kind;
      continue;
    }
    ReportFile file(files, *request.kind, request.file);
    demand_own_place(file, own);
    if (std::ranges::find(files_, file.path(), &ReportFile::path) != files_.end()) {
      throw Error(ErrorCode::usage,
                  fmt::format("two reports cannot be one file: {}", printable(request.file)),
                  "give each a file of its own");
    }
    files_.push_back(std::move(file));
  }
}

bool Reports::has(std::string_view kind) const {
  return (on_stdout_ != nullptr && on_stdout_->name == kind) ||
         std::ranges::any_of(files_, [&](const ReportFile& file) { return file.kind() == kind; });
}

void Reports::start(const CheckRun& run) {
  for (ReportFile& file : files_) file.start(run);
}

Reports::Written Reports::write(const CheckRun& run) {
  Written written;
  // The verdict is out, so nothing that happens to a report may end the program.
  const auto guarded = [&](const auto& write_one) {
    try {
      write_one();
    } catch (const std::exception& error) {
      written.failures.emplace_back(error.what());
    }
  };
  if (on_stdout_ != nullptr) guarded([&] { written.to_stdout = on_stdout_->render(run); });
  for (ReportFile& file : files_) {
    if (file.started()) guarded([&] { file.write(run); });
  }
  return written;
}

}  // namespace baseline
