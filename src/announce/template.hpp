#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "yaml/reader.hpp"

namespace baseline {

/// A line of text with placeholders: "!add location {number}". `{{` and `}}` stand for the braces
/// themselves. There is nothing else to it: what has to be decided is decided in SQL.
class Template {
 public:
  /// One placeholder, and where it stands.
  struct Placeholder {
    std::string name;
    yaml::Place place;
  };

  /// Reads the text of a key; nothing, and a problem, when it is not one line of text, or a brace
  /// stands alone, or what is between braces is not a name.
  static std::optional<Template> read(const yaml::Node& node, std::string_view key,
                                      const yaml::Reader& reader);

  const std::vector<Placeholder>& placeholders() const { return placeholders_; }

  /// The text with the values that `value_of` gives for the names.
  std::string render(const std::function<std::string(const std::string& name)>& value_of) const;

 private:
  /// The text between the placeholders: one more than there are placeholders.
  std::vector<std::string> literals_ = {""};
  std::vector<Placeholder> placeholders_;
};

}  // namespace baseline
