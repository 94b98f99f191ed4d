// A configuration of any bytes, as somebody may have written it. Whatever it is,
//   - nothing crashes;
//   - it is read, or ends in errors that each have a place in the file;
//   - what is read has a place in the file, too;
//   - the second time gives the same.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/text.hpp"
#include "config/config_file.hpp"
#include "config/file_keys.hpp"
#include "demand.hpp"

namespace {

using namespace baseline;

constexpr std::string_view kFile = "etc/fuzz.yaml";

std::optional<std::string> variable(const char* name) {
  if (std::string_view(name) == "SET") return "value of it";
  return std::nullopt;
}

void demand_place(const std::string& source) {
  demand(source.starts_with(kFile) && source.substr(kFile.size()).starts_with(':'),
         "each setting has its place");
}

// A section says something by being there, and has no texts of its own.
bool is_section(std::string_view name) {
  return std::ranges::any_of(config_keys(), [&](const yaml::Key& key) {
    return key.type == yaml::KeyType::section && key.name == name;
  });
}

void judge_hook(const std::optional<Hook>& hook, std::vector<std::string>& out) {
  if (!hook) return;
  demand_place(hook->source);
  demand(!hook->argv.empty() && hook->argv.size() == hook->written.size(), "a hook is a command");
  demand(hook->timeout.count() > 0, "a hook has time");
  out.insert(out.end(), hook->argv.begin(), hook->argv.end());
  std::ranges::move(lines_of(hook->problems, "error"), std::back_inserter(out));
}

void judge(const ConfigFile& file, std::vector<std::string>& out) {
  for (const auto& [name, value] : file.values) {
    demand_place(value.source);
    demand(is_section(name) == value.texts.empty(), "a setting that is there says something");
    out.push_back(name);
    out.insert(out.end(), value.texts.begin(), value.texts.end());
  }
  for (const auto& [name, value] : file.vars) {
    demand(file.var_texts.contains(name), "each var is known as it was written");
    out.push_back(name + "=" + value);
  }
  for (const auto* hook : {&file.application.stop, &file.application.start,
                           &file.application.revert, &file.announcement.send}) {
    judge_hook(*hook, out);
  }
  try {
    require_usable(file.application);
  } catch (const Error& error) {
    demand(error.code() == ErrorCode::usage, "what cannot be used is an error of usage");
    out.emplace_back(error.what());
  }
}

// What the file says, as texts.
std::vector<std::string> outcome_of(const std::string& text) {
  std::vector<std::string> out;
  try {
    judge(parse_config(text, kFile, variable), out);
  } catch (const Error& error) {
    demand(error.code() == ErrorCode::usage, "an error of a configuration is one of usage");
    demand(!error.problems().empty(), "an error of a configuration has a place");
    for (const std::string& line : lines_of(error.problems(), "error")) {
      demand(line.starts_with(std::string(kFile) + ":"), "each error names the file");
      demand(line.find(": error: ") != std::string::npos, "each error says that it is one");
      demand(printable(line) == line, "each error can be printed");
    }
    return lines_of(error.problems(), "error");
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  demand(outcome_of(text) == outcome_of(text), "the second time gives the same");
  return 0;
}
