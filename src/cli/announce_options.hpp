#pragma once

#include <string>
#include <vector>

namespace CLI {  // NOLINT(readability-identifier-naming): the library's own
class App;
}

namespace baseline {

struct Options;

/// What only `announce` is told.
struct AnnounceOptions {
  std::string backup;                   ///< the id of a backup
  bool live = false;                    ///< of the live database instead
  std::string announcement;             ///< announcement.yaml; empty: built in
  std::string notice;                   ///< the general text; empty: the one that the file names
  std::vector<std::string> recipients;  ///< empty: all
  bool markdown = false;
  bool send = false;
  std::vector<std::string> command;  ///< to send with
  std::string sent;                  ///< the ledger; empty: in the catalogue
  std::string timeout = "30s";
  bool show_output = false;
};

void add_announce_options(CLI::App& app, Options& options);

}  // namespace baseline
