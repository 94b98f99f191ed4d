#include "report/layout.hpp"

#include <algorithm>
#include <numeric>

#include "report/columns.hpp"

namespace baseline {
namespace {

constexpr std::size_t kLabel = 12;

std::string cell(const std::string& text, const TableColumn& column, std::size_t width) {
  const std::string shown = fitted(text, width);
  if (!column.right) return padded(shown, width);
  return std::string(width - columns_of(shown), ' ') + shown;
}

std::string row(const std::vector<TableColumn>& columns, const std::vector<std::size_t>& widths,
                const std::vector<std::string>& cells) {
  std::string line;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    line += (i == 0 ? "" : " ") + cell(cells[i], columns[i], widths[i]);
  }
  return line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
}

}  // namespace

std::string labelled(std::string_view label, std::string_view text) {
  std::string out = "  " + padded(label, kLabel) + " ";
  for (const char c : text) {
    out += c;
    if (c == '\n') out += std::string(2 + kLabel + 1, ' ');
  }
  return out + "\n";
}

std::string table(const std::vector<TableColumn>& columns,
                  const std::vector<std::vector<std::string>>& rows, std::size_t width) {
  std::vector<std::size_t> widths;
  std::vector<std::string> heads;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    heads.push_back(columns[i].head);
    widths.push_back(columns_of(columns[i].head));
    for (const auto& cells : rows) widths.back() = std::max(widths.back(), columns_of(cells[i]));
  }
  std::size_t taken = std::accumulate(widths.begin(), widths.end(), columns.size() - 1);
  for (std::size_t i = 0; i < columns.size() && width > 0 && taken > width; ++i) {
    const std::size_t least = columns[i].least == 0 ? widths[i] : columns[i].least;
    const std::size_t cut = std::min(widths[i] - std::min(widths[i], least), taken - width);
    widths[i] -= cut;
    taken -= cut;
  }
  std::string text = row(columns, widths, heads);
  for (const auto& cells : rows) text += row(columns, widths, cells);
  return text;
}

}  // namespace baseline
