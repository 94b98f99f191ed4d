#include "cli/help_layout.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <iterator>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "base/wrap.hpp"
#include "cli/command_tree.hpp"
#include "cli/help.hpp"
#include "report/screen.hpp"

namespace baseline {
namespace {

// A term and what is said of it.
using Entry = std::pair<std::string, std::string>;

struct HelpSection {
  std::string heading;
  std::vector<Entry> entries;
};

constexpr std::size_t kLongestTerm = 28;  // a longer one has a line of its own

std::string option_list(const std::set<CLI::Option*>& options) {
  std::vector<std::string> names;  // the set is in the order of addresses
  names.reserve(options.size());
  for (const CLI::Option* option : options) names.push_back(option->get_name());
  std::ranges::sort(names);
  return join(names, ", ");
}

std::string option_text(const CLI::Option& option) {
  std::string text = option.get_description();
  if (!option.get_needs().empty()) {
    text += fmt::format(" [needs: {}]", option_list(option.get_needs()));
  }
  if (!option.get_excludes().empty()) {
    text += fmt::format(" [not with: {}]", option_list(option.get_excludes()));
  }
  return text;
}

// Sections of the program's commands; those of a group like `backups` are one section.
std::vector<HelpSection> command_sections(const CLI::App& app) {
  const bool top = app.get_parent() == nullptr;
  std::vector<HelpSection> sections;
  for (const help::CommandSection& row : help::sections()) {
    sections.push_back({std::string(top ? row.heading : "Commands"), {}});
    if (!top) break;
  }
  for (const CLI::App* command : commands_of(app)) {
    const std::size_t index = top ? help::section_of(command->get_name()) : 0;
    sections[index].entries.emplace_back(command->get_name(), command->get_description());
  }
  return sections;
}

// The groups in the order in which the options were added; --help last, for everybody knows it.
std::vector<HelpSection> option_sections(const CLI::App& app) {
  std::vector<HelpSection> sections;
  const auto add = [&](const std::string& heading, const CLI::Option& option) {
    auto found = std::ranges::find(sections, heading, &HelpSection::heading);
    if (found == sections.end()) found = sections.insert(found, HelpSection{heading, {}});
    found->entries.emplace_back(term_of(option), option_text(option));
  };
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_positional()) add("Arguments", *option);
  }
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_positional() || option == app.get_help_ptr()) continue;
    if (!option->get_group().empty()) add(option->get_group(), *option);
  }
  if (app.get_help_ptr() != nullptr) {
    add(sections.empty() ? "Options" : sections.back().heading, *app.get_help_ptr());
  }
  return sections;
}

std::string usage_of(const CLI::App& app) {
  std::string usage = full_name(app);
  if (!commands_of(app).empty()) return usage + " COMMAND [OPTIONS]";
  // All have --help.
  if (app.get_options({}).size() > 1) usage += " [OPTIONS]";
  const std::string_view words = help::of(without_program(app)).words;
  if (!words.empty()) return fmt::format("{} {}", usage, words);
  for (const CLI::Option* option : app.get_options()) {
    if (!option->get_positional()) continue;
    const bool several = option->get_expected_max() > 1;
    const std::string name = option->get_name(true) + (several ? "..." : "");
    usage += option->get_required() ? " " + name : fmt::format(" [{}]", name);
  }
  return usage;
}

// Words fill the lines; what is indented stays as it is.
std::string paragraphs(std::string_view text, std::size_t width) {
  std::string out;
  std::string words;
  const auto flush = [&] {
    for (const std::string& line : wrapped(words, width)) out += line + "\n";
    words.clear();
  };
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    if (!line.empty() && line.front() != ' ') {
      words.append(line).append(" ");
      continue;
    }
    flush();
    out.append(line).append("\n");
  }
  flush();
  return out;
}

bool is_heading(std::string_view line) {
  return line == "Example:" || line == "Examples:" || line == "Exit codes:";
}

// Where the examples and exit codes begin: what stands before them is text.
std::size_t first_heading(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    if (is_heading(text.substr(at, end - at))) return at;
    at = end + 1;
  }
  return text.size();
}

std::size_t column_of(const std::vector<HelpSection>& sections, std::size_t width) {
  std::size_t longest = 0;
  for (const HelpSection& section : sections) {
    for (const auto& [term, text] : section.entries) {
      if (term.size() <= kLongestTerm) longest = std::max(longest, term.size());
    }
  }
  return std::min(longest + 4, width * 2 / 5);
}

std::string laid_out(const Entry& entry, std::size_t column, std::size_t width) {
  std::string out;
  std::string line = "  " + entry.first;
  if (line.size() + 2 > column) {
    out = line + "\n";
    line.clear();
  }
  for (const std::string& part : wrapped(entry.second, width - column)) {
    out += fmt::format("{:<{}}{}\n", line, column, part);
    line.clear();
  }
  return out;
}

}  // namespace

std::size_t help_width() {
  constexpr std::size_t kWithoutTerminal = 80;
  constexpr std::size_t kNarrowest = 40;
  constexpr std::size_t kWidest = 100;
  const std::size_t columns = columns_at(STDOUT_FILENO);
  return std::clamp(columns == 0 ? kWithoutTerminal : columns, kNarrowest, kWidest);
}

std::string full_name(const CLI::App& app) {
  const CLI::App* const parent = app.get_parent();
  return parent == nullptr ? app.get_name()
                           : fmt::format("{} {}", full_name(*parent), app.get_name());
}

std::string without_program(const CLI::App& app) {
  const std::string name = full_name(app);
  return name.substr(std::min(name.size(), std::string_view("baseline ").size()));
}

std::string term_of(const CLI::Option& option) {
  if (option.get_positional()) return option.get_name(true);
  std::string term;
  for (const std::string& name : option.get_snames()) term += fmt::format("-{}, ", name);
  for (const std::string& name : option.get_lnames()) term += fmt::format("--{}, ", name);
  term.resize(term.size() - 2);
  const std::string value = option.get_type_name();
  return value.empty() ? term : fmt::format("{} {}", term, value);
}

std::string HelpLayout::headed(std::string_view text) const {
  std::string out;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    out += (is_heading(line) ? style_(Tone::strong, line) : std::string(line)) + "\n";
  }
  return out;
}

std::string HelpLayout::make_help(const CLI::App* app, std::string /*name*/,
                                  CLI::AppFormatMode /*mode*/) const {
  std::vector<HelpSection> sections = command_sections(*app);
  std::ranges::move(option_sections(*app), std::back_inserter(sections));
  const std::size_t column = column_of(sections, width_);
  std::string purpose = app->get_description();
  if (!purpose.ends_with('.')) purpose += '.';
  std::string out = paragraphs(purpose, width_);
  out += fmt::format("\n{} {}\n", style_(Tone::strong, "Usage:"), usage_of(*app));
  const std::string text = app->get_footer();
  const std::size_t split = first_heading(text);
  if (split > 0) out += "\n" + paragraphs(trimmed(text.substr(0, split)), width_);
  for (const HelpSection& section : sections) {
    if (section.entries.empty()) continue;
    out += fmt::format("\n{}\n", style_(Tone::strong, section.heading + ":"));
    for (const Entry& entry : section.entries) out += laid_out(entry, column, width_);
  }
  out += "\n" + headed(text.substr(split));
  if (app->get_parent() != nullptr) out += "\n'baseline help' lists all exit codes.\n";
  return out;
}

}  // namespace baseline
