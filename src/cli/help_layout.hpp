#pragma once

#include <CLI/CLI.hpp>
#include <cstddef>
#include <string>
#include <string_view>

#include "report/style.hpp"

namespace baseline {

/// How wide a help text on stdout may be: as the terminal, but 100 at most; 80 where there is none.
std::size_t help_width();

/// Lays out the help of a command: purpose, usage, what there is to know, its commands or options
/// with one column of terms and one of texts, examples, exit codes. Purpose and the rest come from
/// cli/help.cpp, the options from the tree itself.
class HelpLayout final : public CLI::FormatterBase {
 public:
  HelpLayout(std::size_t width, Style style) : width_(width), style_(style) {}
  std::string make_help(const CLI::App* app, std::string name,
                        CLI::AppFormatMode mode) const override;

 private:
  /// The examples and exit codes: as they are, but for their headings.
  std::string headed(std::string_view text) const;

  std::size_t width_;
  Style style_;
};

/// "baseline backups list"
std::string full_name(const CLI::App& app);

/// "backups list"; empty for the program itself.
std::string without_program(const CLI::App& app);

/// The names and the value of an option, as they are typed: "-d, --database PATH".
std::string term_of(const CLI::Option& option);

}  // namespace baseline
