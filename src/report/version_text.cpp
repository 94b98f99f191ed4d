#include "report/version_text.hpp"

#include <fmt/format.h>

#include "base/version.hpp"
#include "report/json_document.hpp"

namespace baseline {
namespace {

std::string as_json(const EngineFacts& engine) {
  auto json = json_report::header("version", 0);
  json["release"] = version();
  json["commit"] = json_report::optional_text(std::string(commit()));
  json["engine"] = {{"name", engine.name},
                    {"version", engine.version},
                    {"source", engine.source},
                    {"options", engine.options}};
  json["parts"] = nlohmann::ordered_json::array();
  for (const Part& part : parts()) {
    json["parts"].push_back(
        {{"name", part.name}, {"version", part.version}, {"inside", part.inside}});
  }
  return json_report::finished(json);
}

}  // namespace

std::string version_text(const EngineFacts& engine, bool json) {
  if (json) return as_json(engine);
  std::string text = fmt::format("baseline {}", version());
  if (!commit().empty()) text += fmt::format(" (commit {})", commit());
  text += fmt::format("\n{} {} ({})\n", engine.name, engine.version, engine.source);
  for (const std::string& option : engine.options) text += fmt::format("  {}\n", option);
  for (const bool inside : {true, false}) {
    std::string all;
    for (const Part& part : parts()) {
      if (part.inside == inside) all += fmt::format("  {} {}\n", part.name, part.version);
    }
    if (!all.empty()) text += (inside ? "inside\n" : "of the system, when it was built\n") + all;
  }
  return text;
}

}  // namespace baseline
