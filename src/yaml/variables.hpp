#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "yaml/reader.hpp"

namespace baseline::yaml {

/// Letters, digits and _, no digit first.
bool is_identifier(std::string_view name);

/// The value of a variable; nothing when there is none.
using Variables = std::function<std::optional<std::string>(const std::string& name)>;

/// `text`, which the node holds, with ${NAME} replaced, and `$$` by `$`. Nothing, and a problem,
/// when a name is not defined: "${NAME} is not set WHERE", in which `{}` stands for the name.
std::optional<std::string> expanded(const Reader& reader, const Node& node, const std::string& text,
                                    const Variables& variables, std::string_view where);

/// The words of a command as they are run and, for people, as they were written: what a variable
/// holds may be a secret.
struct Words {
  std::vector<std::string> run;
  std::vector<std::string> written;
};

/// A non-empty list of words, the program first. `expand` replaces the variables of one of them.
std::optional<Words> read_words(
    const Reader& reader, const Node& node, std::string_view key,
    const std::function<std::optional<std::string>(const Node&, const std::string&)>& expand);

}  // namespace baseline::yaml
