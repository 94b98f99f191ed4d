#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/context.hpp"
#include "pipeline/reports.hpp"

namespace baseline {

/// How long a command waits while another process seals the backup that it needs.
inline constexpr std::chrono::minutes kForSealing(10);

/// Seals a backup that a run with `--seal later` left (CatalogueEntry::unsealed), and looks at it
/// again; one that is sealed already is left alone. Returns what there is to say about it: that it
/// was written to after it was filed; it is then sealed with what was written. Throws Error{in_use}
/// while another process has the entry or writes to its database, Error{refused} when it is damaged
/// or a journal lies beside it, Error{io}. Whatever happens, the backup stays.
std::optional<std::string> seal_entry(CatalogueEntry& entry, const Context& context,
                                      const Deadline& deadline);

/// Seals all backups of this database that are not sealed yet and returns them; what fails is one
/// of the `warnings`, for it keeps nothing else from being done.
std::vector<FiledBackup> seal_all(const Context& context, std::vector<std::string>& warnings);

}  // namespace baseline
