#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace baseline {

/// Values that are never shown, because they may be secrets.
class Concealed {
 public:
  /// `shown` stands in the place of `value` from now on, also where that is a literal of SQL or of
  /// JSON, or a line of its own.
  void add(std::string_view value, std::string_view shown);

  /// `text` without the values; of two that overlap no rest stays. Call it before anything is cut.
  /// With `cut`, the beginning of the text is missing: it may begin with the end of a value.
  std::string in(std::string text, bool cut = false) const;

 private:
  struct Value {
    std::string text;
    std::string shown;
  };
  std::vector<Value> values_;
};

/// What this process has read from its environment for suites and commands: "${NAME}" stands for
/// the value.
Concealed& from_environment();
/// from_environment().in(text, cut)
std::string concealed(std::string text, bool cut = false);

}  // namespace baseline
