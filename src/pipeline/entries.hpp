#pragma once

#include <string>

#include "pipeline/context.hpp"

namespace baseline {

/// Whether a backup is of the database of this command. A catalogue may serve several databases.
/// The one beside a database is its own, though the path may read differently there (in a
/// container, after a move).
bool is_of(const CatalogueEntry& entry, const Context& context);

/// Whether the catalogue has, or had before it went back into place, a backup with these bytes.
bool is_sealed_here(const std::string& sha256, const Context& context);

/// Throws Error{refused} when the files that were kept with an unreadable database are not those
/// that were sealed with it.
void require_companions(const Directory& directory, const Manifest& manifest);

/// Throws Error{refused} when the data of the entry went back into place.
void require_data(const CatalogueEntry& entry);

}  // namespace baseline
