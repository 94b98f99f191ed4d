#pragma once

#include <string>
#include <vector>

#include "base/error.hpp"
#include "config/setting_line.hpp"
#include "config/typed.hpp"
#include "pipeline/reports.hpp"
#include "report/style.hpp"

/// What people read on stdout, each text ending with a newline.
namespace baseline::human_report {

/// `typed` goes into the commands to type next.
std::string of(const ReplaceReport& report, const Style& style, const TypedOptions& typed);
/// Its warnings alone.
std::string warnings_text(const std::vector<std::string>& warnings, const Style& style);
std::string of(const VerifyReport& report, const Style& style, const TypedOptions& typed);
std::string of(const StatusReport& report, const Style& style, const TypedOptions& typed,
               const std::vector<SettingLine>& settings);
std::string of(const RecoverReport& report, const Style& style, const TypedOptions& typed);
/// `unsealed`: ids of the backups that are not sealed yet.
std::string of(const History& history, const std::vector<std::string>& unsealed,
               const Style& style);
std::string of(const BackupsListReport& report, const Style& style);
std::string of(const BackupsVerifyReport& report, const Style& style);
std::string of(const BackupsCreateReport& report, const Style& style);
std::string of(const ExportReport& report, const Style& style);
std::string of(const PruneReport& report, const Style& style);

/// "baseline: error: …", the problems before it, notes and hint after it.
std::string of(const Error& error, const Style& style);

/// What leaves the catalogue, a line a backup.
std::string leaving(const PruneReport& report);
/// What leaves when the database is replaced, with a line a table, and what comes.
std::string leaving(const ReplaceReport& plan);
/// The same where there is no database: what precedes "make a new one?".
std::string missing(const ReplaceReport& plan);
/// What is in a database: "668 KiB, 9 732 rows in 4 tables, revision …", and a line a table.
std::string content_of(const DatabaseFacts& facts);

/// How a file is kept, where that is not the usual way or not that of the old file:
/// "encoding UTF-16le, page_size 4096 becomes 16384". May be empty.
std::string unusual_settings(const FileSettings& settings, const FileSettings& old = {});

/// "11 ms", "0.4 ms", "2.1 s".
std::string duration(std::chrono::nanoseconds time);

}  // namespace baseline::human_report
