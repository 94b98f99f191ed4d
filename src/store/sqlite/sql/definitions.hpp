#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "store/sqlite/sql/script.hpp"

namespace baseline::sqlite {

/// The statement that makes the object, or else gives it its name: the last one, for those before
/// may have been dropped. `type`: "table", "view", "index", "trigger".
std::optional<Span> find_definition(const Script& script, std::string_view type,
                                    std::string_view name);

/// Where to point at in that statement: at `word`, if it is among the names behind the object's
/// own, or at the beginning.
std::size_t place_in(const Script& script, Span definition, std::string_view word);

}  // namespace baseline::sqlite
