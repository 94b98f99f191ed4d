#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/table_model.hpp"

namespace baseline::sqlite {

/// Reads a CREATE TRIGGER statement from sqlite_schema of a table with these columns. Nothing when
/// it is for no event.
std::optional<TriggerModel> parse_create_trigger(std::string_view sql, const std::string& name,
                                                 const std::vector<std::string>& columns);

}  // namespace baseline::sqlite
