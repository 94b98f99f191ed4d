#pragma once

#include <string>

#include "report/page/html.hpp"

/// The parts of the page, one file each. Each adds itself to `main` unless the run's document
/// (report/run_document.hpp) has nothing for it.
namespace baseline::page {

enum class Tone { good, caution, bad, neutral };

/// What the run came to, in words.
struct Verdict {
  Tone tone = Tone::neutral;
  std::string heading;   ///< "Deployed"
  std::string sentence;  ///< with the database and what is live
};
Verdict verdict_of(const Json& run);

/// The verdict and the figures that the run is judged by.
void add_head(Node body, const Json& run, const Verdict& verdict);

/// Why there is no verdict, what recovery did before, and what the operator was told.
void add_messages(Node main, const Json& run);
void add_failures(Node main, const Json& run);
void add_timeline(Node main, const Json& run);
void add_schemas(Node main, const Json& run);
void add_checks(Node main, const Json& run);
void add_backup(Node main, const Json& run);
/// Who ran what, where and how.
void add_facts(Node main, const Json& run);

/// "1 200 rows", "not counted".
std::string rows_of(const Json& table);
/// "668 KiB, 9 732 rows in 4 tables".
std::string size_of(const Json& database);
/// A result's name with its case.
std::string title_of(const Json& result);

}  // namespace baseline::page
