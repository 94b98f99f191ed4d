#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "announce/announcement.hpp"

namespace baseline {

/// Data as it can stand in a message: on one line, without control characters, and without meaning.
/// For Discord its Markdown is escaped, and nobody is mentioned: an invisible space follows each @.
std::string in_message(std::string_view data, Markup markup);

/// A command as people copy it: for Discord as code. It must not contain a backtick.
std::string as_code(const std::string& command, Markup markup);

/// Whether data can stand in a command, also between double quotes there, as what it is: no control
/// character, quote, backslash or backtick, and nothing that would call people.
bool is_typed_safely(std::string_view data);

/// How many characters a service counts in a text at most: those beyond U+FFFF count twice.
std::size_t characters(std::string_view text);

}  // namespace baseline
