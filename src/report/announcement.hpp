#pragma once

#include <optional>
#include <string>
#include <vector>

#include "announce/collect.hpp"
#include "announce/send.hpp"
#include "report/style.hpp"

namespace baseline {

/// What `announce` found, and what became of the messages.
struct AnnounceReport {
  std::string source;        ///< the id of a backup, the path of a file, "live"
  std::string file;          ///< the database that was read
  std::string announcement;  ///< the file that says how
  std::string notice;        ///< the general text
  std::vector<Recipient> recipients;
  std::vector<Parcel> parcels;     ///< one for each recipient, in the same order
  std::optional<SendReport> sent;  ///< when it was to be sent
  std::string ledger;              ///< the record of what was sent, or empty
  bool show_output = false;        ///< of commands that failed
  std::string next;                ///< the command that goes on
};

namespace human_report {
/// What each recipient had; or, when it was sent, who has it and who has not.
std::string of(const AnnounceReport& report, const Style& style);
/// The notice and what belongs to each recipient as one text in Markdown.
std::string markdown_of(const AnnounceReport& report);
}  // namespace human_report

namespace json_report {
/// docs/json.md, "announce".
std::string of(const AnnounceReport& report, int exit_code);
}  // namespace json_report

}  // namespace baseline
