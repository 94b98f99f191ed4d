#include "checks/generate/row.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/text.hpp"
#include "yaml/writer.hpp"

namespace baseline::generate {
namespace {

constexpr std::size_t kRowWidth = 90;

using Parameters = std::map<std::string, std::string>;

std::string written(const std::string& column, const Value& value, const Parameters& parameters) {
  const auto parameter = parameters.find(column);
  return parameter == parameters.end() ? sql_literal(value) : ":" + parameter->second;
}

// The parts with commas, broken into lines that start with `indent` when they are too long.
std::string wrapped_parts(const std::vector<std::string>& parts, std::size_t first_column,
                          const std::string& indent) {
  std::string out;
  std::size_t column = first_column;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    std::string part = parts[i];
    if (i + 1 < parts.size()) part += ',';
    if (i > 0 && column + 1 + part.size() > kRowWidth) {
      out.append("\n").append(indent).append(part);
      column = indent.size() + part.size();
    } else {
      if (i > 0) out += ' ';
      out += part;
      column += part.size() + 1;
    }
  }
  return out;
}

// The columns in the order of the table.
std::vector<const ColumnModel*> model_columns(const TableModel& table, const Row& row) {
  std::vector<const ColumnModel*> out;
  for (const ColumnModel& column : table.columns) {
    if (row.contains(column.name)) out.push_back(&column);
  }
  return out;
}

}  // namespace

std::string insert_sql(const TableModel& table, const std::vector<Row>& rows,
                       const Parameters& parameters) {
  const std::vector<const ColumnModel*> columns = model_columns(table, rows.front());
  const std::string into = "INSERT INTO " + table.sql;
  if (columns.empty()) {
    std::vector<std::string> out(rows.size(), into + " DEFAULT VALUES");
    return join(out, ";\n");
  }
  std::vector<std::string> names;
  names.reserve(columns.size());
  for (const ColumnModel* column : columns) names.push_back(column->sql);
  std::vector<std::vector<std::string>> values;
  for (const Row& row : rows) {
    std::vector<std::string>& out = values.emplace_back();
    for (const ColumnModel* column : columns) {
      const auto value = row.find(column->name);
      out.push_back(
          written(column->name, value == row.end() ? Value() : value->second, parameters));
    }
  }
  std::vector<std::string> tuples;
  tuples.reserve(values.size());
  for (const auto& tuple : values) tuples.push_back("(" + join(tuple, ", ") + ")");
  std::string line = fmt::format("{} ({}) VALUES {}", into, join(names, ", "), join(tuples, ", "));
  if (line.size() <= kRowWidth) return line;
  std::string out = into + " (" + wrapped_parts(names, into.size() + 2, "    ") + ")\n  VALUES (";
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i > 0) out += ",\n         (";
    out += wrapped_parts(values[i], 10, "          ") + ")";
  }
  return out;
}

std::string where_sql(const TableModel& table, const Row& row) {
  std::vector<std::string> key;
  std::vector<std::string> rest;
  for (const ColumnModel& column : table.columns) {
    const auto value = row.find(column.name);
    if (value == row.end() || is_null(value->second)) continue;
    const std::string text = fmt::format("{} = {}", column.sql, sql_literal(value->second));
    (column.key_position > 0 ? key : rest).push_back(text);
  }
  const std::vector<std::string>& parts = key.empty() ? rest : key;
  return parts.empty() ? std::string() : " WHERE " + join(parts, " AND ");
}

std::string update_sql(const TableModel& table, const Row& changes, const Row& row,
                       const Parameters& parameters) {
  std::vector<std::string> sets;
  for (const ColumnModel* column : model_columns(table, changes)) {
    sets.push_back(fmt::format("{} = {}", column->sql,
                               written(column->name, changes.at(column->name), parameters)));
  }
  const std::string where = where_sql(table, row);
  std::string line = fmt::format("UPDATE {} SET {}{}", table.sql, join(sets, ", "), where);
  if (line.size() <= kRowWidth) return line;
  return fmt::format("UPDATE {}\n  SET {}{}", table.sql, wrapped_parts(sets, 6, "      "),
                     where.empty() ? where : "\n " + where);
}

std::string delete_sql(const TableModel& table, const Row& row) {
  return fmt::format("DELETE FROM {}{}", table.sql, where_sql(table, row));
}

Parameters parameter_names(const std::vector<std::string>& columns) {
  Parameters out;
  std::set<std::string> used;
  for (const std::string& column : columns) {
    const auto is_letter = [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    };
    const bool simple =
        !column.empty() && is_letter(column.front()) &&
        std::ranges::all_of(column, [&](char c) { return is_letter(c) || (c >= '0' && c <= '9'); });
    std::string name = column;
    if (!simple || !yaml::is_plain(name, yaml::Context::flow) || used.contains(name)) {
      name = fmt::format("value{}", out.size() + 1);
    }
    used.insert(name);
    out.emplace(column, name);
  }
  return out;
}

}  // namespace baseline::generate
