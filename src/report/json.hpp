#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "base/error.hpp"
#include "config/setting_line.hpp"
#include "pipeline/reports.hpp"

/// One JSON document a command (those without an `exit_code` parameter end with 0 or an error), as
/// docs/json.md describes it; each ends with a newline.
namespace baseline::json_report {

/// The same as a tree; without the results of checks where the reader has them already.
nlohmann::ordered_json document_of(const ReplaceReport& report, int exit_code,
                                   bool with_checks = true);
std::string of(const ReplaceReport& report, int exit_code);
std::string of(const VerifyReport& report, int exit_code);
std::string of(const StatusReport& report, const std::vector<SettingLine>& settings, int exit_code);
std::string of(const RecoverReport& report, int exit_code);
std::string of(const History& history, const std::vector<std::string>& unsealed,
               const std::string& catalogue);
std::string of(const BackupsListReport& report);
std::string of(const BackupsVerifyReport& report, int exit_code);
std::string of(const BackupsCreateReport& report);
std::string of(const ExportReport& report);
std::string of(const PruneReport& report, int exit_code);
std::string of(const Error& error, int exit_code);
std::string of(const Interrupted& interrupted, int exit_code);

}  // namespace baseline::json_report
