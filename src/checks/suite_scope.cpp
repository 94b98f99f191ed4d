#include "checks/suite_scope.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <string_view>
#include <utility>
#include <variant>

#include "base/concealed.hpp"
#include "base/text.hpp"
#include "checks/keys.hpp"
#include "checks/matcher.hpp"
#include "yaml/scalar.hpp"
#include "yaml/variables.hpp"

namespace baseline {
namespace {

constexpr std::string_view kHowToSet =
    ": give it in 'vars', or pass it on with 'environment: [{}]' in baseline.yaml";

std::string plain_text(const Value& value) {
  const auto* text = std::get_if<std::string>(&value);
  return text != nullptr ? *text : sql_literal(value);
}

}  // namespace

SuiteScope::SuiteScope(std::string file, LoadContext& context, yaml::Problems& problems)
    : file_(std::move(file)),
      suite_(std::filesystem::path(file_).stem().string()),
      context_(context),
      reader_(problems) {}

std::filesystem::path SuiteScope::directory() const {
  return std::filesystem::absolute(file_).lexically_normal().parent_path();
}

void SuiteScope::add_command(const CheckHead& head) {
  context_.commands.push_back(printable(
      fmt::format("{}:{}:{} ({})", head.file, head.place.line, head.place.column, head.name)));
}

// What --var, else the environment that is passed on, else baseline.yaml gives.
std::optional<std::string> SuiteScope::outside(const std::string& name) const {
  const auto& given = context_.options.vars;
  if (const auto found = given.find(name); found != given.end()) return found->second;
  const auto& passed = context_.options.environment;
  if (const auto found = passed.find(name); found != passed.end()) return found->second;
  const auto& configured = context_.options.configured_vars;
  if (const auto found = configured.find(name); found != configured.end()) return found->second;
  return std::nullopt;
}

// Whether the environment has another value for the var, which is not passed on.
bool SuiteScope::is_unseen(const std::string& name) const {
  const char* const value = std::getenv(name.c_str());
  return value != nullptr && !context_.options.vars.contains(name) && outside(name) != value;
}

// A var that the file gives as text stays text.
Value SuiteScope::var_value(const yaml::Entry& entry) const {
  const std::optional<std::string> text = outside(entry.key.text);
  if (!text) return value_of(entry.value);
  if (entry.value.as_text() != nullptr) return *text;
  const auto typed = yaml::core_scalar(*text);
  if (!typed) return *text;
  Value value = value_of(*typed, *text);
  // A number may be written in another way than in the environment.
  if (const auto shown = concealed(*text); shown != *text) {
    from_environment().add(sql_literal(value), shown);
  }
  return value;
}

void SuiteScope::read_shared(const yaml::Node& root) {
  if (const yaml::Node* node = root.find("foreign_keys")) {
    if (const auto choice = reader_.choice(*node, "foreign_keys", kOnOff)) {
      foreign_keys_ = *choice == 0;
    } else {
      foreign_keys_demanded_ = true;  // one error about it is enough
    }
  }
  if (const yaml::Node* node = root.find("vars")) read_vars(*node);
  if (const yaml::Node* node = root.find("fixtures")) read_fixtures(*node);
}

void SuiteScope::read_vars(const yaml::Node& vars) {
  if (!reader_.map(vars, "'vars'")) return;
  for (const yaml::Entry& entry : vars.entries) {
    if (!yaml::is_identifier(entry.key.text)) {
      reader_.error(entry.key.place, fmt::format("var '{}' is no name: letters, digits and _ only",
                                                 shortened(entry.key.text, 40)));
    } else if (!entry.value.is_scalar() || entry.value.empty) {
      reader_.wrong(entry.value, entry.key.text, "a text or number");
    } else {
      if (is_unseen(entry.key.text)) {
        warn(entry.key.place,
             fmt::format("the environment has another '{0}', which suites do not see; "
                         "'environment: [{0}]' in baseline.yaml passes it on",
                         entry.key.text));
      }
      vars_.emplace(entry.key.text, var_value(entry));
      unused_vars_.emplace(entry.key.text, entry.key.place);
      context_.vars.insert(entry.key.text);
    }
  }
}

void SuiteScope::read_fixtures(const yaml::Node& fixtures) {
  if (!reader_.map(fixtures, "'fixtures'")) return;
  for (const yaml::Entry& entry : fixtures.entries) {
    SharedFixture& shared = fixtures_[entry.key.text];
    shared.place = entry.key.place;
    const auto compiled = compile(entry.value, entry.key.text, false);
    if (!compiled) continue;
    shared.fixture = std::make_shared<const Fixture>(Fixture{entry.key.text, compiled->sql});
    shared.parameters = compiled->parameters;
  }
}

const SuiteScope::SharedFixture* SuiteScope::fixture(const yaml::Node& name) {
  const auto text = reader_.text(name, "given");
  if (!text) return nullptr;
  if (const auto found = fixtures_.find(*text); found != fixtures_.end()) {
    found->second.used = true;
    return &found->second;
  }
  std::vector<std::string> names;
  for (const auto& [known, shared] : fixtures_) names.push_back(known);
  reader_.error(name.place,
                fmt::format("unknown fixture '{}'{}", *text, yaml::suggestion(*text, names)));
  return nullptr;
}

std::optional<CompiledSql> SuiteScope::compile(const yaml::Node& node, std::string_view key,
                                               bool only_after) {
  const auto text = reader_.text(node, key);
  if (!text) return std::nullopt;
  CompileOutcome outcome = reference().compile(*text);
  CompiledSql out;
  out.sql.text = *text;
  if (outcome.failure) {
    const SqlFailure& failure = *outcome.failure;
    const yaml::Place place = node.place_in_text(failure.offset.value_or(0));
    const std::string message = "SQL: " + failure.message;
    if (only_after && failure.message.starts_with("no such table")) {
      warn(place, message);
      out.complete = false;
      std::erase_if(unused_vars_, [&](const auto& var) {
        return text->find(":" + var.first) != std::string::npos;
      });
      return out;
    }
    reader_.error(place, message);
    return std::nullopt;
  }
  if (outcome.statements.empty()) {
    reader_.error(node.place, fmt::format("'{}' holds no SQL statement", key));
    return std::nullopt;
  }
  for (const StatementInfo& statement : outcome.statements) {
    for (const std::string& name : statement.parameters) {
      const std::size_t found = text->find(":" + name, statement.offset);
      const std::size_t offset = found == std::string::npos ? statement.offset : found;
      out.parameters.push_back({name, node.place_in_text(offset)});
      unused_vars_.erase(name);
    }
  }
  out.sql.statements = std::move(outcome.statements);
  return out;
}

const Schema& SuiteScope::schema() const {
  if (!context_.schema) context_.schema = context_.reference.schema();
  return *context_.schema;
}

void SuiteScope::warn(yaml::Place place, const std::string& message) const {
  context_.warnings.push_back(yaml::problem_at(file_, place, message));
}

std::optional<std::string> SuiteScope::expanded(const yaml::Node& node, const std::string& text,
                                                const std::map<std::string, std::string>& own) {
  const auto value = [&](const std::string& name) -> std::optional<std::string> {
    if (const auto found = own.find(name); found != own.end()) return found->second;
    std::optional<std::string> given = outside(name);
    const auto var = vars_.find(name);
    if (!given && var == vars_.end()) return std::nullopt;
    unused_vars_.erase(name);
    return given ? *std::move(given) : plain_text(var->second);
  };
  return yaml::expanded(reader_, node, text, value, kHowToSet);
}

std::string SuiteScope::with_own_vars(std::string text) const {
  for (const auto& [name, value] : vars_) {
    if (outside(name)) continue;
    const std::string written = fmt::format("${{{}}}", name);
    const std::string known = plain_text(value);
    for (std::size_t at = 0; (at = text.find(written, at)) != std::string::npos;) {
      text.replace(at, written.size(), known);
      at += known.size();
    }
  }
  return text;
}

void SuiteScope::demand_foreign_keys(yaml::Place place) {
  if (std::exchange(foreign_keys_demanded_, true)) return;
  reader_.error(place, "'foreign_keys: on' or 'off' is needed: what does the app's connection do?");
}

void SuiteScope::remark(yaml::Place place, const std::string& message) {
  remarks_.emplace(place, message);
}

void SuiteScope::finish_remarks() {
  for (const auto& [name, shared] : fixtures_) {
    if (!shared.used) remark(shared.place, fmt::format("no check uses the fixture '{}'", name));
  }
  for (const auto& [name, place] : unused_vars_) {
    remark(place, fmt::format("nothing uses the var '{}'", name));
  }
  for (auto& [place, message] : remarks_) {
    context_.remarks.push_back(yaml::problem_at(file_, place, std::move(message)));
  }
  remarks_.clear();
}

}  // namespace baseline
