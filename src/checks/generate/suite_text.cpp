#include "checks/generate/suite_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "base/text.hpp"
#include "base/wrap.hpp"
#include "yaml/writer.hpp"

namespace baseline::generate {
namespace {

using yaml::Context;

constexpr std::size_t kSuiteWidth = 96;
constexpr std::size_t kBlockIndent = 6;  // of the lines of a block

std::string key_of(ConstraintRef::Kind kind) {
  switch (kind) {
    case ConstraintRef::Kind::name:
      return {};
    case ConstraintRef::Kind::not_null:
      return "not_null";
    case ConstraintRef::Kind::unique:
      return "unique";
    case ConstraintRef::Kind::primary_key:
      return "primary_key";
    case ConstraintRef::Kind::foreign_key:
      return "foreign_key";
    case ConstraintRef::Kind::check:
      return "check";
    case ConstraintRef::Kind::trigger:
      return "trigger";
    case ConstraintRef::Kind::type:
      return "type";
  }
  return {};
}

std::string by_text(const ConstraintRef& by) {
  if (by.kind == ConstraintRef::Kind::name) return yaml::scalar(by.text, Context::block);
  return fmt::format("{{{}: {}}}", key_of(by.kind), yaml::scalar(by.text, Context::flow));
}

std::string case_text(const CaseValues& values) {
  std::vector<std::string> parts;
  for (const auto& [name, value] : values) parts.push_back(name + ": " + yaml_value(value));
  return "{" + join(parts, ", ") + "}";
}

// Values one below the other, as in a table.
std::vector<std::string> aligned(const std::vector<CaseValues>& cases) {
  std::vector<std::string> out(cases.size(), "{");
  for (std::size_t column = 0; column < cases.front().size(); ++column) {
    const bool last = column + 1 == cases.front().size();
    std::vector<std::string> cells;
    std::size_t widest = 0;
    for (const CaseValues& values : cases) {
      const auto& [name, value] = values[column];
      cells.push_back(name + ": " + yaml_value(value) + (last ? "}" : ","));
      widest = std::max(widest, cells.back().size());
    }
    for (std::size_t i = 0; i < cases.size(); ++i) {
      out[i] += cells[i];
      if (!last) out[i] += std::string(widest - cells[i].size() + 1, ' ');
    }
  }
  return out;
}

std::string cases_text(const std::vector<CaseValues>& cases) {
  std::vector<std::string> parts;
  parts.reserve(cases.size());
  for (const CaseValues& values : cases) parts.push_back(case_text(values));
  std::string line = "    cases: [" + join(parts, ", ") + "]\n";
  if (line.size() <= kSuiteWidth) return line;
  std::string out = "    cases:\n";
  for (const std::string& row : aligned(cases)) out += "      - " + row + "\n";
  return out;
}

std::string given_text(const std::vector<std::string>& given) {
  if (given.empty()) return {};
  if (given.size() == 1) {
    return fmt::format("    given: {}\n", yaml::scalar(given.front(), Context::block));
  }
  std::vector<std::string> names;
  names.reserve(given.size());
  for (const std::string& name : given) names.push_back(yaml::scalar(name, Context::flow));
  return fmt::format("    given: [{}]\n", join(names, ", "));
}

// The value of a key at `indent`, ending with a line feed.
std::string sql_line(const std::string& start, const std::string& sql, std::size_t indent) {
  const std::size_t room = kSuiteWidth > start.size() ? kSuiteWidth - start.size() : 0;
  const std::string text = start + yaml::sql_value(sql, indent, room);
  return text.ends_with('\n') ? text : text + "\n";
}

std::string_view kind_key(GeneratedCheck::Kind kind) {
  switch (kind) {
    case GeneratedCheck::Kind::accepts:
      return "accepts";
    case GeneratedCheck::Kind::rejects:
      return "rejects";
    case GeneratedCheck::Kind::query:
      return "query";
    case GeneratedCheck::Kind::schema:
      return "schema";
  }
  return {};
}

// A fixture that a check repeats word for word is written once: &name there, *name here.
bool can_anchor(std::string_view name) {
  return !name.empty() && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
}

// What could not be put to the test is no check, but whoever reads the suite has to know of it.
std::string unproven_text(const GeneratedCheck& check) {
  std::string out;
  const std::string text = fmt::format("Not proven: {}: {}.", check.name, check.skip);
  for (const std::string& line : wrapped(printable(text), kSuiteWidth - 4)) {
    out += "  # " + line + "\n";
  }
  return out;
}

std::string check_text(const GeneratedCheck& check, const std::vector<GeneratedFixture>& fixtures) {
  if (!check.skip.empty()) return unproven_text(check);
  std::string out;
  for (const std::string& line : wrapped(check.remark, kSuiteWidth - 4))
    out += "  # " + line + "\n";
  out += fmt::format("  - name: {}\n", yaml::scalar(check.name, Context::block));
  if (!check.when.empty()) out += fmt::format("    when: {}\n", check.when);
  if (check.foreign_keys) {
    out += fmt::format("    foreign_keys: {}\n", *check.foreign_keys ? "on" : "off");
  }
  out += given_text(check.given);
  const std::string start = fmt::format("    {}: ", kind_key(check.kind));
  const auto same = std::ranges::find_if(fixtures, [&](const GeneratedFixture& fixture) {
    return check.kind == GeneratedCheck::Kind::accepts && fixture.sql == check.sql &&
           can_anchor(fixture.name);
  });
  if (same != fixtures.end()) {
    out += fmt::format("{}*{}\n", start, same->name);
  } else {
    out += sql_line(start, check.sql, kBlockIndent);
  }
  if (check.kind == GeneratedCheck::Kind::rejects) {
    out += fmt::format("    by: {}\n", by_text(check.by));
  }
  if (!check.cases.empty()) out += cases_text(check.cases);
  for (const std::string& line : check.assertions) out += fmt::format("    {}\n", line);
  if (!check.hint.empty()) {
    out += fmt::format("    hint: {}\n", yaml::scalar(check.hint, Context::block));
  }
  return out;
}

std::string comment(const std::vector<std::string>& lines, const std::string& indent) {
  std::string out;
  for (const std::string& line : lines) {
    out += line.empty() ? fmt::format("{}#\n", indent) : fmt::format("{}# {}\n", indent, line);
  }
  return out;
}

std::string title_line(const std::string& title) {
  std::string out = "  # --- " + title + " ";
  if (out.size() < kSuiteWidth) out += std::string(kSuiteWidth - out.size(), '-');
  return out + "\n";
}

}  // namespace

std::string yaml_value(const Value& value) {
  if (is_null(value)) return "null";
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return fmt::format("{}", *integer);
  if (const auto* real = std::get_if<double>(&value)) {
    if (std::isinf(*real)) return *real > 0 ? ".inf" : "-.inf";
    std::string text = fmt::format("{}", *real);
    if (text.find_first_of(".e") == std::string::npos) text += ".0";
    return text;
  }
  if (const auto* text = std::get_if<std::string>(&value)) {
    return yaml::scalar(*text, Context::flow);
  }
  return sql_literal(value);
}

// The fixtures that checks ask for, each once: rows of tables first, then steps.
std::vector<GeneratedFixture> SuiteText::used_fixtures() const {
  std::set<std::string> used;
  std::vector<GeneratedFixture> steps;
  for (const Section& section : sections) {
    for (const GeneratedCheck& check : section.checks) {
      if (!check.skip.empty()) continue;
      used.insert(check.given.begin(), check.given.end());
      if (check.step &&
          std::ranges::find(steps, check.step->name, &GeneratedFixture::name) == steps.end()) {
        steps.push_back(*check.step);
      }
    }
  }
  std::vector<GeneratedFixture> out;
  for (const GeneratedFixture& fixture : fixtures) {
    if (used.contains(fixture.name)) out.push_back(fixture);
  }
  out.insert(out.end(), steps.begin(), steps.end());
  return out;
}

std::string SuiteText::str() const {
  const std::vector<GeneratedFixture> asked_for = used_fixtures();
  std::string out = comment(head, "");
  out += "version: 1\n";
  if (has_rows) {
    out += "\n" +
           comment({"What do the application's connections do? Write 'on' if they run PRAGMA "
                    "foreign_keys = ON;",
                    "SQLite's own default is off. The checks below hold either way: those of "
                    "foreign keys switch",
                    "them on for themselves."},
                   "") +
           "foreign_keys: off\n";
  }
  if (!asked_for.empty()) {
    out += "\n" + comment({"The simplest row that each table accepts, for the checks that build on "
                           "it (given). Whatever",
                           "a check does is undone. Numbers of keys are negative, as the "
                           "application's never are."},
                          "");
    out += "fixtures:\n";
    // An anchor that nothing refers to would only puzzle.
    std::set<std::string> used;
    for (const Section& section : sections) {
      for (const GeneratedCheck& check : section.checks) {
        if (check.kind == GeneratedCheck::Kind::accepts && check.skip.empty()) {
          used.insert(check.sql);
        }
      }
    }
    for (const GeneratedFixture& fixture : asked_for) {
      std::string start = fmt::format("  {}: ", yaml::scalar(fixture.name, Context::block));
      if (can_anchor(fixture.name) && used.contains(fixture.sql)) {
        start += fmt::format("&{} ", fixture.name);
      }
      out += sql_line(start, fixture.sql, 4);
    }
  }
  out += "\nchecks:\n";
  bool first = true;
  for (const Section& section : sections) {
    if (section.checks.empty()) continue;
    if (!first) out += "\n";
    if (!section.title.empty()) out += title_line(printable(section.title)) + "\n";
    for (std::size_t i = 0; i < section.checks.size(); ++i) {
      if (i > 0) out += "\n";
      out += check_text(section.checks[i], asked_for);
    }
    first = false;
  }
  return out;
}

}  // namespace baseline::generate
