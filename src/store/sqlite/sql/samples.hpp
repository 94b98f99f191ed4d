#pragma once

#include <string>
#include <vector>

#include "store/sqlite/sql/tokenizer.hpp"
#include "store/table_model.hpp"

namespace baseline::sqlite {

/// The columns of `columns` that the tokens name, each once, in the order of `columns`.
std::vector<std::string> columns_in(Tokens tokens, const std::vector<std::string>& columns);

/// Values that are worth a try where the expression decides, guessed from its literals: each
/// literal and its neighbours, texts of the lengths that stand beside length(), texts that a LIKE
/// or GLOB pattern matches, dates, JSON. For each column those whose literals stand next to it, the
/// literals themselves first.
std::vector<ColumnSamples> samples_of(Tokens tokens, const std::vector<std::string>& columns);

/// A text that the pattern of GLOB (or else LIKE) matches, of `size` bytes if a wildcard allows it
/// to be that long.
std::string text_matching(std::string_view pattern, bool glob, std::size_t size);

}  // namespace baseline::sqlite
