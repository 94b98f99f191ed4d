#include "config/database_path.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "base/text.hpp"

namespace baseline {
namespace {

namespace fs = std::filesystem;

struct SchemeAndRest {
  std::string scheme;     // in lower case, without the driver: "sqlite" of "sqlite+pysqlite"
  std::string_view rest;  // behind the colon
};

// What an address of SQLite may begin with. Those before the last two wrap another one.
constexpr std::array<std::string_view, 9> kFileSchemes = {
    "jdbc", "r2dbc", "sqlite", "sqlite2", "sqlite3", "spatialite", "libsql", "sqlcipher", "file"};

struct ServerScheme {
  std::string_view scheme;
  std::string_view server;
};
constexpr std::array kServerSchemes = {
    ServerScheme{"postgresql", "PostgreSQL"}, ServerScheme{"postgres", "PostgreSQL"},
    ServerScheme{"pgsql", "PostgreSQL"},      ServerScheme{"cockroachdb", "CockroachDB"},
    ServerScheme{"mysql", "MySQL"},           ServerScheme{"mysql2", "MySQL"},
    ServerScheme{"mariadb", "MariaDB"},       ServerScheme{"mssql", "SQL Server"},
    ServerScheme{"sqlserver", "SQL Server"},  ServerScheme{"oracle", "Oracle"},
};

bool in_scheme(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' ||
         c == '-' || c == '.';
}

// RFC 3986: a letter first.
std::optional<SchemeAndRest> address_scheme(std::string_view text) {
  const auto end = std::ranges::find_if_not(text, in_scheme);
  const auto length = static_cast<std::size_t>(end - text.begin());
  if (length == 0 || length == text.size() || text[length] != ':') return {};
  if (!((text[0] | 0x20) >= 'a' && (text[0] | 0x20) <= 'z')) return {};
  const std::string scheme = to_lower(text.substr(0, length));
  return SchemeAndRest{scheme.substr(0, scheme.find('+')), text.substr(length + 1)};
}

bool is_file_scheme(std::string_view scheme) {
  return std::ranges::find(kFileSchemes, scheme) != kFileSchemes.end();
}

std::optional<std::string_view> server_of(std::string_view scheme) {
  const auto found = std::ranges::find(kServerSchemes, scheme, &ServerScheme::scheme);
  return found == kServerSchemes.end() ? std::nullopt : std::optional(found->server);
}

// ADO.NET: "Data Source=app.db;Cache=Shared".
std::optional<std::string_view> data_source(std::string_view text) {
  for (const std::string_view key : {"data source=", "datasource="}) {
    if (!to_lower(text.substr(0, key.size())).starts_with(key)) continue;
    const std::string_view value = text.substr(key.size());
    return value.substr(0, value.find(';'));
  }
  return {};
}

std::string percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned code = 0;
    const char* const digits = text.data() + i + 1;
    if (text[i] == '%' && i + 2 < text.size() &&
        std::from_chars(digits, digits + 2, code, 16).ptr == digits + 2) {
      out += static_cast<char>(code);
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

bool something_is_at(const fs::path& path) {
  std::error_code error;
  return fs::symlink_status(path, error).type() != fs::file_type::not_found && !error;
}

// Behind "sqlite:" three slashes begin a relative path for some frameworks and an absolute one for
// others; what exists was meant.
std::string without_authority(std::string_view scheme, std::string_view rest) {
  if (!rest.starts_with("//")) return std::string(rest);
  rest.remove_prefix(2);
  if (scheme == "file") {
    constexpr std::string_view kHere = "localhost/";
    if (rest.starts_with(kHere)) rest.remove_prefix(kHere.size() - 1);
    return std::string(rest);
  }
  if (!rest.starts_with('/')) return std::string(rest);
  const std::string relative(rest.substr(1));
  return something_is_at(rest) && !something_is_at(relative) ? std::string(rest) : relative;
}

// The path that an address of SQLite stands for; empty: a database in memory.
std::string path_in_address(std::string_view address) {
  if (const auto source = data_source(address)) address = *source;
  std::string scheme;
  while (const auto found = address_scheme(address)) {
    if (!is_file_scheme(found->scheme)) break;
    scheme = found->scheme;
    address = found->rest;
  }
  const std::string_view query = address.substr(std::min(address.find('?'), address.size()));
  if (query.find("mode=memory") != std::string_view::npos) return {};
  const std::string path =
      percent_decoded(without_authority(scheme, address.substr(0, address.find_first_of("?#"))));
  return path == ":memory:" ? std::string() : path;
}

// The scheme that is neither SQLite's nor wraps one that is: "mysql" of "jdbc:mysql://…".
std::optional<std::string> foreign_scheme(std::string_view text) {
  auto found = address_scheme(text);
  while (found && is_file_scheme(found->scheme)) found = address_scheme(found->rest);
  if (!found) return {};
  if (!server_of(found->scheme) && !found->rest.starts_with("//")) return {};
  return found->scheme;
}

[[noreturn]] void refuse_address(std::string_view text, std::string_view source,
                                 std::string_view typed) {
  // Of a server's address only the scheme is shown: it may have a password in it.
  if (const auto scheme = foreign_scheme(text)) {
    const auto server = server_of(*scheme);
    throw Error(ErrorCode::usage,
                server ? fmt::format("{} is the address of a {} server, which is not supported "
                                     "yet: baseline replaces SQLite files",
                                     source, *server)
                       : fmt::format("{} is an address ({}://…), and not the path of a file",
                                     source, printable(*scheme)),
                fmt::format("give the path of the SQLite database: {}app.db", typed));
  }
  const std::string path = path_in_address(text);
  Error error(ErrorCode::usage,
              path.empty()
                  ? fmt::format("'{}' is a database in memory, of which nothing would be left",
                                printable(text))
                  : fmt::format("'{}' is an address, and {} takes a path", printable(text), source),
              path.empty() ? "give the path of a file"
                           : fmt::format("give the path: {}{}", typed, shell_quoted(path)));
  if (something_is_at(text)) {
    error.add_note(
        fmt::format("there is a file of this very name; its path is ./{}", printable(text)));
  }
  throw error;
}

bool looks_expandable(std::string_view text) {
  if (text.find_first_of("*?") != std::string_view::npos) return true;
  const std::size_t brace = text.find('{');
  const std::size_t comma = text.find(',', std::min(brace, text.size()));
  if (brace != std::string_view::npos &&
      text.find('}', std::min(comma, text.size())) != std::string_view::npos) {
    return true;
  }
  const std::size_t dollar = text.find('$');
  return dollar + 1 < text.size() && dollar != std::string_view::npos &&
         (in_scheme(text[dollar + 1]) || text[dollar + 1] == '{' || text[dollar + 1] == '_');
}

// The files beside it that a pattern would take, of its last component only.
std::vector<std::string> files_matching(const fs::path& pattern) {
  std::vector<std::string> out;
  const fs::path parent = pattern.has_parent_path() ? pattern.parent_path() : fs::path(".");
  std::error_code error;
  for (fs::directory_iterator entry(parent, error), end; !error && entry != end;
       entry.increment(error)) {
    const std::string name = entry->path().filename().native();
    if (name.starts_with('.') || !glob_matches(pattern.filename().native(), name)) continue;
    if (entry->is_regular_file(error)) out.push_back((pattern.parent_path() / name).native());
  }
  std::ranges::sort(out);
  return out;
}

}  // namespace

bool is_address(std::string_view text) {
  if (text == ":memory:" || data_source(text)) return true;
  const auto found = address_scheme(text);
  return found && (found->rest.starts_with("//") || is_file_scheme(found->scheme) ||
                   server_of(found->scheme));
}

void require_path(std::string_view text, std::string_view source, std::string_view typed) {
  if (is_address(text)) refuse_address(text, source, typed);
  if (something_is_at(text)) return;
  const bool bracket = text.find('[') != std::string_view::npos;
  if (!looks_expandable(text) && !bracket) return;
  const std::vector<std::string> matches = files_matching(text);
  if (!looks_expandable(text) && matches.empty()) return;
  throw Error(ErrorCode::usage,
              fmt::format("there is no file '{}', and it looks like a pattern or variable that no "
                          "shell has filled in",
                          printable(text)),
              matches.empty() ? "give the path of one file"
                              : fmt::format("give the path of one file: {}{}", typed,
                                            shell_quoted(matches.front())));
}

}  // namespace baseline
