#include "cli/typed_line.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstddef>
#include <string_view>

#include "cli/command_tree.hpp"

namespace baseline {
namespace {

bool takes_value(const CLI::Option& option) { return option.get_items_expected_min() > 0; }

// Walks over finished words.
class LineWalk {
 public:
  explicit LineWalk(CLI::App& app) : app_(&app) {}

  void step(const std::string& word) {
    if (pending_ != nullptr) return take(*pending_, word);
    if (dashes_) {
      ++behind_dashes_;
    } else if (word == "--") {
      dashes_ = true;
    } else if (word.starts_with("--")) {
      long_option(word);
    } else if (word.size() > 1 && word[0] == '-') {
      short_options(word);
    } else if (has_commands()) {
      const auto named = [&](const CLI::App* command) { return command->get_name() == word; };
      const auto found = app_->get_subcommands(named);
      lost_ = lost_ || found.empty();
      if (!found.empty()) app_ = found.front();
    } else {
      ++arguments_;
    }
  }

  TypedLine end(const std::string& word) const {
    TypedLine line;
    line.command = app_;
    line.given = given_;
    line.typed = word;
    if (lost_) return line;
    using Place = TypedLine::Place;
    const std::size_t equals = word.find('=');
    if (pending_ != nullptr) {
      line.place = Place::value;
      line.option = pending_;
    } else if (dashes_) {
      line.place = behind_dashes_ == 0 ? Place::program : Place::argument;
    } else if (word.starts_with("--") && equals != std::string::npos) {
      line.option = app_->get_option_no_throw(word.substr(0, equals));
      if (line.option == nullptr) return line;
      line.place = Place::value;
      line.before = word.substr(0, equals + 1);
      line.typed = word.substr(equals + 1);
    } else if (has_commands() && !word.starts_with('-')) {
      line.place = Place::command;
    } else {
      line.place = Place::word;
      line.option = argument();
    }
    return line;
  }

 private:
  bool has_commands() const { return !commands_of(*app_).empty(); }

  // The argument that a word which is no option would be.
  const CLI::Option* argument() const {
    std::size_t at = 0;
    for (const CLI::Option* option : app_->get_options()) {
      if (!option->get_positional()) continue;
      at += static_cast<std::size_t>(option->get_items_expected_max());
      if (arguments_ < at) return option;
    }
    return nullptr;
  }

  void take(CLI::Option& option, const std::string& value) {
    pending_ = nullptr;
    given_.push_back(&option);
    try {
      option.add_result(value);
      option.run_callback();
    } catch (const CLI::Error&) {
      option.clear();  // the parser will tell
    }
  }

  void long_option(const std::string& word) {
    const std::size_t equals = std::min(word.find('='), word.size());
    CLI::Option* const option = app_->get_option_no_throw(word.substr(0, equals));
    if (option == nullptr) return;
    if (!takes_value(*option)) {
      given_.push_back(option);
    } else if (equals < word.size()) {
      take(*option, word.substr(equals + 1));
    } else {
      pending_ = option;
    }
  }

  // "-qv", "-d", "-dapp.db"
  void short_options(const std::string& word) {
    for (std::size_t at = 1; at < word.size(); ++at) {
      CLI::Option* const option = app_->get_option_no_throw(std::string("-") + word[at]);
      if (option == nullptr) return;
      if (!takes_value(*option)) {
        given_.push_back(option);
        continue;
      }
      if (at + 1 < word.size()) return take(*option, word.substr(at + 1));
      pending_ = option;
    }
  }

  CLI::App* app_;
  CLI::Option* pending_ = nullptr;  // its value comes next
  std::vector<const CLI::Option*> given_;
  std::size_t arguments_ = 0;
  bool dashes_ = false;
  std::size_t behind_dashes_ = 0;
  bool lost_ = false;
};

}  // namespace

TypedLine read_typed(CLI::App& app, std::vector<std::string> words) {
  if (words.empty()) words.emplace_back();
  const bool about = words.size() > 1 && words.front() == "help";
  if (about) words.erase(words.begin());
  LineWalk walk(app);
  for (std::size_t i = 0; i + 1 < words.size(); ++i) walk.step(words[i]);
  TypedLine line = walk.end(words.back());
  line.about = about;
  return line;
}

std::string unquoted(const std::string& word, const std::string& home) {
  std::string out;
  std::string_view rest = word;
  if (!home.empty() && rest.starts_with("~/")) {
    out = home;
    rest.remove_prefix(1);
  }
  char quote = 0;
  for (std::size_t i = 0; i < rest.size(); ++i) {
    const char c = rest[i];
    const bool escapes = c == '\\' && quote != '\'' && i + 1 < rest.size();
    if (escapes &&
        (quote == 0 || std::string_view("\"\\$`").find(rest[i + 1]) != std::string::npos)) {
      out += rest[++i];
    } else if (quote == 0 && (c == '\'' || c == '"')) {
      quote = c;
    } else if (c == quote) {
      quote = 0;
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace baseline
