#pragma once

#include <string>

namespace baseline {

/// The options that the user typed, as they have to be typed again in a command that we print.
struct TypedOptions {
  std::string all;      ///< "--database app.db --migration x.sql --checks checks --backups b"
  std::string backups;  ///< only what commands on backups take: "--database app.db --backups b"
  std::string checks;   ///< only what `verify` takes: the same as `all`, today
  /// What says how a database is replaced, beside these: "--backup copy --again", "--to ID --move".
  std::string manner;
};

}  // namespace baseline
