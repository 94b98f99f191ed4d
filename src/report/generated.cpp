#include "report/generated.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/text.hpp"
#include "base/version.hpp"
#include "report/json_document.hpp"
#include "report/layout.hpp"

namespace baseline {

std::string human_report::unproven(const std::vector<SkippedCheck>& checks) {
  constexpr std::size_t kShown = 5;
  std::vector<std::pair<std::string, std::vector<std::string>>> reasons;
  for (const SkippedCheck& check : checks) {
    auto found = std::ranges::find(reasons, check.reason, [](const auto& r) { return r.first; });
    if (found == reasons.end()) found = reasons.insert(found, {check.reason, {}});
    found->second.push_back(check.path);
  }
  std::string out;
  for (const auto& [reason, paths] : reasons) {
    out += labelled(out.empty() ? "not proven" : "", printable(reason));
    for (std::size_t i = 0; i < std::min(paths.size(), kShown); ++i) {
      out += labelled("", "  " + printable(paths[i]));
    }
    if (paths.size() > kShown) {
      out += labelled("", fmt::format("  and {} more", paths.size() - kShown));
    }
  }
  return out;
}

std::string human_report::of(const GenerateReport& report) {
  const GeneratedSuites& suites = report.suites;
  std::string out;
  for (const std::string& file : report.files) {
    out += labelled(out.empty() ? "wrote" : "", printable(file));
  }
  out += labelled("checks", fmt::format("{} over {}", counted(suites.checks, "check"),
                                        counted(suites.tables, "table")));
  out +=
      labelled("covered", fmt::format("{} of {} that can reject a row", human_count(suites.covered),
                                      human_count(suites.constraints)));
  out += unproven(suites.skipped);
  return out + labelled("next", report.next);
}

std::string json_report::of(const GenerateReport& report) {
  using Json = nlohmann::ordered_json;
  const GeneratedSuites& suites = report.suites;
  Json json = {{"version", 1},
               {"tool", fmt::format("baseline {}", version())},
               {"command", "checks generate"},
               {"exit_code", 0},
               {"source", valid_utf8(report.source)},
               {"files", Json::array()},
               {"tables", suites.tables},
               {"checks", suites.checks},
               {"constraints", suites.constraints},
               {"covered", suites.covered},
               {"skipped", Json::array()}};
  for (const std::string& file : report.files) json["files"].push_back(valid_utf8(file));
  for (const SkippedCheck& check : suites.skipped) {
    json["skipped"].push_back(
        {{"check", valid_utf8(check.path)}, {"reason", valid_utf8(check.reason)}});
  }
  return json_report::finished(json);
}

}  // namespace baseline
