#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

/// How the texts for people are laid out: everything that has a name stands in one column.
namespace baseline {

/// "  backup       /srv/app.db.backups/…": a line of a result. Further lines of `text` stand below
/// its first.
std::string labelled(std::string_view label, std::string_view text);

/// A column of a table.
struct TableColumn {
  std::string head;
  bool right = false;     ///< numbers
  std::size_t least = 0;  ///< columns of the terminal that it may be cut to; 0: it is never cut
};

/// The rows below their heads, one blank between the columns. Where they take more than `width`,
/// the columns that may are cut, the first of them first; 0: as wide as they are.
std::string table(const std::vector<TableColumn>& columns,
                  const std::vector<std::vector<std::string>>& rows, std::size_t width);

}  // namespace baseline
