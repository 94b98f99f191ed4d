#pragma once

#include <string_view>
#include <vector>

namespace baseline {

/// A file of the source tree that travels inside the binary (cmake/embed.cmake).
struct EmbeddedFile {
  std::string_view name;  ///< file name without directory, e.g. "schema.yaml"
  std::string_view text;
};

/// The built-in migrations (`baseline/*.sql`), by name; the program uses the last one.
std::vector<EmbeddedFile> embedded_migrations();

/// The built-in announcement and its notice (`announcement/*`), by name.
std::vector<EmbeddedFile> embedded_announcement();

/// The built-in suites (`checks/*.yaml`), by name.
std::vector<EmbeddedFile> embedded_suites();

/// The schemas that these suites compare with (`checks/*.sql`), by name.
std::vector<EmbeddedFile> embedded_schemas();

/// A suite as yaml::unpacked() takes it, by its name; empty for any other.
std::string_view packed_suite(std::string_view name);

/// Frame, style and script of the page (`src/report/page/page.*`), by name.
std::vector<EmbeddedFile> embedded_page();

}  // namespace baseline
